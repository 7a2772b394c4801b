using PgSsl.Deployment;
using PgSsl.Hba.Live;
using PgSsl.Sandbox;
using PgSsl.Server.Live;
using PgSsl.Switching;
using PgSsl.Tests.Deployment;
using PgSsl.Tests.Hba.Live;

namespace PgSsl.Tests.Switching;

/// <summary>A change loses its session, its server, or both: what it says about the undo is what happened.</summary>
[Collection(SwitchServer.Collection)]
public class LostSessionTests
{
    private const string Minimum = "ssl_min_protocol_version";
    private const string EndOthers = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'PgSsl'";

    private static readonly PgSslException Broken = new(PgSslError.ConnectionClosed, "the connection broke.", null);

    public static TheoryData<int> Majors => SwitchServer.Majors;

    [Theory, MemberData(nameof(Majors))]
    public async Task A_session_that_was_ended_is_opened_again_for_the_undo(int major)
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(major);
        AlterSystemChange change = await server.UncheckedAsync(
            server.On, Hooked(server, "pg_reload_conf", () => server.Cluster.QueryAsync(EndOthers)));

        await AssertAsync(PgSslError.ChangeNotProven, change);

        Assert.DoesNotContain("ssl", server.AutoText);
        Assert.Null(await server.ServedAsync());
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task A_server_that_restarts_is_waited_for(int major)
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(major);
        AlterSystemChange change = await server.UncheckedAsync(server.On, Hooked(server, "pg_reload_conf", server.Cluster.RestartAsync));

        await AssertAsync(PgSslError.ChangeNotProven, change);

        Assert.DoesNotContain("ssl", server.AutoText);
        Assert.Null(await server.ServedAsync());
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task Nobody_undoes_anything_on_another_server(int major)
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(major);
        await using HbaServer other = await HbaServer.StartAsync(major, "host all all 127.0.0.1/32 trust");
        LiveServer there = await other.ObserveAsync();
        AlterSystemChange change = await server.UncheckedAsync(
            server.On,
            Hooked(server, "pg_reload_conf", () => server.Cluster.QueryAsync(EndOthers)) with { Reopen = _ => Sessions.OpenAsync(there.Settings) });

        PgSslException failure = await AssertAsync(PgSslError.FileNotRestored, change);

        Assert.Contains("Another server", failure.Message);
        Assert.Contains("ALTER SYSTEM RESET ssl", failure.Remedy);
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task A_statement_that_is_refused_before_anything_has_changed_is_only_that(int major)
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(major);
        var refused = new PgSslException(PgSslError.InsufficientPrivilege, "permission denied.", null);
        LiveServer live = server.Live with { Session = new FaultySession(server.Session, "ALTER SYSTEM", refused, isForGood: true) };

        await AssertAsync(PgSslError.InsufficientPrivilege, await server.UncheckedAsync(server.On, live));

        Assert.DoesNotContain("ssl", server.AutoText);
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task Every_statement_is_undone_even_if_one_is_not(int major)
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(major);
        LiveServer live = Hooked(server, "pg_reload_conf", () => Task.FromException(Broken));
        live = live with { Session = new FaultySession(live.Session, $"RESET {Minimum}", Broken, isForGood: true), Reopen = null };

        PgSslException failure = await AssertAsync(PgSslError.FileNotRestored, await server.UncheckedAsync(Two(server), live));

        string[] settings = [.. server.AutoText.Split('\n').Where(line => line.StartsWith("ssl", StringComparison.Ordinal))];
        Assert.StartsWith($"{Minimum} = ", Assert.Single(settings));
        Assert.Contains(Minimum, failure.Message);
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task What_somebody_else_set_before_the_change_is_FileChanged(int major)
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(major);
        AlterSystemChange change = await server.UncheckedAsync(Two(server));
        await server.Cluster.QueryAsync($"ALTER SYSTEM SET {Minimum} = 'TLSv1.1'");

        await AssertAsync(PgSslError.FileChanged, change);

