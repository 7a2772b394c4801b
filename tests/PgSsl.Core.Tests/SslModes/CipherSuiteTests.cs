using PgSsl.Connections;
using PgSsl.Sandbox;
using PgSsl.SslModes;
using PgSsl.SslModes.Clients;
using PgSsl.Tests.Connections;

namespace PgSsl.Tests.SslModes;

/// <summary>
/// Servers that take few cipher suites: what each client gets there with prefer and require. psql is asked; the drivers' lists are those of Go,
/// .NET, Java 17 and Node.js 20.
/// </summary>
public sealed class CipherSuiteTests
{
    private static readonly SslMode[] Modes = [SslMode.Prefer, SslMode.Require];

    /// <summary>The server's OpenSSL 1.1.1 takes 1024 bits, and psql's OpenSSL 3 does not: prefer goes on in plaintext.</summary>
    [Theory, InlineData(1024), InlineData(2048)]
    public async Task Agrees_with_psql_about_groups_for_Diffie_Hellman(int bits)
    {
        PsqlJudge judge = (await PsqlJudge.ForLibpqAsync(15)).OrSkip(Assert.Skip);
        PostgresInstallation installation = (await PostgresInstallation.FindAsync(18)).OrSkip(Assert.Skip);
        await using PostgresCluster server = await ClusterPool.RentAsync(installation);
        string path = Path.Combine(server.DataDirectory, "dh.pem");
        (await ProcessRunner.RunAsync("openssl", ["dhparam", "-dsaparam", "-out", path, $"{bits}"])).OrThrow("openssl dhparam");
        await server.InstallCertificateAsync(TestAuthority.CreateRoot("Groups").Issue(LeafOptions.ForLoopback() with { Key = KeyAlgorithm.Rsa2048 }));
        await server.ConfigureAsync(new Dictionary<string, string?>
        {
            ["ssl_max_protocol_version"] = "TLSv1.2", ["ssl_ciphers"] = "DHE-RSA-AES256-GCM-SHA384", ["ssl_dh_params_file"] = "dh.pem",
        });
        using var agreement = new PsqlAgreement(judge, new Dictionary<string, string>());

        await agreement.AddAsync($"host=127.0.0.1 port={server.Port} user=postgres dbname=postgres", [""], Modes);

        await agreement.AssertAsync(atLeast: 2);
    }

    [Theory]
    [InlineData("DHE-RSA-AES256-GCM-SHA384", "libpq=tls,tls npgsql=-,- pgjdbc=tls,tls pgx=plaintext,- node-postgres=tls,tls")]
    [InlineData("AES128-GCM-SHA256", "libpq=tls,tls npgsql=-,- pgjdbc=tls,tls pgx=plaintext,- node-postgres=tls,tls")]
    [InlineData("AES256-SHA", "libpq=tls,tls npgsql=-,- pgjdbc=tls,tls pgx=plaintext,- node-postgres=tls,tls")]
    [InlineData("ECDHE-RSA-AES256-SHA", "libpq=tls,tls npgsql=-,- pgjdbc=tls,tls pgx=tls,tls node-postgres=tls,tls")]
    [InlineData("ECDHE-RSA-AES128-SHA256", "libpq=tls,tls npgsql=tls,tls pgjdbc=tls,tls pgx=plaintext,- node-postgres=tls,tls")]
    [InlineData("ECDHE-RSA-AES256-SHA384", "libpq=tls,tls npgsql=tls,tls pgjdbc=tls,tls pgx=plaintext,- node-postgres=tls,tls")]
    [InlineData(
        "DHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256",
        "libpq=tls,tls npgsql=tls,tls pgjdbc=tls,tls pgx=tls,tls node-postgres=tls,tls")]
    public async Task A_client_connects_where_it_offers_what_the_server_takes(string ciphers, string expected)
    {
        PsqlJudge judge = (await PsqlJudge.ForLibpqAsync(15)).OrSkip(Assert.Skip);
        PostgresInstallation installation = (await PostgresInstallation.FindAsync(15)).OrSkip(Assert.Skip);
        await using PostgresCluster server = await ClusterPool.RentAsync(installation);
        TestAuthority root = TestAuthority.CreateRoot("Suites Root");
        await server.InstallCertificateAsync(root.Issue(LeafOptions.ForLoopback() with { Key = KeyAlgorithm.Rsa2048 }));
        await server.ConfigureAsync(new Dictionary<string, string?> { ["ssl_max_protocol_version"] = "TLSv1.2", ["ssl_ciphers"] = ciphers });
        using var world = new World();
        string conninfo = $"host=localhost hostaddr=127.0.0.1 port={server.Port} user=postgres dbname=postgres";
        string path = world.Write("root.crt", root.CertificatePem);
        ConnectionSettings settings = world.Resolve($"{conninfo} sslmode=verify-full sslrootcert={path}");
        using var tester = new SslModeTester(Modes, _ => SslClients.All, maxConnections: 2, tlsOnly: false);

        ServerFacts facts = await tester.GatherAsync(
            PgEndpoint.Parse(conninfo), settings, settings.Hosts[0], TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        IReadOnlyList<SslModeResult> results = tester.Judge(facts, settings);

        IReadOnlyList<PsqlOutcome> psql = await judge.ConnectAsync(
            [.. Modes.Select(mode => $"{conninfo} sslmode={mode.ToLibpq()}")], new Dictionary<string, string?>());
        Assert.Equal(["tls", "tls"], psql.Select(outcome => outcome.Transport));
        Assert.Equal(expected, string.Join(' ', results.GroupBy(result => result.Client).Select(client =>
            $"{client.Key}={string.Join(',', client.Select(result => result.Connects ? result.Transport : "-"))}")));
        Assert.All(results.Where(result => result.Client == "pgx" && !result.Connects), result =>
            Assert.Contains("no cipher suite that pgx offers", result.Reason));
        Assert.All(results.Where(result => result is { Client: "pgx", Transport: "tls" }), result =>
            Assert.StartsWith("TLS_ECDHE", result.CipherSuite));
    }
}
