using Npgsql;
using PgSsl.Connections;
using PgSsl.Probing;
using PgSsl.Sandbox;
using PgSsl.SslModes;
using PgSsl.SslModes.Clients;
using SslMode = PgSsl.Connections.SslMode;

namespace PgSsl.Tests.SslModes.Clients;

/// <summary>Our verdicts about Npgsql beside what Npgsql does in the same moment: connects or not, and over what.</summary>
public sealed class NpgsqlAgreementTests(NpgsqlAgreementTests.Server server) : IClassFixture<NpgsqlAgreementTests.Server>
{
    private static readonly SslMode[] Modes = Enum.GetValues<SslMode>();

    [Theory]
    [InlineData("good chain", "right")]
    [InlineData("good chain", "wrong")]
    [InlineData("good chain", "missing")]
    [InlineData("good chain", "intermediate only")]
    [InlineData("good chain", "the leaf itself")]
    [InlineData("good chain", "none")]
    [InlineData("good chain", "bundle")]
    [InlineData("leaf only", "right")]
    [InlineData("leaf only", "right and intermediate")]
    [InlineData("self-signed", "right")]
    [InlineData("self-signed", "the leaf itself")]
    [InlineData("expired", "right")]
    [InlineData("not yet valid", "right")]
    [InlineData("namesake CA", "right")]
    [InlineData("CN only", "right")]
    [InlineData("another name", "right")]
    [InlineData("for clients only", "right")]
    public async Task Agrees_about_a_server_that_serves(string served, string roots)
    {
        PostgresCluster cluster = await server.ServeAsync(served);
        string root = server.RootSetting(served, roots);
        string[] users = roots == "right" ? ["either", "tls_only", "plain_only"] : ["either"];

        foreach (string user in users)
        {
            await AssertAgreementAsync("localhost", cluster.Port, user, root, Modes);
            await AssertAgreementAsync("127.0.0.1", cluster.Port, user, root, [SslMode.VerifyFull]);
        }
    }

    [Fact]
    public async Task Agrees_about_a_server_without_TLS()
    {
        PostgresInstallation installation = (await PostgresInstallation.FindAsync(15)).OrSkip(Assert.Skip);
        await using PostgresCluster cluster = await ClusterPool.RentAsync(installation);

        await AssertAgreementAsync("127.0.0.1", cluster.Port, "postgres", "", Modes);
    }

    [Fact]
    public async Task Agrees_about_a_socket()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The server of the sandbox has no socket on Windows.");
        PostgresCluster cluster = await server.ServeAsync("good chain");

