using PgSsl.Sandbox;

namespace PgSsl.Tests;

/// <summary>The admin console of PgBouncer lets a role in and knows no SQL. That is no reason to log in again in plaintext.</summary>
public class PoolerConsoleTests
{
    [Theory, InlineData("prefer"), InlineData("allow"), InlineData("require")]
    public async Task A_console_that_refuses_a_statement_is_logged_in_to_once(string sslMode)
    {
        PgBouncer.Find().OrSkip(Assert.Skip);
        PostgresCluster cluster = (await ClusterPool.GetAsync(15, "behind poolers")).OrSkip(Assert.Skip);
        string log = Path.Combine(SandboxDirectory.CreatePrivate(SandboxDirectory.Create(), "log"), "pgbouncer.log");
        var settings = new Dictionary<string, string> { ["admin_users"] = "postgres", ["logfile"] = log };
        await using PgBouncer bouncer = await PgBouncer.StartAsync(
            cluster, TestAuthority.CreateRoot("Pooler CA").Issue(LeafOptions.ForLoopback()), settings: settings);

        PgSslException failure = await Sessions.RefusedAsync(
            $"host=127.0.0.1 port={bouncer.Port} user=postgres dbname=pgbouncer sslmode={sslMode}");

        Assert.Equal(PgSslError.SqlFailed, failure.Error);
        Assert.StartsWith("\"postgres\" logged in to database \"pgbouncer\" of 127.0.0.1", failure.Message);
        Assert.Contains("the admin console", failure.Message);
        Assert.Contains("dbname", failure.Remedy);
        Assert.Single(File.ReadLines(log), line => line.Contains("login attempt: db=pgbouncer", StringComparison.Ordinal));
    }
}
