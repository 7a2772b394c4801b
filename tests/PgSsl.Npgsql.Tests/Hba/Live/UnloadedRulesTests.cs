using PgSsl.Files;
using PgSsl.Hba;
using PgSsl.Hba.Live;
using PgSsl.Hba.Policy;
using PgSsl.Sandbox;
using PgSsl.Server;

namespace PgSsl.Tests.Hba.Live;

/// <summary>What the reload of Set-PgHbaSsl loads besides, and whether the server starts again afterwards.</summary>
public class UnloadedRulesTests
{
    private const string Everybody = "host all all 0.0.0.0/0 trust";

    public static TheoryData<int> Majors => HbaServer.Majors;

    [Theory, MemberData(nameof(Majors))]
    public async Task Another_CA_in_the_same_file_costs_no_session(int major)
    {
        TestAuthority ca = TestAuthority.CreateRoot("Client CA");
        using var files = new ClientFiles(ca, "app");
        await using HbaServer server = await HbaServer.StartAsync(major, "hostssl all app 127.0.0.1/32 cert", Everybody);
        server.SkipIfRulesNeverWait();
        await server.TrustAsync(ca);
        (WaitingClient app, _) = await WaitingClient.ConnectAsync(
            $"host=127.0.0.1 port={server.Cluster.Port} dbname=postgres sslmode=require gssencmode=disable user=app {files.ConnInfo}");
        await using (app)
        {
            await Task.Delay(50, TestContext.Current.CancellationToken);
            server.Write("root.crt", TestAuthority.CreateRoot("Another CA").CertificatePem);

            PlannedHbaChange change = await PrepareAsync(server);
            var refused = Assert.Throws<PgSslException>(() => change.Check(isForced: false));

            Assert.Equal(PgSslError.LockOut, refused.Error);
            Assert.Contains("root.crt was saved at", refused.Message);
            change.Check(isForced: true);
            Assert.False((await change.ApplyAsync(TestContext.Current.CancellationToken)).Output.IsProven);
        }
    }

    /// <summary>Its own change is known to be loaded, however quickly the next one follows.</summary>
    [Theory, MemberData(nameof(Majors))]
    public async Task A_second_run_has_nothing_to_load(int major)
    {
        await using HbaServer server = await HbaServer.StartAsync(major, Everybody);
        await (await PrepareAsync(server)).ApplyAsync(TestContext.Current.CancellationToken);
        await server.Session.DisposeAsync();
        server.Session = await HbaServer.OpenAsync(server.Cluster);

        Assert.True((await PrepareAsync(server)).IsNoChange);
    }

    /// <summary>The times of the file that the link leads to now say nothing.</summary>
    [Theory, MemberData(nameof(Majors))]
    public async Task A_link_that_leads_to_another_file_is_noticed(int major)
    {
        await using HbaServer server = await HbaServer.StartAsync(major, Everybody);
        server.SkipIfRulesNeverWait();
        await using IServerSession session = await OpenAsync(server);
        string path = server.Cluster.HbaPath, older = path + ".older";
        await File.WriteAllTextAsync(older, "local all postgres trust\nhost all postgres all trust\n", TestContext.Current.CancellationToken);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(older, File.GetUnixFileMode(path) | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        await Task.Delay(50, TestContext.Current.CancellationToken);
        await server.Cluster.ReloadAsync();
        await Task.Delay(50, TestContext.Current.CancellationToken);
        File.Delete(path);
        File.CreateSymbolicLink(path, older);
        await server.Session.DisposeAsync();
        server.Session = await HbaServer.OpenAsync(server.Cluster);

        PlannedHbaChange change = await PrepareAsync(server);

        Assert.Equal(PgSslError.LockOut, Assert.Throws<PgSslException>(() => change.Check(isForced: false)).Error);
    }

    [Fact]
    public async Task A_file_that_was_taken_out_of_an_included_directory_is_noticed()
    {
        await using HbaServer server = await HbaServer.StartAsync(18, Everybody);
        string directory = Path.Combine(server.Cluster.DataDirectory, "rules"), file = Path.Combine(directory, "app.conf");
        Directory.CreateDirectory(directory);
        await File.WriteAllTextAsync(file, "host all app 127.0.0.1/32 trust\n", TestContext.Current.CancellationToken);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(directory, (UnixFileMode)0b111_101_101);
            File.SetUnixFileMode(file, (UnixFileMode)0b110_100_100);
        }
        await server.Cluster.SetHbaAsync("host all postgres 0.0.0.0/0 trust", "include_dir rules");
        await Task.Delay(50, TestContext.Current.CancellationToken);
        await server.Cluster.ReloadAsync();
        await using IServerSession session = await OpenAsync(server);
        PendingEdits none = await PendingEdits.FindAsync(await server.ObserveAsync(), OwnChange.None, TestContext.Current.CancellationToken);
        await Task.Delay(50, TestContext.Current.CancellationToken);
        File.Delete(file);

        PendingEdits found = await PendingEdits.FindAsync(await server.ObserveAsync(), OwnChange.None, TestContext.Current.CancellationToken);

        Assert.Empty(none.Edits);
        Assert.Contains(found.Warnings, edit => edit.Contains($"Files may have been added to {directory}", StringComparison.Ordinal));
        Assert.Equal(["1 session of role app from 127.0.0.1 over TLS"], found.Costs);
    }

