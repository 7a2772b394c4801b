using PgSsl.Server;

namespace PgSsl.Tests;

/// <summary>Tests that change the variables of the process, which all tests share, and so run while no others do.</summary>
[CollectionDefinition(nameof(ProcessVariableTests), DisableParallelization = true)]
[Collection(nameof(ProcessVariableTests))]
public sealed class ProcessVariableTests
{
    /// <summary>
    /// Npgsql would fail on a certificate file that is not there, and on libpq's words for methods; and it would find a password that the
    /// settings do not have.
    /// </summary>
    [Fact]
    public async Task What_Npgsql_would_take_from_the_process_plays_no_role()
    {
        SqlServer server = await SqlServer.GetAsync(15);
        (string Name, string Value)[] variables =
        [
            ("PGSSLCERT", "/nonexistent"), ("PGREQUIREAUTH", "scram-sha-256"), ("PGSSLNEGOTIATION", "direct"), ("PGPASSWORD", "wrong"),
        ];
        try
        {
            foreach ((string name, string value) in variables)
                Environment.SetEnvironmentVariable(name, value);
            string conninfo = $"host=localhost port={server.Cluster.Port} dbname=postgres sslmode=require";
            await AssertOpensAsync($"{conninfo} user=anyone", "anyone");
            Assert.Equal(PgSslError.PasswordRequired, (await Sessions.RefusedAsync($"{conninfo} user=by_scram")).Error);
            await AssertOpensAsync(
                $"{conninfo} user=by_certificate sslcert={server.Files.Certificate} sslkey={server.Files.Key}", "by_certificate");
        }
        finally
        {
            foreach ((string name, _) in variables)
                Environment.SetEnvironmentVariable(name, null);
        }
    }

    private static async Task AssertOpensAsync(string conninfo, string role)
    {
        await using IServerSession session = await Sessions.OpenAsync(conninfo);
        Assert.Equal(role, session.UserName);
    }
}
