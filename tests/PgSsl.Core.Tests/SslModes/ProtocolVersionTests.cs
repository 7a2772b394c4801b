using PgSsl.Connections;
using PgSsl.Sandbox;

namespace PgSsl.Tests.SslModes;

public class ProtocolVersionTests
{
    [Fact]
    public async Task Agrees_with_psql_where_client_and_server_share_no_TLS_version()
    {
        PsqlJudge judge = (await PsqlJudge.ForLibpqAsync(15)).OrSkip(Assert.Skip);
        PostgresInstallation installation = (await PostgresInstallation.FindAsync(15)).OrSkip(Assert.Skip);
        await using PostgresCluster server = await ClusterPool.RentAsync(installation);
        await server.InstallCertificateAsync(TestAuthority.CreateRoot("Root").Issue(LeafOptions.ForLoopback()));
        await server.ConfigureAsync(new Dictionary<string, string?> { ["ssl_min_protocol_version"] = "TLSv1.3" });

        using var agreement = new PsqlAgreement(judge, new Dictionary<string, string>());
        string[] settings = ["", "ssl_max_protocol_version=TLSv1.2", "ssl_min_protocol_version=TLSv1.3", "ssl_max_protocol_version=TLSv1.3"];
        foreach (string versions in settings)
            await agreement.AddAsync(
                $"host=localhost hostaddr=127.0.0.1 port={server.Port} user=postgres dbname=postgres {versions}", [""],
                [SslMode.Disable, SslMode.Allow, SslMode.Prefer, SslMode.Require]);

        await agreement.AssertAsync(atLeast: 16);
    }

    /// <summary>The second TLS client sees such a server, and libpq's OpenSSL does not, whatever libpq allows.</summary>
    [Fact]
    public async Task Agrees_with_psql_where_the_server_speaks_only_versions_that_nobody_should()
    {
        PsqlJudge judge = (await PsqlJudge.ForLibpqAsync(15)).OrSkip(Assert.Skip);
        PostgresInstallation installation = (await PostgresInstallation.FindAsync(15)).OrSkip(Assert.Skip);
        await using PostgresCluster server = await ClusterPool.RentAsync(installation);
        await server.InstallCertificateAsync(TestAuthority.CreateRoot("Root").Issue(LeafOptions.ForLoopback()));
        await server.ConfigureAsync(new Dictionary<string, string?>
        {
            ["ssl_min_protocol_version"] = "TLSv1", ["ssl_max_protocol_version"] = "TLSv1.1", ["ssl_ciphers"] = "ALL:@SECLEVEL=0",
        });

        using var agreement = new PsqlAgreement(judge, new Dictionary<string, string>());
        foreach (string versions in (string[])["", "ssl_min_protocol_version=TLSv1", "ssl_min_protocol_version=TLSv1.1"])
            await agreement.AddAsync(
                $"host=localhost hostaddr=127.0.0.1 port={server.Port} user=postgres dbname=postgres {versions}", [""],
                [SslMode.Disable, SslMode.Allow, SslMode.Prefer, SslMode.Require]);

        await agreement.AssertAsync(atLeast: 12);
    }
}
