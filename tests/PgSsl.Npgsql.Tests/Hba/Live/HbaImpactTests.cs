using PgSsl.Hba.Live;
using PgSsl.Hba.Policy;
using PgSsl.Server;

namespace PgSsl.Tests.Hba.Live;

/// <summary>Whom a change would cost the connection, seen from the sessions that there are.</summary>
public class HbaImpactTests
{
    [Fact]
    public async Task Sessions_in_plaintext_could_not_come_back_but_over_TLS()
    {
        await using HbaServer server = await HbaServer.StartAsync(15, "host all all 0.0.0.0/0 trust");
        await using IServerSession one = await OpenAsync(server, "app", "disable"), two = await OpenAsync(server, "app", "disable");
        await using IServerSession safe = await OpenAsync(server, "app", "require");

        HbaImpact impact = await ImpactAsync(server);

        Assert.Equal(["2 sessions of role app from 127.0.0.1 are in plaintext and could not come back, except over TLS."], impact.Describe());
        // A third session of the same role is encrypted: the role is not locked out.
        Assert.Empty(impact.LockOuts);
    }

    [Fact]
    public async Task A_role_all_of_whose_sessions_are_in_plaintext_is_locked_out()
    {
        await using HbaServer server = await HbaServer.StartAsync(15, "host all all 0.0.0.0/0 trust");
        await using IServerSession one = await OpenAsync(server, "app", "disable");

        Assert.Equal(["role app: none of its sessions (1) could come back in the same way"], (await ImpactAsync(server)).LockOuts);
    }

    [Fact]
    public async Task The_session_of_who_asks_is_locked_out_by_itself()
    {
        await using HbaServer server = await HbaServer.StartAsync(15, "host all all 0.0.0.0/0 trust");
        await server.Session.DisposeAsync();
        server.Session = await OpenAsync(server, "postgres", "disable");

        Assert.Equal(["this session, role postgres from 127.0.0.1 in plaintext"], (await ImpactAsync(server)).LockOuts);
    }

    [Fact]
    public async Task Sessions_that_other_rules_let_in_are_not_concerned()
    {
        await using HbaServer server = await HbaServer.StartAsync(15, "host all app 127.0.0.1/32 trust", "host all all 0.0.0.0/0 trust");
        await using IServerSession one = await OpenAsync(server, "app", "disable");

        Assert.Empty((await ImpactAsync(server)).CutOff);
    }

    [Fact]
    public async Task Sessions_that_cannot_be_looked_at_are_counted()
    {
        await using HbaServer server = await HbaServer.StartAsync(15, "host all all 0.0.0.0/0 trust");
        await using IServerSession weak = await OpenAsync(server, "app", "require");

        HbaServerFacts facts = await new HbaServerReader(weak, TestContext.Current.CancellationToken).ReadAsync();

        // The session of the test itself, as superuser.
        Assert.Equal(1, facts.HiddenSessions);
        Assert.Null(facts.HbaPath);
        Assert.Null(facts.StoredPasswords);
        Assert.False(facts.MayReload);
    }

    private static Task<IServerSession> OpenAsync(HbaServer server, string user, string sslmode) =>
        Sessions.OpenAsync($"host=127.0.0.1 port={server.Cluster.Port} user={user} dbname=postgres sslmode={sslmode}");

    private static async Task<HbaImpact> ImpactAsync(HbaServer server, HbaPolicy? policy = null)
    {
        HbaLive live = await server.ObserveAsync();
        return HbaImpact.Of(HbaServer.Plan(live, server.Cluster.HbaPath, policy), live.Facts, live.MatchContext);
    }
}