    [Fact]
    public async Task Roles_of_databases_that_somebody_switched_on_cost_every_session()
    {
        await using HbaServer server = await HbaServer.StartAsync(15, Everybody);
        await using IServerSession session = await OpenAsync(server);
        await server.Cluster.QueryAsync("ALTER SYSTEM SET db_user_namespace = on");

        PlannedHbaChange change = await PrepareAsync(server);

        Assert.Contains("this session", Assert.Throws<PgSslException>(() => change.Check(isForced: false)).Message);
    }

    /// <summary>The file says what is wanted, and the server does not know it yet.</summary>
    [Theory, MemberData(nameof(Majors))]
    public async Task Rules_that_are_as_they_should_be_are_loaded(int major)
    {
        await using HbaServer server = await HbaServer.StartAsync(major, Everybody);
        server.SkipIfRulesNeverWait();
        await Task.Delay(50, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            server.Cluster.HbaPath, "local all postgres trust\nhostssl all all 0.0.0.0/0 trust\n", TestContext.Current.CancellationToken);
        Assert.True((await server.ConnectAsync("disable")).Connected);

        PlannedHbaChange change = await PrepareAsync(server);
        Assert.False(change.IsNoChange);
        change.Check(isForced: false);
        HbaSslChange made = (await change.ApplyAsync(TestContext.Current.CancellationToken)).Output;

        Assert.Equal((true, false), (made.IsChanged, made.IsProven));
        Assert.False((await server.ConnectAsync("disable")).Connected);
        await Task.Delay(50, TestContext.Current.CancellationToken);
        await server.Cluster.ReloadAsync();
        Assert.True((await PrepareAsync(server)).IsNoChange);
    }

    public static TheoryData<int, string> Broken
    {
        get
        {
            var data = new TheoryData<int, string>();
            foreach (int major in new[] { 15, 18 })
                foreach (string what in new[] { "no key", "work_mem = abc", "=== garbage", "max_connections = 3" })
                    data.Add(major, what);
            return data;
        }
    }

    [Theory, MemberData(nameof(Broken))]
    public async Task A_server_that_does_not_start_again_is_not_proven(int major, string what)
    {
        await using HbaServer server = await HbaServer.StartAsync(major, Everybody);
        server.SkipIfRulesNeverWait();
        if (what == "no key")
            File.Delete(server.KeyPath);
        else
            await File.AppendAllTextAsync(
                Path.Combine(server.Cluster.DataDirectory, "postgresql.conf"), $"\n{what}\n", TestContext.Current.CancellationToken);

        PlannedHbaChange change = await PrepareAsync(server);
        change.Check(isForced: false);
        HbaSslChange made = (await change.ApplyAsync(TestContext.Current.CancellationToken)).Output;

        Assert.False(made.IsProven);
        Assert.Contains(made.Proofs, proof => proof is { Name: "Start", Outcome: PgSsl.Changes.ProofState.NotMade });
        Assert.Equal(what != "max_connections = 3", change.Warnings.Any(line => line.Contains("would not start again", StringComparison.Ordinal)));
        // A reload does not load what is broken.
        Assert.DoesNotContain(made.PendingEdits, edit => edit.Contains("no file sets it any more", StringComparison.Ordinal));
    }

    /// <summary>An ordinary server keeps its TLS. Where each process reads the files, it would be lost, and no undo would bring it back.</summary>
    [Theory, MemberData(nameof(Majors))]
    public async Task A_reload_that_takes_TLS_away_is_refused_by_force_too(int major)
    {
        await using HbaServer server = await HbaServer.StartAsync(major, Everybody);
        string mark = Path.Combine(server.Cluster.DataDirectory, "global", "config_exec_params");
        server.Write("server-0123456789AB.crt", TestAuthority.CreateRoot("Another CA").Issue(LeafOptions.ForLoopback()).ChainPem);
        await server.Cluster.QueryAsync("ALTER SYSTEM SET ssl_cert_file = 'server-0123456789AB.crt'");
        bool isOrdinary = !File.Exists(mark);
        if (isOrdinary)
            (await PrepareAsync(server)).Check(isForced: true);
        if (isOrdinary)
            await File.WriteAllTextAsync(mark, "", TestContext.Current.CancellationToken);
        try
        {
            PlannedHbaChange change = await PrepareAsync(server);

            var refused = Assert.Throws<PgSslException>(() => change.Check(isForced: true));

            Assert.Equal(PgSslError.RequirementNotMet, refused.Error);
            Assert.Contains("a reload would take TLS from", refused.Message);
            Assert.Contains("ALTER SYSTEM SET ssl_cert_file = 'server.crt'", refused.Remedy);
        }
        finally
        {
            // The next test gets the cluster.
            if (isOrdinary)
                File.Delete(mark);
        }
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task Nothing_wrong_is_proven(int major)
    {
        await using HbaServer server = await HbaServer.StartAsync(major, Everybody);

        HbaSslChange made = (await (await PrepareAsync(server)).ApplyAsync(TestContext.Current.CancellationToken)).Output;

        Assert.True(made.IsProven, string.Join(Environment.NewLine, made.Proofs));
    }

    private static Task<IServerSession> OpenAsync(HbaServer server) =>
        Sessions.OpenAsync($"host=127.0.0.1 port={server.Cluster.Port} user=app dbname=postgres sslmode=require");

    private static async Task<PlannedHbaChange> PrepareAsync(HbaServer server)
    {
        HbaLive live = await server.ObserveAsync();
        HbaDocument document = HbaDocument.Read(server.Cluster.HbaPath, live.Facts.Dialect, DiskServerFiles.Instance);
        return await PlannedHbaChange.PrepareAsync(
            HbaPlanner.Plan(document, new HbaPolicy(), DiskServerFiles.Instance), live, TestContext.Current.CancellationToken);
    }
}