        await AssertAgreementAsync(cluster.SocketDirectory, cluster.Port, "postgres", "", Modes);
    }

    [Theory]
    [InlineData("alerts in the handshake", SslMode.Prefer)]
    [InlineData("alerts in the handshake", SslMode.Require)]
    [InlineData("hangs up inside TLS", SslMode.Prefer)]
    [InlineData("hangs up inside TLS", SslMode.Require)]
    [InlineData("answers everything with an error", SslMode.Allow)]
    [InlineData("answers everything with an error", SslMode.Prefer)]
    [InlineData("hangs up", SslMode.Allow)]
    [InlineData("hangs up", SslMode.Prefer)]
    [InlineData("hangs up", SslMode.VerifyFull)]
    public async Task Makes_as_many_attempts_at_a_server_that(string misbehaves, Enum sslmode)
    {
        var mode = (SslMode)sslmode;
        TestCertificate certificate = TestAuthority.IssueSelfSigned(LeafOptions.ForLoopback());
        await using HostileServer hostile = HostileServer.Start(misbehaves switch
        {
            "alerts in the handshake" => HostileScripts.TlsAlert,
            "answers everything with an error" => HostileScripts.ErrorResponse("out of memory", "53200"),
            "hangs up" => HostileScripts.CloseAtOnce,
            _ => HostileTls.TlsThen(certificate, HostileScripts.AfterStartup((_, _) => Task.CompletedTask)),
        });
        ConnectionSettings settings = Settings($"host=127.0.0.1 port={hostile.Port} user=postgres dbname=postgres");
        ServerFacts facts = await GatherAsync(settings);

        ClientPolicy policy = SslClients.Get("npgsql").PolicyFor(mode, facts.Host, settings, new TrustStoreCache(), new ClientIdentity(null, null));
        SslModeVerdict verdict = new SslModeEvaluator(facts, policy, mode, DateTimeOffset.UtcNow).Evaluate();
        int before = hostile.Connections;

        string theirs = await ConnectAsync("127.0.0.1", hostile.Port, "postgres", "", mode);

        Assert.Equal("none", theirs);
        Assert.Null(verdict.Transport);
        Assert.Equal(hostile.Connections - before, verdict.Used.Count);
    }

    private static async Task<ServerFacts> GatherAsync(ConnectionSettings settings)
    {
        ProbeRequest tls = ProbeRequest.ForTls(settings, settings.Hosts[0], TimeSpan.FromSeconds(20)) with { UserName = "postgres" };
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        return new ServerFacts(
            settings.Hosts[0],
            await ServerProbe.ConnectAsync(tls, cancellation),
            await ServerProbe.ConnectAsync(tls with { Transport = Transport.Plaintext }, cancellation));
    }

    private static async Task AssertAgreementAsync(string host, int port, string user, string root, IReadOnlyList<SslMode> modes)
    {
        ConnectionSettings settings = Settings($"host={host} port={port} user={user} dbname=postgres {root}");
        IReadOnlyList<SslModeResult> ours = await JudgeAsync(settings, modes);
        foreach ((SslModeResult our, SslMode mode) in ours.Zip(modes))
        {
            string theirs = await ConnectAsync(host, port, user, root, mode);
            Assert.True(our.Transport == theirs, $"{user}@{host} {root} {mode}: Npgsql {theirs}, we {our.Transport}: {our.Reason}");
        }
    }

    private static async Task<IReadOnlyList<SslModeResult>> JudgeAsync(ConnectionSettings settings, IReadOnlyList<SslMode> modes)
    {
        using var tester = new SslModeTester(modes, _ => [SslClients.Get("npgsql")], maxConnections: 2, tlsOnly: false);
        PgEndpoint endpoint = PgEndpoint.Parse(settings.Hosts[0].ToString());
        ServerFacts facts = await tester.GatherAsync(
            endpoint, settings, settings.Hosts[0], TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        return tester.Judge(facts, settings);
    }

    private static ConnectionSettings Settings(string conninfo) =>
        PgEndpoint.Parse(conninfo).Resolve(ConnectionEnvironment.Capture());

    private static async Task<string> ConnectAsync(string host, int port, string user, string root, SslMode mode)
    {
        var settings = new NpgsqlConnectionStringBuilder
        {
            Host = host,
            Port = port,
            Username = user,
            Database = "postgres",
            SslMode = (Npgsql.SslMode)mode,
            Pooling = false,
            Timeout = 20,
            // Its attempts would be counted otherwise.
            GssEncryptionMode = GssEncryptionMode.Disable,
        };
        if (root.Length > 0)
            settings.RootCertificate = root["sslrootcert=".Length..].Trim('\'');
        try
        {
            await using var connection = new NpgsqlConnection(settings.ConnectionString);
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            await using var command =
                new NpgsqlCommand("select coalesce((select ssl from pg_stat_ssl where pid = pg_backend_pid()), false)", connection);
            return (bool)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))! ? "tls" : "plaintext";
        }
        catch (NpgsqlException)
        {
            return "none";
        }
    }

    /// <summary>One PostgreSQL whose certificate each test chooses, and the root files.</summary>
    public sealed class Server : IAsyncLifetime
    {
        private static readonly TestAuthority Root = TestAuthority.CreateRoot("Agreement Root CA");
        private static readonly TestAuthority Intermediate = Root.CreateIntermediate("Agreement Issuing CA");

        private static readonly Dictionary<string, (string ChainPem, TestCertificate Certificate)> Served = new()
        {
            ["good chain"] = Whole(Intermediate.Issue(LeafOptions.ForLoopback())),
            ["leaf only"] = Alone(Intermediate.Issue(LeafOptions.ForLoopback())),
            ["self-signed"] = Alone(TestAuthority.IssueSelfSigned(LeafOptions.ForLoopback())),
            ["expired"] = Whole(Intermediate.Issue(LeafOptions.ForLoopback() with { NotAfter = DateTimeOffset.UtcNow.AddHours(-1) })),
            ["not yet valid"] = Whole(Intermediate.Issue(LeafOptions.ForLoopback() with { NotBefore = DateTimeOffset.UtcNow.AddDays(1) })),
            ["namesake CA"] = Whole(TestAuthority.CreateRoot("Agreement Root CA").Issue(LeafOptions.ForLoopback())),
            ["CN only"] = Whole(Intermediate.Issue(new LeafOptions { CommonNames = ["localhost"] })),
            ["another name"] = Whole(Intermediate.Issue(LeafOptions.ForHosts("elsewhere.test"))),
            ["for clients only"] = Whole(Intermediate.Issue(
                LeafOptions.ForLoopback() with { ExtendedKeyUsages = [LeafOptions.ClientAuthentication] })),
        };

        private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("pgssl-npgsql-");
        private PostgresCluster? _cluster;

        public ValueTask InitializeAsync() => ValueTask.CompletedTask;

        internal async Task<PostgresCluster> ServeAsync(string served)
        {
            _cluster ??= await StartAsync();
            (string chainPem, TestCertificate certificate) = Served[served];
            await _cluster.InstallCertificateAsync(chainPem, certificate.KeyPem);
            return _cluster;
        }

        internal string RootSetting(string served, string roots)
        {
            string path = Path.Combine(_directory.FullName, $"{served}, {roots}.crt");
            string? pem = roots switch
            {
                "right" => Root.CertificatePem,
                "wrong" => TestAuthority.CreateRoot("Another Root CA").CertificatePem,
                "intermediate only" => Intermediate.CertificatePem,
                "right and intermediate" => Root.CertificatePem + Intermediate.CertificatePem,
                "bundle" => TestAuthority.CreateRoot("Another Root CA").CertificatePem + "\n# ours\n" + Root.CertificatePem,
                "the leaf itself" => Served[served].Certificate.CertificatePem,
                _ => null,
            };
            if (pem is not null)
                File.WriteAllText(path, pem);
            return roots == "none" ? "" : $"sslrootcert='{path}'";
        }

        public async ValueTask DisposeAsync()
        {
            if (_cluster is not null)
                await _cluster.DisposeAsync();
            _directory.Delete(recursive: true);
        }

        private static async Task<PostgresCluster> StartAsync()
        {
            PostgresInstallation installation = (await PostgresInstallation.FindAsync(15)).OrSkip(Assert.Skip);
            PostgresCluster cluster = await ClusterPool.RentAsync(installation, new ClusterOptions
            {
                Hba =
                [
                    "local all all trust",
                    "host all either all trust",
                    "hostssl all tls_only all trust",
                    "hostnossl all plain_only all trust",
                ],
            });
            foreach (string user in new[] { "either", "tls_only", "plain_only" })
                await cluster.QueryAsync($"create role {user} login");
            return cluster;
        }

        private static (string, TestCertificate) Whole(TestCertificate certificate) => (certificate.ChainPem, certificate);

        private static (string, TestCertificate) Alone(TestCertificate certificate) => (certificate.CertificatePem, certificate);
    }
}
