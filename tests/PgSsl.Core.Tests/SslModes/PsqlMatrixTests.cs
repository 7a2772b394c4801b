using PgSsl.Connections;
using PgSsl.Sandbox;
using PgSsl.SslModes;

namespace PgSsl.Tests.SslModes;

/// <summary>
/// Our verdicts beside what psql does in the same moment: server certificates × host names × roots × six modes × what pg_hba.conf
/// admits, on the oldest and the newest PostgreSQL. Same outcome and same transport, and the same cause where it does not connect.
/// </summary>
public sealed class PsqlMatrixTests(PsqlMatrixTests.Servers servers) : IClassFixture<PsqlMatrixTests.Servers>
{
    private static readonly string[] Hosts = [MatrixPki.HostName, "elsewhere.test", "127.0.0.1"];
    private static readonly string[] Users = ["either", "tls_only", "plain_only"];
    private static readonly SslMode[] Modes = Enum.GetValues<SslMode>();

    public static TheoryData<int, string> Cases()
    {
        var data = new TheoryData<int, string>();
        foreach (string served in MatrixPki.Served.Keys)
        {
            data.Add(15, served);
            data.Add(18, served);
        }
        return data;
    }

    [Theory, MemberData(nameof(Cases))]
    public async Task Agrees_with_psql_about_a_server_that_serves(int version, string served)
    {
        PostgresCluster server = await servers.GetAsync(version, tls: true);
        (string chainPem, TestCertificate certificate) = MatrixPki.Served[served];
        await server.InstallCertificateAsync(chainPem, certificate.KeyPem);

        await AssertAgreementAsync(version, server, Users, atLeast: 200);
    }

    [Theory]
    [InlineData(15)]
    [InlineData(18)]
    public async Task Agrees_with_psql_about_a_server_without_TLS(int version) =>
        await AssertAgreementAsync(version, await servers.GetAsync(version, tls: false), ["either"], atLeast: 70);

    private async Task AssertAgreementAsync(int version, PostgresCluster server, IReadOnlyList<string> users, int atLeast)
    {
        PsqlJudge judge = (await PsqlJudge.ForLibpqAsync(version)).OrSkip(Assert.Skip);
        var home = new ConnectionEnvironment(servers.Pki.Environment, "/nonexistent", "nobody", "/");
        List<(string Conninfo, SslModeResult Ours)> cases = [];
        foreach (string user in users)
        {
            foreach ((string root, string rootSetting) in servers.Pki.RootSettings)
            {
                if (!IsRuleOf(version, root))
                    continue;
                foreach (string host in Hosts)
                    cases.AddRange(await JudgeAsync($"host={host} hostaddr=127.0.0.1 port={server.Port} dbname=postgres user={user} {rootSetting}", host, home));
            }
        }

        IReadOnlyList<PsqlOutcome> theirs = await judge.ConnectAsync(
            [.. cases.Select(it => it.Conninfo)],
            servers.Pki.Environment.ToDictionary(pair => pair.Key, pair => (string?)pair.Value));

        string[] disagreements =
        [
            .. cases.Zip(theirs)
                .Where(pair => pair.First.Ours.Transport != pair.Second.Transport || CauseOf(pair.First.Ours) != CauseOf(pair.Second, pair.First.Ours))
                .Select(pair => $"{pair.First.Conninfo}\n  we:   {pair.First.Ours.Transport} ({pair.First.Ours.ErrorId}) {pair.First.Ours.Reason}\n" +
                    $"  psql: {pair.Second.Transport} {pair.Second.Message}"),
        ];
        Assert.True(disagreements.Length == 0, $"{disagreements.Length} of {cases.Count} verdicts differ from psql's:\n" + string.Join('\n', disagreements.Take(5)));
        Assert.True(cases.Count >= atLeast, $"The matrix has shrunk to {cases.Count} cases.");
    }

