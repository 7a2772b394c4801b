using PgSsl.Connections;
using PgSsl.Sandbox;

namespace PgSsl.Tests.SslModes;

/// <summary>require_auth, channel_binding and gssencmode beside what psql does with them.</summary>
public class AuthenticationDemandsTests
{
    private static readonly SslMode[] Modes = [SslMode.Disable, SslMode.Prefer, SslMode.Require];

    [Fact]
    public async Task Agrees_with_psql_about_what_settings_demand_of_the_authentication()
    {
        PsqlJudge judge = (await PsqlJudge.ForLibpqAsync(18)).OrSkip(Assert.Skip);
        PostgresInstallation installation = (await PostgresInstallation.FindAsync(15)).OrSkip(Assert.Skip);
        await using PostgresCluster server = await ClusterPool.RentAsync(installation, new ClusterOptions
        {
            Hba =
            [
                "host all trusted 127.0.0.1/32 trust",
                "host all scram 127.0.0.1/32 scram-sha-256",
                "host all md5 127.0.0.1/32 md5",
                "host all clear 127.0.0.1/32 password",
            ],
        });
        await server.InstallCertificateAsync(TestAuthority.CreateRoot("Root").Issue(LeafOptions.ForLoopback()));
        await server.QueryAsync("create role trusted login; create role scram login password 'x'; create role clear login password 'x'");
        await server.QueryAsync("set password_encryption = md5; create role md5 login password 'x'");

        using var agreement = new PsqlAgreement(judge, new Dictionary<string, string> { ["PGPASSWORD"] = "x" });
        string[] demands =
        [
            "", "channel_binding=require", "channel_binding=disable", "require_auth=scram-sha-256", "require_auth=none", "require_auth=md5,password",
            "require_auth=!none", "require_auth=!scram-sha-256,!md5", "require_auth=scram-sha-256 channel_binding=require",
        ];
        foreach (string user in (string[])["trusted", "scram", "md5", "clear"])
        {
            foreach (string demand in demands)
                await agreement.AddAsync($"host=127.0.0.1 port={server.Port} dbname=postgres user={user} {demand}", [""], Modes);
        }
        await agreement.AssertAsync(atLeast: 100);
    }
}
