using PgSsl.Server;
using PgSsl.Switching;

namespace PgSsl.Tests.Switching;

/// <summary>The reload of Enable-PgSsl and Disable-PgSsl also loads what others saved.</summary>
[Collection(SwitchServer.Collection)]
public class PendingEditsSwitchTests
{
    [Theory, MemberData(nameof(SwitchServer.Majors), MemberType = typeof(SwitchServer))]
    public async Task Rules_that_nobody_loaded_cost_no_session_when_TLS_is_switched_on(int major)
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(major);
        server.SkipIfRulesNeverWait();
        await using IServerSession session = await ConnectAsync(server);
        await SaveRulesAsync(server, "host all postgres 127.0.0.1/32 trust");

        SslSwitch planned = await server.PrepareAsync(server.On);
        var refused = Assert.Throws<PgSslException>(() => planned.Check(isForced: false));

        Assert.Equal(PgSslError.LockOut, refused.Error);
        Assert.Contains("these could not come back then: 1 session of role app from 127.0.0.1 in plaintext.", refused.Message);
        Assert.Contains(planned.Lines, line => line.Contains("pg_hba.conf was saved at", StringComparison.Ordinal));
        planned.Check(isForced: true);
        SslConfigurationChange made = await planned.ApplyAsync(TestContext.Current.CancellationToken);
        Assert.Contains("pg_hba.conf was saved at", Assert.Single(made.PendingEdits));
    }

    [Theory, MemberData(nameof(SwitchServer.Majors), MemberType = typeof(SwitchServer))]
    public async Task Settings_that_nobody_loaded_are_named_and_own_ones_are_not(int major)
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(major);
        await server.Cluster.QueryAsync("ALTER SYSTEM SET work_mem = '8MB'");

        SslConfigurationChange made = await server.ApplyAsync(server.On);

        string edit = Assert.Single(made.PendingEdits, line => line.Contains(" would ", StringComparison.Ordinal));
        Assert.StartsWith("work_mem would become '8MB': ", edit);
        Assert.Equal("8MB", (await server.Cluster.QueryAsync("SHOW work_mem"))[0][0]);
    }

    /// <summary>Nothing is to be changed, but the server has not loaded its new certificate: that needs a reload.</summary>
    [Theory, MemberData(nameof(SwitchServer.Majors), MemberType = typeof(SwitchServer))]
    public async Task A_reload_without_a_change_costs_no_session_either(int major)
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(major);
        server.SkipIfRulesNeverWait();
        await server.ApplyAsync(server.On);
        await using IServerSession session = await ConnectAsync(server);
        await SaveRulesAsync(server, "host all postgres 127.0.0.1/32 trust");

        SslSwitch same = await server.PrepareAsync(server.On);
        Assert.True(same.IsNoChange);
        Assert.Empty((await same.ApplyAsync(TestContext.Current.CancellationToken)).PendingEdits);
        await using (await ConnectAsync(server))
        {
            // Nothing was loaded.
        }

        Sandbox.TestCertificate renewed = SwitchServer.Issue();
        server.Write("server.crt", renewed.ChainPem);
        server.Write("server.key", renewed.KeyPem);
        SslSwitch again = await server.PrepareAsync(server.On);
        Assert.True(again.IsNoChange);
        again.Check(isForced: false);
        var refused = await Assert.ThrowsAsync<PgSslException>(() => again.ApplyAsync(TestContext.Current.CancellationToken));
        Assert.Equal(PgSslError.LockOut, refused.Error);
        again.Check(isForced: true);
        SslConfigurationChange made = await again.ApplyAsync(TestContext.Current.CancellationToken);
        Assert.False(made.IsProven);
        Assert.Contains(made.Proofs, proof => proof.Name == "Logins" && proof.Detail.Contains("1 session of role app", StringComparison.Ordinal));
    }

    private static Task<IServerSession> ConnectAsync(SwitchServer server) =>
        Sessions.OpenAsync($"host=127.0.0.1 port={server.Cluster.Port} user=app dbname=postgres sslmode=prefer");

    private static async Task SaveRulesAsync(SwitchServer server, string rule)
    {
        await Task.Delay(50, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(server.Cluster.HbaPath, $"local all postgres trust\n{rule}\n", TestContext.Current.CancellationToken);
    }
}