    /// <summary>
    /// libpq before 16 takes "system" for a file's name. And the libpq 18 that is to be had here is linked with OpenSSL 1.1.1, which does
    /// not trust a self-signed certificate without the right to sign certificates; ours are the rules of OpenSSL 3, Debian's libpq 15's.
    /// </summary>
    private static bool IsRuleOf(int version, string root) => root switch
    {
        "system" => version >= 16,
        "the self-signed leaf" => version < 16,
        _ => true,
    };

    /// <summary>The host name matters to verify-full only: the other modes are asked about once.</summary>
    private static async Task<IEnumerable<(string, SslModeResult)>> JudgeAsync(string conninfo, string host, ConnectionEnvironment environment)
    {
        PgEndpoint endpoint = PgEndpoint.Parse(conninfo);
        ConnectionSettings settings = endpoint.With("sslmode", "verify-full").Resolve(environment);
        SslMode[] modes = host == Hosts[0] ? Modes : [SslMode.VerifyFull];
        using var tester = new SslModeTester(modes, [SslClients.Get("libpq")], maxConnections: 2, tlsOnly: false);
        IReadOnlyList<SslModeResult> results =
            await tester.TestAsync(endpoint, settings, settings.Hosts[0], TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        return results.Select(result => ($"{conninfo} sslmode={result.SslMode}", result));
    }

    private static string CauseOf(SslModeResult ours) => ours.ErrorId switch
    {
        nameof(PgSslError.UntrustedCertificate) => "chain",
        nameof(PgSslError.HostNameMismatch) => "name",
        nameof(PgSslError.FileNotFound) => "no root",
        nameof(PgSslError.InvalidCertificateFile) => "bad root",
        nameof(PgSslError.TlsNotOffered) => "no TLS",
        nameof(PgSslError.ConnectionRejected) => "rejected",
        nameof(PgSslError.ContradictoryParameters) => "weak",
        null => "",
        var other => other,
    };

    private static string CauseOf(PsqlOutcome theirs, SslModeResult ours)
    {
        if (theirs.Connected)
            return "";
        // prefer and allow report every attempt; ours names the last.
        string[] lines = theirs.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string message = ours.SslMode is "prefer" or "allow" ? lines[^1] : theirs.Message;
        return message switch
        {
            _ when message.Contains("certificate verify failed") => "chain",
            _ when message.Contains("does not match host name") || message.Contains("could not get server's host name") => "name",
            _ when message.Contains("root certificate file") && message.Contains("does not exist") => "no root",
            _ when message.Contains("could not read root certificate file") => "bad root",
            _ when message.Contains("server does not support SSL") => "no TLS",
            _ when message.Contains("no pg_hba.conf entry") => "rejected",
            _ when message.Contains("weak sslmode") => "weak",
            _ => message,
        };
    }

    /// <summary>One server with TLS and one without per version, and the root files.</summary>
    public sealed class Servers : IAsyncLifetime
    {
        private readonly Dictionary<(int, bool), PostgresCluster> _clusters = [];

        internal MatrixPki Pki { get; } = new();

        public ValueTask InitializeAsync() => ValueTask.CompletedTask;

        public async Task<PostgresCluster> GetAsync(int version, bool tls)
        {
            if (_clusters.TryGetValue((version, tls), out PostgresCluster? running))
                return running;
            PostgresInstallation installation = (await PostgresInstallation.FindAsync(version)).OrSkip(Assert.Skip);
            PostgresCluster cluster = await PostgresCluster.StartAsync(installation, new ClusterOptions
            {
                Hba =
                [
                    "local all all trust",
                    "host all either 127.0.0.1/32 trust",
                    "hostssl all tls_only 127.0.0.1/32 trust",
                    "hostnossl all plain_only 127.0.0.1/32 trust",
                ],
            });
            foreach (string user in Users)
                await cluster.QueryAsync($"create role {user} login");
            return _clusters[(version, tls)] = cluster;
        }

        public async ValueTask DisposeAsync()
        {
            foreach (PostgresCluster cluster in _clusters.Values)
                await cluster.DisposeAsync();
            Pki.Dispose();
        }
    }
}
