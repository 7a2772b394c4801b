using PgSsl.Connections;
using PgSsl.Files;
using PgSsl.Hba;
using PgSsl.Hba.Live;
using PgSsl.Hba.Policy;
using PgSsl.Sandbox;
using PgSsl.Server;
using PgSsl.Server.Live;

namespace PgSsl.Tests.Hba.Live;

/// <summary>What somebody saved and did not load is not put into force in silence.</summary>
public class PendingEditsTests
{
    private const string Everybody = "host all all 0.0.0.0/0 trust";

    public static TheoryData<int> Majors => HbaServer.Majors;

    [Theory, MemberData(nameof(Majors))]
    public async Task Rules_that_nobody_loaded_are_shown_and_cost_no_session(int major)
    {
        await using HbaServer server = await HbaServer.StartAsync(major, Everybody);
        server.SkipIfRulesNeverWait();
        await using IServerSession session = await OpenAsync(server, "app", "require");
        await SaveAsync(server, "host all postgres 0.0.0.0/0 trust", "hostssl replication all 0.0.0.0/0 trust");

        PlannedHbaChange change = await PrepareAsync(server);
        var refused = Assert.Throws<PgSslException>(() => change.Check(isForced: false));

        Assert.Equal(PgSslError.LockOut, refused.Error);
        Assert.Contains("these could not come back then: 1 session of role app from 127.0.0.1 over TLS.", refused.Message);
        Assert.Contains($"{server.Cluster.HbaPath} was saved at ", refused.Message);
        Assert.Contains(change.Lines, line => line.StartsWith("The reload will also load what waits for it: ", StringComparison.Ordinal));
        Assert.Contains(change.Warnings, line => line.Contains("was saved at", StringComparison.Ordinal));
        change.Check(isForced: true);
        HbaSslChange made = (await change.ApplyAsync(TestContext.Current.CancellationToken)).Output;
        Assert.Single(made.PendingEdits);
        await Assert.ThrowsAsync<PgSslException>(() => OpenAsync(server, "app", "require"));
    }

    [Fact]
    public async Task Rules_that_nobody_loaded_are_shown_also_if_they_cost_nothing()
    {
        await using HbaServer server = await HbaServer.StartAsync(15, Everybody);
        server.SkipIfRulesNeverWait();
        await using IServerSession session = await OpenAsync(server, "app", "require");
        await SaveAsync(server, Everybody, "host all nobody all trust");

        PlannedHbaChange change = await PrepareAsync(server);
        change.Check(isForced: false);

        Assert.Single(change.Warnings);
        Assert.Single((await change.ApplyAsync(TestContext.Current.CancellationToken)).Output.PendingEdits);
    }

    /// <summary>Whoever is not connected is not known: another CA, another version of TLS, another certificate.</summary>
    [Theory, InlineData("ssl_min_protocol_version = 'TLSv1.3'"), InlineData("ssl_ca_file = 'server.crt'")]
    public async Task Settings_for_TLS_that_nobody_loaded_leave_it_open_who_can_log_in(string setting)
    {
        await using HbaServer server = await HbaServer.StartAsync(15, Everybody);
        await server.Cluster.QueryAsync($"ALTER SYSTEM SET {setting}");

        PlannedHbaChange change = await PrepareAsync(server);
        change.Check(isForced: false);
        HbaSslChange made = (await change.ApplyAsync(TestContext.Current.CancellationToken)).Output;

        Assert.False(made.IsProven);
        Assert.Contains(made.Proofs, proof => proof.Name == "Logins" && proof.Detail.Contains(setting.Split(' ')[0], StringComparison.Ordinal));
    }

