using PgSsl.Sandbox;

namespace PgSsl.Tests.Sandbox;

public class PsqlJudgeTests
{
    [Theory]
    [InlineData(15)]
    [InlineData(18)]
    public async Task Tells_tls_from_plaintext_from_no_connection(int libpq)
    {
        PsqlJudge judge = (await PsqlJudge.ForLibpqAsync(libpq)).OrSkip(Assert.Skip);
        await using PostgresCluster cluster = await StartAsync();
        await cluster.InstallCertificateAsync(TestAuthority.CreateRoot("Judge Root").Issue(LeafOptions.ForLoopback()));
        string server = $"host=127.0.0.1 port={cluster.Port} user=postgres dbname=postgres";

        IReadOnlyList<PsqlOutcome> outcomes = await judge.ConnectAsync(
        [
            server + " sslmode=require",
            server + " sslmode=disable",
            server + " sslmode=verify-full",
            server + " sslmode=bogus",
            $"host={cluster.SocketDirectory} port={cluster.Port} user=postgres dbname=postgres sslmode=verify-full",
            server,
            "host=127.0.0.1 port=1 user=postgres",
            $"postgresql://postgres@127.0.0.1:{cluster.Port}/postgres?sslmode=disable",
        ]);

        Assert.Equal(
            ["tls", "plaintext", "none", "none", "plaintext", "tls", "none", "plaintext"],
            outcomes.Select(outcome => outcome.Transport));
        Assert.StartsWith("connection to server at \"127.0.0.1\"", outcomes[6].Message);
        Assert.Equal("invalid sslmode value: \"bogus\"", outcomes[3].Message);
    }

    [Fact]
    public async Task Quotes_what_conninfo_strings_may_hold()
    {
        PsqlJudge judge = (await PsqlJudge.ForLibpqAsync(15)).OrSkip(Assert.Skip);
        await using PostgresCluster cluster = await StartAsync();
        await cluster.QueryAsync("""CREATE ROLE "o'neill \ :x" LOGIN""");

        IReadOnlyList<PsqlOutcome> outcomes = await judge.ConnectAsync(
            [$"""host=127.0.0.1 port={cluster.Port} user='o\'neill \\ :x' dbname=postgres"""]);

        Assert.Equal(new PsqlOutcome(true, "plaintext", ""), Assert.Single(outcomes));
    }

    [Fact]
    public async Task A_server_newer_than_psql_is_no_reason_for_a_message()
    {
        PsqlJudge judge = (await PsqlJudge.ForLibpqAsync(15)).OrSkip(Assert.Skip);
        TlsCluster shared = (await ClusterPool.GetTlsAsync(18)).OrSkip(Assert.Skip);

        IReadOnlyList<PsqlOutcome> outcomes = await judge.ConnectAsync(
            [$"host=127.0.0.1 port={shared.Cluster.Port} user=postgres dbname=postgres"]);

        Assert.Equal(new PsqlOutcome(true, "tls", ""), Assert.Single(outcomes));
    }

    [Fact]
    public async Task Each_attempt_has_its_own_environment()
    {
        PsqlJudge judge = (await PsqlJudge.ForLibpqAsync(15)).OrSkip(Assert.Skip);
        await using PostgresCluster cluster = await StartAsync();
        var attempt = new PsqlAttempt($"host=127.0.0.1 port={cluster.Port} user=postgres dbname=postgres");

        IReadOnlyList<PsqlOutcome> outcomes = await judge.ConnectAsync(
        [
            attempt with { Environment = new Dictionary<string, string?> { ["PGSSLMODE"] = "require" } },
            attempt,
        ]);

        Assert.Equal(["none", "plaintext"], outcomes.Select(outcome => outcome.Transport));
        Assert.Contains("server does not support SSL", outcomes[0].Message);
    }

    [Fact]
    public async Task A_service_file_counts_as_in_a_first_connection()
    {
        PsqlJudge judge = (await PsqlJudge.ForLibpqAsync(15)).OrSkip(Assert.Skip);
        await using PostgresCluster cluster = await StartAsync();
        string services = Path.GetTempFileName();
        await File.WriteAllTextAsync(
            services, $"[plain]\nhost=127.0.0.1\nport={cluster.Port}\nuser=postgres\ndbname=postgres\nsslmode=require\n");
        try
        {
            IReadOnlyList<PsqlOutcome> outcomes = await judge.ConnectAsync(
                ["service=plain"], new Dictionary<string, string?> { ["PGSERVICEFILE"] = services });
            Assert.Contains("server does not support SSL", Assert.Single(outcomes).Message);
        }
        finally
        {
            File.Delete(services);
        }
    }

    [Fact]
    public async Task System_roots_bring_their_own_default_mode_as_in_a_first_connection()
    {
        PsqlJudge judge = (await PsqlJudge.ForLibpqAsync(18)).OrSkip(Assert.Skip);
        TlsCluster shared = (await ClusterPool.GetTlsAsync(15)).OrSkip(Assert.Skip);
        string server = $"host=localhost port={shared.Cluster.Port} user=postgres dbname=postgres sslrootcert=system";

        IReadOnlyList<PsqlOutcome> outcomes = await judge.ConnectAsync([server, server + " sslmode=require"]);

        Assert.Contains("certificate verify failed", outcomes[0].Message);
        Assert.Contains("weak sslmode", outcomes[1].Message);
    }

    [Fact]
    public async Task Hundreds_of_connections_keep_their_order()
    {
        PsqlJudge judge = (await PsqlJudge.ForLibpqAsync(15)).OrSkip(Assert.Skip);
        await using PostgresCluster cluster = await StartAsync();
        string[] modes = [.. Enumerable.Range(0, 200).Select(i => i % 3 == 0 ? "require" : "disable")];

        IReadOnlyList<PsqlOutcome> outcomes = await judge.ConnectAsync(
            [.. modes.Select(mode => $"host=127.0.0.1 port={cluster.Port} user=postgres dbname=postgres sslmode={mode}")]);

        Assert.Equal(modes.Select(mode => mode == "disable"), outcomes.Select(outcome => outcome.Connected));
    }

    private static async Task<PostgresCluster> StartAsync() =>
        await PostgresCluster.StartAsync((await PostgresInstallation.FindAsync(15)).OrSkip(Assert.Skip));
}