        Assert.Contains($"{Minimum} = 'TLSv1.1'", server.AutoText);
        Assert.DoesNotContain("ssl = ", server.AutoText);
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task What_somebody_else_set_before_the_undo_stays_and_is_named(int major)
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(major);
        LiveServer live = Hooked(server, "pg_reload_conf", async () =>
        {
            await server.Cluster.QueryAsync($"ALTER SYSTEM SET {Minimum} = 'TLSv1.1'");
            throw Broken;
        });

        PgSslException failure = await AssertAsync(PgSslError.FileNotRestored, await server.UncheckedAsync(Two(server), live));

        Assert.Contains($"{Minimum} was set to 'TLSv1.1' by somebody else", failure.Message);
        Assert.Contains($"{Minimum} = 'TLSv1.1'", server.AutoText);
        Assert.DoesNotContain("ssl = ", server.AutoText);
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task A_change_that_is_proven_stays_one_whatever_comes_after_it(int major)
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(major);
        var session = new FaultySession(server.Session, "pg_stat_ssl", Broken, isForGood: true) { IsArmed = false };
        SslSwitch planned = await server.PrepareAsync(server.On, live: server.Live with { Session = session });
        session.IsArmed = true;

        SslConfigurationChange change = await planned.ApplyAsync(TestContext.Current.CancellationToken);

        Assert.True(change.IsProven);
        Assert.Null(change.PlaintextSessions);
        Assert.NotNull(await server.ServedAsync());
    }

    /// <summary>The reload that nobody can order by SQL any more is ordered by a signal, if the server is here.</summary>
    [Theory, InlineData(15, true), InlineData(18, true), InlineData(15, false), InlineData(18, false)]
    public async Task A_server_that_lets_nobody_in_is_told_by_a_signal(int major, bool isHere)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signals.");
        await using HbaScenario scenario = await HbaScenario.PlannedAsync(major, "host all all 0.0.0.0/0 trust");
        scenario.FailAt("pg_reload_conf", Broken, isForGood: true);
        if (!isHere)
            scenario.Live = scenario.Live with { PostmasterId = null };

        var failure = await Assert.ThrowsAsync<PgSslException>(scenario.ApplyAsync);

        Assert.Equal(isHere ? PgSslError.ChangeNotProven : PgSslError.UndoNotProven, failure.Error);
        await scenario.AssertUntouchedAsync();
    }

    /// <summary>No answer is no proof.</summary>
    [Theory, MemberData(nameof(Majors))]
    public async Task A_server_that_stops_is_not_proven_and_the_files_are_put_back(int major)
    {
        await using CertificateServer server = await CertificateServer.StartAsync(major);
        using ServerCertificatePlan plan = await server.PlanAsync(
            CertificateServer.Issuing.Issue(LeafOptions.ForLoopback()), keepsNames: true);
        var session = new HookedSession(server.Session, "pg_reload_conf", server.Cluster.StopAsync, runs: false);
        ServerCertificateChange change = await server.PrepareAsync(plan, timeout: TimeSpan.FromSeconds(1), session: session);

        var failure = await Assert.ThrowsAsync<PgSslException>(() => change.ApplyAsync(TestContext.Current.CancellationToken));

        Assert.Equal(PgSslError.UndoNotProven, failure.Error);
        Assert.Contains("does not answer after it", failure.Message);
        await server.Cluster.StartAgainAsync();
        server.Session = await TestServer.OpenAsync(server.Cluster);
        await server.AssertUntouchedAsync();
    }

    /// <summary>Takes two statements.</summary>
    private static SslTarget Two(SwitchServer server) => server.On with { MinimumProtocol = "TLSv1.3" };

    private static LiveServer Hooked(SwitchServer server, string statement, Func<Task> hook) =>
        server.Live with
        {
            Session = new HookedSession(server.Session, statement, hook),
            Reopen = _ => Sessions.OpenAsync(server.Live.Settings),
        };

    private static async Task<PgSslException> AssertAsync(PgSslError error, SslChange change)
    {
        var failure = await Assert.ThrowsAsync<PgSslException>(() => change.ApplyAsync(TestContext.Current.CancellationToken));
        Assert.True(failure.Error == error, failure.ToString());
        return failure;
    }
}