    /// <summary>The rename of another file into its place leaves the time of its content.</summary>
    [Fact]
    public async Task A_file_that_was_moved_there_is_noticed()
    {
        await using HbaServer server = await HbaServer.StartAsync(15, Everybody);
        server.SkipIfRulesNeverWait();
        await using IServerSession session = await OpenAsync(server, "app", "require");
        string prepared = server.Cluster.HbaPath + ".new";
        await File.WriteAllTextAsync(prepared, "local all postgres trust\nhost all postgres all trust\n", TestContext.Current.CancellationToken);
        File.SetLastWriteTimeUtc(prepared, DateTime.UtcNow.AddDays(-7));
        Share(prepared);
        await Task.Delay(50, TestContext.Current.CancellationToken);
        File.Move(prepared, server.Cluster.HbaPath, overwrite: true);

        PlannedHbaChange change = await PrepareAsync(server);

        Assert.Equal(PgSslError.LockOut, Assert.Throws<PgSslException>(() => change.Check(isForced: false)).Error);
        Assert.Contains("was replaced, or its owner or mode was changed", Assert.Single(change.Warnings));
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task What_was_loaded_is_not_mentioned(int major)
    {
        await using HbaServer server = await HbaServer.StartAsync(major, Everybody);
        await Task.Delay(50, TestContext.Current.CancellationToken);
        await server.Cluster.QueryAsync("SELECT pg_reload_conf()");
        await Task.Delay(200, TestContext.Current.CancellationToken);
        await server.Session.DisposeAsync();
        server.Session = await HbaServer.OpenAsync(server.Cluster);

        PendingEdits found = await PendingEdits.FindAsync(await server.ObserveAsync(), OwnChange.None, TestContext.Current.CancellationToken);

        Assert.Empty(found.Edits);
        Assert.Empty(found.Costs);
    }

    /// <summary>A role that reads the server's files through SQL alone sees whole seconds.</summary>
    [Fact]
    public async Task Files_elsewhere_are_judged_by_the_server_s_own_times()
    {
        await using HbaServer server = await HbaServer.StartAsync(15, Everybody);
        await using IServerSession session = await OpenAsync(server, "app", "require");
        await Task.Delay(1100, TestContext.Current.CancellationToken);
        await SaveAsync(server, "host all postgres 0.0.0.0/0 trust");
        HbaLive live = await server.ObserveAsync() with { PostmasterId = null };

        PendingEdits found = await PendingEdits.FindAsync(live, OwnChange.None, TestContext.Current.CancellationToken);

        Assert.Contains(found.Edits, edit => edit.StartsWith($"{server.Cluster.HbaPath} was saved at", StringComparison.Ordinal));
        Assert.Equal(["1 session of role app from 127.0.0.1 over TLS"], found.Costs);
    }

    /// <summary>Whether the edit costs one of them cannot be seen.</summary>
    [Fact]
    public async Task Sessions_that_are_hidden_may_be_among_those_that_rules_cost()
    {
        await using HbaServer server = await HbaServer.StartAsync(15, Everybody);
        server.SkipIfRulesNeverWait();
        await server.Cluster.QueryAsync("CREATE ROLE lim LOGIN; GRANT pg_read_all_settings, pg_read_server_files TO lim; "
            + "GRANT SELECT ON pg_hba_file_rules, pg_file_settings TO lim; "
            + "GRANT EXECUTE ON FUNCTION pg_hba_file_rules(), pg_show_all_file_settings(), pg_stat_file(text, boolean) TO lim");
        await using IServerSession hidden = await OpenAsync(server, "app", "require");
        await Task.Delay(1100, TestContext.Current.CancellationToken);
        await SaveAsync(server, "host all app 127.0.0.1/32 reject\nhost all all 0.0.0.0/0 trust");
        ConnectionSettings settings = Sessions.Resolve($"host=127.0.0.1 port={server.Cluster.Port} user=lim dbname=postgres");
        await using IServerSession session = await Sessions.OpenAsync(settings);
        LiveServer live = await LiveServer.OfAsync(session, settings, Sessions.Timeout, TestContext.Current.CancellationToken);

        PendingEdits found = await PendingEdits.FindAsync(live, OwnChange.None, TestContext.Current.CancellationToken);

        Assert.Contains(found.Costs, cost => cost.Contains("of other roles, which lim may not see", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Another_file_of_rules_that_waits_for_a_restart_is_named()
    {
        await using HbaServer server = await HbaServer.StartAsync(15, Everybody);
        await server.Cluster.QueryAsync("ALTER SYSTEM SET hba_file = '/nowhere/other_hba.conf'");
        HbaLive live = await server.ObserveAsync();

        PlannedHbaChange change = await PlannedHbaChange.PrepareAsync(
            HbaServer.Plan(live, server.Cluster.HbaPath), live, TestContext.Current.CancellationToken);

        Assert.Contains(change.Lines, line => line.Contains("hba_file to '/nowhere/other_hba.conf'", StringComparison.Ordinal));
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task Settings_that_nobody_loaded_are_shown_with_their_values(int major)
    {
        await using HbaServer server = await HbaServer.StartAsync(major, Everybody);
        string file = Path.Combine(server.Cluster.DataDirectory, "postgresql.auto.conf");
        await server.Cluster.QueryAsync("ALTER SYSTEM SET work_mem = '8MB'");
        await server.Cluster.QueryAsync("ALTER SYSTEM SET archive_command = 'scp secret'");
        // The same in another unit, and what only a restart changes.
        await server.Cluster.QueryAsync("ALTER SYSTEM SET maintenance_work_mem = '65536kB'");
        await server.Cluster.QueryAsync("ALTER SYSTEM SET max_connections = 99");

        PendingEdits found = await PendingEdits.FindAsync(
            await server.ObserveAsync(), Setting("archive_command"), TestContext.Current.CancellationToken);
        PendingEdits all = await PendingEdits.FindAsync(await server.ObserveAsync(), OwnChange.None, TestContext.Current.CancellationToken);

        string edit = Assert.Single(found.Warnings);
        Assert.StartsWith("The reload will also load what waits for it: work_mem would become '8MB': ", edit);
        Assert.Contains($"{file}:", edit);
        Assert.EndsWith("sets it, and the server uses '4096'.", edit);
        Assert.Empty(found.Costs);
        Assert.DoesNotContain(all.Edits, line => line.Contains("secret", StringComparison.Ordinal));
        Assert.Contains(all.Edits, line => line.StartsWith("archive_command would change: ", StringComparison.Ordinal));
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task Ssl_that_somebody_switched_off_in_the_file_costs_every_session_over_TLS(int major)
    {
        await using HbaServer server = await HbaServer.StartAsync(major, Everybody);
        await using IServerSession safe = await OpenAsync(server, "app", "require"), plain = await OpenAsync(server, "app", "disable");
        await server.Cluster.QueryAsync("ALTER SYSTEM SET ssl = off");

        PendingEdits found = await PendingEdits.FindAsync(await server.ObserveAsync(), OwnChange.None, TestContext.Current.CancellationToken);

        Assert.Contains("ssl would become 'off'", Assert.Single(found.Warnings));
        Assert.Equal(["1 session of role app from 127.0.0.1 over TLS"], found.Costs);
    }

    public static TheoryData<int, string, string> TlsEdits
    {
        get
        {
            var data = new TheoryData<int, string, string>();
            foreach (int major in new[] { 15, 18 })
            {
                data.Add(major, "ssl_ca_file", "''");
                data.Add(major, "ssl_ca_file", "'other.crt'");
                data.Add(major, "ssl_crl_file", "'expired.crl'");
                data.Add(major, "ssl_min_protocol_version", "'TLSv1.3'");
            }
            return data;
        }
    }

    [Theory, MemberData(nameof(TlsEdits))]
    public async Task Settings_for_TLS_that_nobody_loaded_cost_no_session(int major, string name, string value)
    {
        TestAuthority ca = TestAuthority.CreateRoot("Client CA");
        using var files = new ClientFiles(ca, "app");
        await using HbaServer server = await HbaServer.StartAsync(major, "hostssl all app 127.0.0.1/32 cert", Everybody);
        await server.TrustAsync(ca);
        server.Write("other.crt", TestAuthority.CreateRoot("Another CA").CertificatePem);
        server.Write("expired.crl", ca.CreateCrl([], DateTimeOffset.UtcNow.AddDays(-2), DateTimeOffset.UtcNow.AddDays(-1)));
        string conninfo = $"host=127.0.0.1 port={server.Cluster.Port} dbname=postgres sslmode=require gssencmode=disable";
        (WaitingClient app, _) = await WaitingClient.ConnectAsync($"{conninfo} user=app {files.ConnInfo} ssl_max_protocol_version=TLSv1.2");
        (WaitingClient other, _) = await WaitingClient.ConnectAsync($"{conninfo} user=replicator");
        await using (app)
        await using (other)
        {
            await server.Cluster.QueryAsync($"ALTER SYSTEM SET {name} = {value}");

            PlannedHbaChange change = await PrepareAsync(server);
            var refused = Assert.Throws<PgSslException>(() => change.Check(isForced: false));

            Assert.Equal(PgSslError.LockOut, refused.Error);
            Assert.Contains("these could not come back then: 1 session of role app from 127.0.0.1 over TLS. ", refused.Message);
            Assert.Contains($"{name} would become", refused.Message);

            PendingEdits own = await PendingEdits.FindAsync(await server.ObserveAsync(), Setting(name), TestContext.Current.CancellationToken);
            Assert.Empty(own.Costs);
        }
    }

    /// <summary>pg_ident.conf itself, and from 16 on a file that it includes.</summary>
    [Theory, InlineData(15, false), InlineData(18, false), InlineData(18, true)]
    public async Task Somebody_else_in_the_map_costs_no_session(int major, bool isIncluded)
    {
        TestAuthority ca = TestAuthority.CreateRoot("Client CA");
        using var files = new ClientFiles(ca, "shop");
        await using HbaServer server = await HbaServer.StartAsync(major, "hostssl all app 127.0.0.1/32 cert map=people", Everybody);
        server.SkipIfRulesNeverWait();
        await server.TrustAsync(ca);
        string main = Path.Combine(server.Cluster.DataDirectory, "pg_ident.conf"), included = Path.Combine(server.Cluster.DataDirectory, "maps.conf");
        if (isIncluded)
            await SaveFileAsync(server, main, "include_if_exists maps.conf\n");
        await SaveFileAsync(server, isIncluded ? included : main, "people shop app\n");
        await server.Cluster.ReloadAsync();
        string conninfo = $"host=127.0.0.1 port={server.Cluster.Port} dbname=postgres sslmode=require gssencmode=disable user=app {files.ConnInfo}";
        (WaitingClient app, _) = await WaitingClient.ConnectAsync(conninfo);
        await using (app)
        {
            await SaveFileAsync(server, isIncluded ? included : main, "people /^(.*)op$ app\n");
            PendingEdits harmless = await PendingEdits.FindAsync(await server.ObserveAsync(), OwnChange.None, TestContext.Current.CancellationToken);
            await SaveFileAsync(server, isIncluded ? included : main, "people other app\n");
            PendingEdits found = await PendingEdits.FindAsync(await server.ObserveAsync(), OwnChange.None, TestContext.Current.CancellationToken);

            Assert.Empty(harmless.Costs);
            string path = isIncluded ? included : main;
            Assert.Contains(found.Warnings, edit => edit.Contains($"{path} was saved at", StringComparison.Ordinal));
            Assert.Equal(["1 session of role app from 127.0.0.1 over TLS"], found.Costs);
        }
    }

    [Fact]
    public async Task A_map_that_nobody_loaded_costs_no_session()
    {
        await using HbaServer server = await HbaServer.StartAsync(15, Everybody);
        server.SkipIfRulesNeverWait();
        string map = Path.Combine(server.Cluster.DataDirectory, "pg_ident.conf");
        await SaveFileAsync(server, map, "people someone app\n");
        await server.Cluster.SetHbaAsync(["hostssl all postgres 127.0.0.1/32 trust", "hostssl all app 127.0.0.1/32 cert map=people", Everybody]);
        HbaLive live = await server.ObserveAsync();
        var session = new LiveSession(1, "app", "postgres", HbaTransport.Tls, NumericAddressOf("127.0.0.1"), "")
        { Certificate = new("/CN=someone", "/CN=Client CA", "1") };
        live = new HbaLive(live, live.Facts with { Sessions = [session] });

        await SaveFileAsync(server, map, "people someone else\n");
        PendingEdits found = await PendingEdits.FindAsync(live, OwnChange.None, TestContext.Current.CancellationToken);

        Assert.Contains(found.Edits, edit => edit.StartsWith($"{map} was saved at", StringComparison.Ordinal));
        Assert.Equal(["1 session of role app from 127.0.0.1 over TLS"], found.Costs);
    }

    [Fact]
    public void Times_that_do_not_tell_are_not_guessed_from()
    {
        DateTimeOffset loaded = DateTimeOffset.UnixEpoch.AddSeconds(1000.5);
        SavedFileState Judge(double saved, double? changed, double precision) => SavedFile.Judge(
            "f", DateTimeOffset.UnixEpoch.AddSeconds(saved), changed is { } at ? DateTimeOffset.UnixEpoch.AddSeconds(at) : null, loaded,
            TimeSpan.FromSeconds(precision)).State;

        Assert.Equal(SavedFileState.Loaded, Judge(1000.4, 1000.4, 0.01));
        Assert.Equal(SavedFileState.SameMoment, Judge(1000.495, 1000.495, 0.01));
        Assert.Equal(SavedFileState.Pending, Judge(1000.51, 1000.51, 0.01));
        Assert.Equal(SavedFileState.Unclear, Judge(900, 1000.51, 0.01));
        Assert.Equal(SavedFileState.SameMoment, Judge(1000, 1000, 1));
        Assert.Equal(SavedFileState.Loaded, Judge(999, null, 1));
    }

    private static PgSsl.Common.NumericAddress NumericAddressOf(string address) =>
        PgSsl.Common.NumericAddress.Of(System.Net.IPAddress.Parse(address));

    private static Task SaveAsync(HbaServer server, params string[] rules) =>
        SaveFileAsync(server, server.Cluster.HbaPath, string.Join('\n', rules.Prepend("local all postgres trust")) + "\n");

    private static async Task SaveFileAsync(HbaServer server, string path, string text)
    {
        // Later than the load of what is there, and on any clock.
        await Task.Delay(50, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(path, text, TestContext.Current.CancellationToken);
        Share(path);
    }

    // The server's account may be another one than that of the tests.
    private static void Share(string path)
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, File.GetUnixFileMode(path) | UnixFileMode.OtherRead | UnixFileMode.GroupRead);
    }

    private static Task<IServerSession> OpenAsync(HbaServer server, string user, string sslmode) =>
        Sessions.OpenAsync($"host=127.0.0.1 port={server.Cluster.Port} user={user} dbname=postgres sslmode={sslmode}");

    private static async Task<PlannedHbaChange> PrepareAsync(HbaServer server)
    {
        HbaLive live = await server.ObserveAsync();
        HbaDocument document = HbaDocument.Read(server.Cluster.HbaPath, live.Facts.Dialect, DiskServerFiles.Instance);
        return await PlannedHbaChange.PrepareAsync(
            HbaPlanner.Plan(document, new HbaPolicy(), DiskServerFiles.Instance), live, TestContext.Current.CancellationToken);
    }

    private static OwnChange Setting(string name) => new() { Values = new Dictionary<string, string> { [name] = "" } };
}
