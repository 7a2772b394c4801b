using PgSsl.Changes;
using PgSsl.Hba;
using PgSsl.Hba.Live;
using PgSsl.Hba.Policy;
using PgSsl.Server;

namespace PgSsl.Tests.Hba.Live;

/// <summary>A rule that asks for a password lets nobody in whose stored password it does not accept.</summary>
public class HbaLoginTests
{
    private static readonly HbaPolicy Scram = new() { Method = "scram-sha-256" };

    public static TheoryData<int> Majors => HbaServer.Majors;

    [Theory, MemberData(nameof(Majors))]
    public async Task A_role_with_an_md5_password_is_not_locked_out_by_scram(int major)
    {
        await using HbaServer server = await HbaServer.StartAsync(major, "hostssl all all 0.0.0.0/0 md5");
        await server.Cluster.QueryAsync("SET password_encryption = 'md5'; ALTER ROLE app PASSWORD 'x'");
        await server.Cluster.QueryAsync("ALTER ROLE replicator PASSWORD 'x'");
        await using IServerSession session = await OpenAsync(server, "app", "x");

        PlannedHbaChange change = await PrepareAsync(server, Scram);
        var refused = Assert.Throws<PgSslException>(() => change.Check(isForced: false));

        Assert.Equal(PgSslError.LockOut, refused.Error);
        Assert.Contains("role app: none of its sessions (1) could come back", refused.Message);
        Assert.Contains(
            "app could not log in any more by pg_hba.conf:2: the password is stored as md5, and scram-sha-256 does not accept that", refused.Message);
        Assert.DoesNotContain("replicator", refused.Message);
        Assert.Contains("password_encryption", refused.Remedy);

        // Without a password nobody could log in before: that is not lost.
        Assert.DoesNotContain("postgres", refused.Message);
        HbaSslChange forced = await ForceAsync(change);
        Assert.False(forced.IsProven);
        Assert.Contains("1 session of role app from 127.0.0.1 is over TLS and could not come back: the password is stored as md5.", forced.CutOff);
        await Assert.ThrowsAsync<PgSslException>(() => OpenAsync(server, "app", "x"));
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task A_role_without_a_password_is_not_locked_out_even_if_it_has_no_session(int major)
    {
        await using HbaServer server = await HbaServer.StartAsync(major, "host all all 0.0.0.0/0 trust");
        await server.Cluster.QueryAsync("ALTER ROLE replicator PASSWORD 'x'; ALTER ROLE app PASSWORD 'x' VALID UNTIL '2020-01-01'");

        PlannedHbaChange change = await PrepareAsync(server, Scram);
        var refused = Assert.Throws<PgSslException>(() => change.Check(isForced: false));

        Assert.Equal(PgSslError.LockOut, refused.Error);
        Assert.Contains("app could not log in any more by pg_hba.conf:2: the password has expired", refused.Message);
        Assert.Contains("postgres could not log in any more by pg_hba.conf:2: the password is not set", refused.Message);
        HbaSslChange forced = await ForceAsync(change);
        Assert.False(forced.IsProven);
        Assert.Equal(2, forced.CutOff.Length);
        Assert.Contains(forced.Proofs, proof => proof is { Name: "Wire", Outcome: ProofState.Proven });
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task Whoever_has_a_password_that_counts_is_proven_to_get_in(int major)
    {
        await using HbaServer server = await HbaServer.StartAsync(major, "host all app,replicator 0.0.0.0/0 trust");
        await server.Cluster.QueryAsync("ALTER ROLE app PASSWORD 'x'; ALTER ROLE replicator PASSWORD 'x'");

        PlannedHbaChange change = await PrepareAsync(server, Scram);
        change.Check(isForced: false);
        HbaSslChange made = (await change.ApplyAsync(TestContext.Current.CancellationToken)).Output;

        Assert.True(made.IsProven);
        Assert.Empty(made.CutOff);
        Assert.Contains(made.Proofs, proof => proof is { Name: "Logins", Outcome: ProofState.Proven });
        await using IServerSession session = await OpenAsync(server, "app", "x");
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task Roles_that_the_change_does_not_touch_are_not_named(int major)
    {
        await using HbaServer server = await HbaServer.StartAsync(
            major, "hostssl all app 0.0.0.0/0 md5", "hostssl replication,all replicator 0.0.0.0/0 md5");
        await server.Cluster.QueryAsync("SET password_encryption = 'md5'; ALTER ROLE app PASSWORD 'x'; ALTER ROLE replicator PASSWORD 'x'");

        PlannedHbaChange change = await PrepareAsync(server, Scram with { Selection = new() { Users = ["app"] } });
        var refused = Assert.Throws<PgSslException>(() => change.Check(isForced: false));

        Assert.Contains("app could not log in any more", refused.Message);
        string all = string.Join('\n', [refused.Message, refused.Remedy, .. change.Warnings]);
        Assert.DoesNotContain("replicator", all);
    }

    /// <summary>A rule that is never reached for a role costs it nothing.</summary>
    [Fact]
    public async Task Roles_that_an_earlier_rule_lets_in_keep_their_login()
    {
        await using HbaServer server = await HbaServer.StartAsync(
            15, "host all app,postgres,replicator 127.0.0.1/32 trust", "host all all 127.0.0.1/32 trust", "host all all 0.0.0.0/0 trust");
        await server.Cluster.QueryAsync("ALTER ROLE replicator PASSWORD 'x'; ALTER ROLE postgres PASSWORD 'x'");

        HbaLive live = await server.ObserveAsync();
        HbaPolicy policy = Scram with { Selection = new() { Addresses = ["127.0.0.1/32"], Users = ["all"], IncludesLoopback = true } };
        HbaPlan plan = HbaServer.Plan(live, server.Cluster.HbaPath, policy);
        LostLogins lost = LostLogins.Find(plan, live.Facts, new HbaMatcher(live.MatchContext), TestContext.Current.CancellationToken);

        Assert.True(lost.IsChecked);
        Assert.Empty(lost.Roles);
    }

    /// <summary>They came in plaintext; over TLS another rule is the first that matches them.</summary>
    [Theory]
    [InlineData("hostssl all all 127.0.0.1/32 scram-sha-256", "the password is not set, and scram-sha-256 does not accept that")]
    [InlineData("hostssl all app 127.0.0.1/32 reject", "the rule rejects everybody")]
    public async Task Roles_about_whom_an_earlier_rule_decides_over_TLS_are_not_locked_out(string earlier, string why)
    {
        await using HbaServer server = await HbaServer.StartAsync(15, earlier, "host all all 127.0.0.1/32 trust");

        PlannedHbaChange change = await PrepareAsync(server, new HbaPolicy { Selection = new HbaSelection { IncludesLoopback = true } });
        var refused = Assert.Throws<PgSslException>(() => change.Check(isForced: false));

        Assert.Equal(PgSslError.LockOut, refused.Error);
        Assert.Contains("app", refused.Message);
        Assert.Contains(why, refused.Message);
        Assert.False((await ForceAsync(change)).IsProven);
        await Assert.ThrowsAsync<PgSslException>(() => OpenAsync(server, "app", "x"));
    }

    [Fact]
    public async Task Roles_that_are_to_show_a_certificate_over_TLS_are_not_called_lost()
    {
        await using HbaServer server = await HbaServer.StartAsync(15, "hostssl all app 127.0.0.1/32 cert", "host all all 127.0.0.1/32 trust");

        PlannedHbaChange change = await PrepareAsync(server, new HbaPolicy { Selection = new HbaSelection { IncludesLoopback = true } });

        change.Check(isForced: false);
    }

    [Fact]
    public async Task Passwords_that_cannot_be_seen_are_not_taken_for_good()
    {
        await using HbaServer server = await HbaServer.StartAsync(15, "hostssl all all 0.0.0.0/0 md5");
        await server.Cluster.QueryAsync(
            "ALTER ROLE app PASSWORD 'x'; GRANT pg_read_all_stats, pg_read_all_settings, pg_read_server_files TO app; "
            + "GRANT SELECT ON pg_hba_file_rules TO app; GRANT EXECUTE ON FUNCTION pg_hba_file_rules(), pg_reload_conf() TO app");
        await server.Session.DisposeAsync();
        server.Session = await OpenAsync(server, "app", "x");

        PlannedHbaChange change = await PrepareAsync(server, Scram);
        var refused = Assert.Throws<PgSslException>(() => change.Check(isForced: false));

        Assert.Equal(PgSslError.LockOut, refused.Error);
        Assert.Contains("only a superuser sees how passwords are stored", refused.Message);
        Assert.False((await ForceAsync(change)).IsProven);
    }

    [Fact]
    public async Task Sessions_that_cannot_be_seen_are_not_taken_for_none()
    {
        await using HbaServer server = await HbaServer.StartAsync(15, "host all all 0.0.0.0/0 trust");
        await server.Cluster.QueryAsync(
            "GRANT pg_read_all_settings, pg_read_server_files TO app; "
            + "GRANT SELECT ON pg_hba_file_rules TO app; GRANT EXECUTE ON FUNCTION pg_hba_file_rules(), pg_reload_conf() TO app");
        await using IServerSession other = await Sessions.OpenAsync(Conninfo(server, "replicator", "disable"));
        await server.Session.DisposeAsync();
        server.Session = await Sessions.OpenAsync(Conninfo(server, "app", "require"));

        PlannedHbaChange change = await PrepareAsync(server, new HbaPolicy());
        var refused = Assert.Throws<PgSslException>(() => change.Check(isForced: false));

        Assert.Equal(PgSslError.LockOut, refused.Error);
        Assert.Contains("perhaps 1 session of other roles, which this role may not see", refused.Message);
        Assert.Contains("GRANT pg_read_all_stats TO \"app\"", refused.Remedy);
    }

    /// <summary>The role has a password that counts, and this session came in without it. Whether it has it, only a login shows.</summary>
    [Theory, InlineData("x", true), InlineData("wrong", false), InlineData(null, false)]
    public async Task This_session_logs_in_again_by_the_new_rules_or_they_are_put_back(string? password, bool isProven)
    {
        await using HbaServer server = await HbaServer.StartAsync(15, "host all postgres 0.0.0.0/0 trust");
        await server.Cluster.QueryAsync("ALTER ROLE postgres PASSWORD 'x'");
        await server.Session.DisposeAsync();
        server.Session = await Sessions.OpenAsync(Conninfo(server, "postgres", "require"));
        HbaLive live = await server.ObserveAsync() with { Reopen = _ => Sessions.OpenAsync(Conninfo(server, "postgres", "require"), password) };
        byte[] old = server.Content;
        PlannedHbaChange change = await PrepareAsync(server, Scram, live);
        change.Check(isForced: false);

        if (isProven)
        {
            Assert.True((await change.ApplyAsync(TestContext.Current.CancellationToken)).Output.IsProven);
            return;
        }
        var failure = await Assert.ThrowsAsync<PgSslException>(() => change.ApplyAsync(TestContext.Current.CancellationToken));
        Assert.Equal(PgSslError.ChangeNotProven, failure.Error);
        Assert.Contains("postgres, the role of this session, could not log in again", failure.Message);
        Assert.Equal(old, server.Content);

        PlannedHbaChange again = await PrepareAsync(server, Scram, live);
        Assert.False((await ForceAsync(again)).IsProven);
    }

    /// <summary>initdb's rules of RHEL: whoever ident refuses gets the same SQLSTATE as whoever no rule lets in.</summary>
    [Theory, MemberData(nameof(Majors))]
    public async Task Rules_with_ident_are_changed_and_proven(int major)
    {
        await using HbaServer server =
            await HbaServer.StartAsync(major, "host all all 127.0.0.1/32 ident", "host replication all 127.0.0.1/32 ident");

        PlannedHbaChange change = await PrepareAsync(server, new HbaPolicy { Selection = new() { IncludesLoopback = true } });
        change.Check(isForced: false);
        HbaSslChange made = (await change.ApplyAsync(TestContext.Current.CancellationToken)).Output;

        Assert.True(made.IsProven);
        Assert.Equal(2, made.Proofs.Count(proof => proof is { Name: "Wire", Outcome: ProofState.Proven }));
        Assert.Contains(made.Proofs, proof => proof.Detail.Contains("a rule is applied, which fails", StringComparison.Ordinal));
    }

    /// <summary>A client without a certificate is refused as if there was no rule: that shows nothing, and breaks nothing.</summary>
    [Theory, MemberData(nameof(Majors))]
    public async Task Rules_with_cert_show_nothing_and_stay(int major)
    {
        await using HbaServer server = await HbaServer.StartAsync(major, "hostssl all all 127.0.0.1/32 cert", "host all all 10.0.0.0/8 md5");

        PlannedHbaChange change = await PrepareAsync(server, new HbaPolicy { Selection = new() { IncludesLoopback = true } });
        change.Check(isForced: false);
        HbaSslChange made = (await change.ApplyAsync(TestContext.Current.CancellationToken)).Output;

        Assert.False(made.IsProven);
        Assert.Contains(made.Proofs, proof => proof is { Name: "Wire", Outcome: ProofState.NotMade });
    }

    private static string Conninfo(HbaServer server, string user, string sslmode) =>
        $"host=127.0.0.1 port={server.Cluster.Port} user={user} dbname=postgres sslmode={sslmode}";

    private static Task<IServerSession> OpenAsync(HbaServer server, string user, string password) =>
        Sessions.OpenAsync(Conninfo(server, user, "require"), password);

    private static async Task<PlannedHbaChange> PrepareAsync(HbaServer server, HbaPolicy policy, HbaLive? live = null)
    {
        live ??= await server.ObserveAsync();
        return await PlannedHbaChange.PrepareAsync(
            HbaServer.Plan(live, server.Cluster.HbaPath, policy), live, TestContext.Current.CancellationToken);
    }

    private static async Task<HbaSslChange> ForceAsync(PlannedHbaChange change)
    {
        change.Check(isForced: true);
        return (await change.ApplyAsync(TestContext.Current.CancellationToken)).Output;
    }
}
