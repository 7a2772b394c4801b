using System.Runtime.Versioning;
using PgSsl.Changes;
using PgSsl.Deployment;
using PgSsl.Files;
using PgSsl.Inspection;
using PgSsl.Sandbox;
using PgSsl.Server;
using PgSsl.Server.Configuration;
using PgSsl.Server.Live;
using PgSsl.Server.Settings;

namespace PgSsl.Tests.Deployment;

/// <summary>
/// Where each connection reads certificate and key, a renewed pair gets new names, and one reload switches to both. Ordinary servers show here that
/// the switch and its undo are right; <see cref="ExecBackendTests"/> shows what it is for.
/// </summary>
public class PairSwitchTests
{
    public static TheoryData<int> Majors => CertificateServer.Majors;

    private static TestCertificate New() => CertificateServer.Issuing.Issue(LeafOptions.ForLoopback());

    [Theory, MemberData(nameof(Majors))]
    public async Task The_new_pair_is_served_under_new_names_and_the_old_one_stays(int major)
    {
        await using CertificateServer server = await StartAsync(major);
        TestCertificate renewed = New();

        ServerCertificateChangeResult result = await server.InstallAsync(renewed);

        Assert.Equal([("Files", ProofState.Proven), ("Wire", ProofState.Proven)], result.Proofs.Select(proof => (proof.Name, proof.Outcome)));
        Assert.Equal([server.KeyPath, server.CertificatePath], result.Backups);
        Assert.Equal(CertificateServer.Old.ChainPem, await File.ReadAllTextAsync(server.CertificatePath, TestContext.Current.CancellationToken));
        Assert.Equal(CertificateServer.Old.KeyPem, await File.ReadAllTextAsync(server.KeyPath, TestContext.Current.CancellationToken));
        ServerTlsFacts facts = await server.AskAsync();
        Assert.Matches("^server-[0-9A-F]{12}.crt$", facts["ssl_cert_file"]);
        Assert.Equal(Path.ChangeExtension(facts["ssl_cert_file"], ".key"), facts["ssl_key_file"]);
        AssertSameAccess(server.KeyPath, facts.PathOf("ssl_key_file")!);
        AssertSameAccess(server.CertificatePath, facts.PathOf("ssl_cert_file")!);
        await server.AssertServesAsync(renewed);
        await server.Cluster.RestartAsync();
        Assert.Equal(renewed.Certificate.Thumbprint, (await CertificateProbe.ReadAsync(server.Cluster.Port))?.Thumbprint);
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task The_same_pair_again_is_nothing_to_do(int major)
    {
        await using CertificateServer server = await StartAsync(major);
        TestCertificate renewed = New();
        await server.InstallAsync(renewed);
        string[] files = Files(server);

        using ServerCertificatePlan again = await server.PlanAsync(renewed);

        Assert.Null(again.Switch);
        Assert.True((await server.PrepareAsync(again)).IsNothingToDo);
        Assert.Equal(files, Files(server));
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task Only_the_pair_before_the_present_one_is_kept_and_what_is_not_ours(int major)
    {
        await using CertificateServer server = await StartAsync(major);
        string foreign = Path.Combine(server.Cluster.DataDirectory, "server-0123456789AB.crt");
        SandboxDirectory.WritePrivate(foreign, CertificateServer.Old.ChainPem);
        var pairs = new List<string>();
        for (int i = 0; i < 4; i++)
        {
            await server.InstallAsync(New());
            pairs.Add((await server.AskAsync())["ssl_key_file"]!);
        }

        string[] keys = [.. Files(server).Where(name => name.EndsWith(".key", StringComparison.Ordinal))];
        Assert.Equal(pairs.TakeLast(2).Append("server.key").Order(StringComparer.Ordinal), keys);
        Assert.True(File.Exists(foreign));
        Assert.Equal(4, Files(server).Count(name => name.EndsWith(".crt", StringComparison.Ordinal)));
    }

    /// <summary>Another server, or a program that is none, may name a file in a directory that is not the server's own: nobody here knows.</summary>
    [Theory, MemberData(nameof(Majors))]
    public async Task Older_pairs_outside_of_the_data_directory_stay(int major)
    {
        await using CertificateServer server = await StartAsync(major);
        string root = SandboxDirectory.Create(), shared = SandboxDirectory.CreatePrivate(root, "shared");
        try
        {
            SandboxDirectory.WritePrivate(Path.Combine(shared, "server.crt"), CertificateServer.Old.ChainPem);
            SandboxDirectory.WritePrivate(Path.Combine(shared, "server.key"), CertificateServer.Old.KeyPem);
            await server.Cluster.ConfigureAsync(new Dictionary<string, string?>
            {
                ["ssl_cert_file"] = $"{shared}/server.crt", ["ssl_key_file"] = $"{shared}/server.key",
            });
            for (int i = 0; i < 3; i++)
                await server.InstallAsync(New());
            using ServerCertificatePlan fourth = await server.PlanAsync(New());

            Assert.Equal(8, Directory.GetFiles(shared, "server*").Length);
            Assert.Empty(fourth.Switch!.Outdated);
            string start = $"Older pairs stay, with their keys: {shared}/server-";
            Assert.Contains(fourth.Warnings, warning => warning.StartsWith(start, StringComparison.Ordinal));
            Assert.DoesNotContain(fourth.Describe(), line => line.StartsWith("Delete", StringComparison.Ordinal));
        }
        finally
        {
            await server.Cluster.QueryAsync("ALTER SYSTEM RESET ssl_cert_file");
            await server.Cluster.QueryAsync("ALTER SYSTEM RESET ssl_key_file");
            await server.Cluster.ConfigureAsync(new Dictionary<string, string?> { ["ssl_cert_file"] = null, ["ssl_key_file"] = null });
            Directory.Delete(root, recursive: true);
        }
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task A_key_that_somebody_put_in_the_place_of_an_older_one_stays(int major)
    {
        await using CertificateServer server = await StartAsync(major);
        await server.InstallAsync(New());
        string older = Path.Combine(server.Cluster.DataDirectory, (await server.AskAsync())["ssl_key_file"]!), next = New().KeyPem;
        await server.InstallAsync(New());
        SandboxDirectory.WritePrivate(older, next);

        await server.InstallAsync(New());

        Assert.Equal(next, await File.ReadAllTextAsync(older, TestContext.Current.CancellationToken));
        using ServerCertificatePlan again = await server.PlanAsync(New());
        Assert.Contains(again.Warnings, warning => warning.Contains(Path.GetFileNameWithoutExtension(older), StringComparison.Ordinal));
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task Nobody_else_changes_files_there_between_the_statements_and_the_proof(int major)
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("There the lock is another one.");
        await using CertificateServer server = await StartAsync(major);
        foreach (string statement in new[] { "ALTER SYSTEM SET ssl_key_file", "pg_reload_conf" })
        {
            using ServerCertificatePlan plan = await server.PlanAsync(New());
            PgSslError? error = null;
            ServerCertificateChange change = await server.PrepareAsync(plan, session: new HookedSession(server.Session, statement, () =>
            {
                if (!OperatingSystem.IsWindows())
                    error = FindLockError(server.Cluster.DataDirectory);
                return Task.CompletedTask;
            }));

            await change.ApplyAsync(TestContext.Current.CancellationToken);

            Assert.Equal(PgSslError.FileNotWritten, error);
            Assert.False(File.Exists(Path.Combine(server.Cluster.DataDirectory, ".pgssl-lock")));
        }
    }

    /// <summary>A certificate of one and a key of the other would be loaded, and with that no TLS.</summary>
    [Theory, MemberData(nameof(Majors))]
    public async Task A_name_that_somebody_else_sets_before_the_reload_is_not_loaded(int major)
    {
        await using CertificateServer server = await StartAsync(major);
        using ServerCertificatePlan plan = await server.PlanAsync(New());
        var session = new HookedSession(
            server.Session, "ALTER SYSTEM SET ssl_key_file", () => server.Cluster.QueryAsync("ALTER SYSTEM SET ssl_cert_file = 'their.crt'"));
        ServerCertificateChange change = await server.PrepareAsync(plan, session: session);
        DateTime loaded = (await server.AskAsync()).ConfigurationLoadTime;

        var failure = await Assert.ThrowsAsync<PgSslException>(() => change.ApplyAsync(TestContext.Current.CancellationToken));

        Assert.Equal(PgSslError.FileNotRestored, failure.Error);
        Assert.Contains("ssl_cert_file was set to 'their.crt' by somebody else", failure.Message);
        Assert.Contains("ssl_key_file is left as it is as well", failure.Message);
        ServerTlsFacts facts = await server.AskAsync();
        Assert.Equal(loaded, facts.ConfigurationLoadTime);
        Assert.Equal(["their.crt", Path.GetFileName(plan.Target.KeyPath)], facts.PendingReloads.Select(one => one.InFile?.Value));
        Assert.True(File.Exists(plan.Target.KeyPath));
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task A_switch_that_is_not_served_is_undone(int major)
    {
        await using CertificateServer server = await StartAsync(major);
        // A pair of its own is restored as well as one that the configuration has by default.
        foreach (TestCertificate? before in new[] { null, New() })
        {
            if (before is not null)
                await server.InstallAsync(before);
            (string[] files, string settings) = (Files(server), Settings(server));
            using ServerCertificatePlan plan = await server.PlanAsync(New());
            ServerCertificateChange change = await server.PrepareAsync(
                plan, timeout: TimeSpan.FromMilliseconds(300), session: new FaultySession(server.Session, "pg_reload_conf", failure: null));

            var failure = await Assert.ThrowsAsync<PgSslException>(() => change.ApplyAsync(TestContext.Current.CancellationToken));

            Assert.Equal(PgSslError.ChangeNotProven, failure.Error);
            Assert.Contains("postgresql.auto.conf was restored", failure.Message);
            Assert.Equal((settings, string.Join(' ', files)), (Settings(server), string.Join(' ', Files(server))));
            await server.AssertServesAsync(before ?? CertificateServer.Old);
        }
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task A_server_that_refuses_the_new_pair_keeps_the_old_one(int major)
    {
        await using CertificateServer server = await StartAsync(major);
        using ServerCertificatePlan plan = await server.PlanAsync(New());
        // Somebody opens the new key to everybody before the reload.
        var session = new HookedSession(server.Session, "pg_reload_conf", () =>
        {
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(plan.Target.KeyPath, UnixModes.ReadableByAll);
            return Task.CompletedTask;
        });
        (string[] files, string settings) = (Files(server), Settings(server));

        var failure = await Assert.ThrowsAsync<PgSslException>(async () => await (await server.PrepareAsync(
            plan, timeout: TimeSpan.FromMilliseconds(300), session: session)).ApplyAsync(TestContext.Current.CancellationToken));

        Assert.Equal(PgSslError.ChangeNotProven, failure.Error);
        Assert.Equal((settings, string.Join(' ', files)), (Settings(server), string.Join(' ', Files(server))));
        await server.AssertServesAsync(CertificateServer.Old);
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task A_switch_that_is_cancelled_between_its_two_statements_is_undone(int major)
    {
        await using CertificateServer server = await StartAsync(major);
        using ServerCertificatePlan plan = await server.PlanAsync(New());
        (string[] files, string settings) = (Files(server), Settings(server));
        using var stop = new CancellationTokenSource();
        ServerCertificateChange change = await server.PrepareAsync(
            plan, session: new HookedSession(server.Session, "ALTER SYSTEM SET ssl_key_file", stop.CancelAsync));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => change.ApplyAsync(stop.Token));

        Assert.Equal((settings, string.Join(' ', files)), (Settings(server), string.Join(' ', Files(server))));
        await server.AssertServesAsync(CertificateServer.Old);
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task A_statement_that_fails_leaves_nothing(int major)
    {
        await using CertificateServer server = await StartAsync(major);
        using ServerCertificatePlan plan = await server.PlanAsync(New());
        (string[] files, string settings) = (Files(server), Settings(server));
        ServerCertificateChange change = await server.PrepareAsync(plan, session: new FaultySession(
            server.Session, "ALTER SYSTEM SET ssl_key_file", new PgSslException(PgSslError.SqlFailed, "no", null)));

        Assert.Equal(
            PgSslError.SqlFailed, (await Assert.ThrowsAsync<PgSslException>(() => change.ApplyAsync(TestContext.Current.CancellationToken))).Error);

        Assert.Equal((settings, string.Join(' ', files)), (Settings(server), string.Join(' ', Files(server))));
        await server.AssertServesAsync(CertificateServer.Old);
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task A_switch_that_was_killed_before_its_statements_is_made_by_the_same_command(int major)
    {
        await using CertificateServer server = await StartAsync(major);
        TestCertificate renewed = New();
        using (ServerCertificatePlan killed = await server.PlanAsync(renewed))
            FileTransaction.Apply(killed.Edits, DateTimeOffset.UtcNow);

        using ServerCertificatePlan again = await server.PlanAsync(renewed);

        Assert.Empty(again.Edits);
        ServerCertificateChange change = await server.PrepareAsync(again);
        Assert.False(change.IsNothingToDo);
        await change.ApplyAsync(TestContext.Current.CancellationToken);
        await server.AssertServesAsync(renewed);
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task A_switch_that_was_killed_between_its_statements_is_refused_until_the_first_is_taken_back(int major)
    {
        await using CertificateServer server = await StartAsync(major);
        TestCertificate renewed = New();
        using ServerCertificatePlan killed = await server.PlanAsync(renewed);
        FileTransaction.Apply(killed.Edits, DateTimeOffset.UtcNow);
        await server.Cluster.QueryAsync(killed.Switch!.Settings.Steps[0].Statement);
        ServerRecipient recipient = ServerRecipient.Of(await server.ObserveAsync(), await server.AskAsync(), null, null);

        var failure = await Assert.ThrowsAsync<PgSslException>(() => recipient.ObserveAsync(TestContext.Current.CancellationToken));

        Assert.Contains("Do not reload", failure.Remedy);
        await server.Cluster.QueryAsync(failure.Remedy![failure.Remedy!.IndexOf("ALTER", StringComparison.Ordinal)..].Split(';')[0]);
        await server.InstallAsync(renewed);
        await server.AssertServesAsync(renewed);
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task A_switch_that_was_killed_before_its_reload_is_loaded_by_the_same_command(int major)
    {
        await using CertificateServer server = await StartAsync(major);
        TestCertificate renewed = New(), other = New();
        using ServerCertificatePlan killed = await server.PlanAsync(renewed);
        FileTransaction.Apply(killed.Edits, DateTimeOffset.UtcNow);
        foreach (AlterSystemStep step in killed.Switch!.Settings.Steps)
            await server.Cluster.QueryAsync(step.Statement);

        var refused = await Assert.ThrowsAsync<PgSslException>(
            () => DeploymentRiskTests.PrepareAsync(server, other.KeyPem, other.ChainPem, facts => facts));
        Assert.Equal(PgSslError.ContradictoryParameters, refused.Error);

        // If it is not proven, the names come back that the server has used.
        using (ServerCertificatePlan again = await server.PlanAsync(renewed))
        {
            ServerCertificateChange change = await server.PrepareAsync(
                again, timeout: TimeSpan.FromMilliseconds(300), session: new FaultySession(server.Session, "pg_reload_conf", failure: null));
            var failure = await Assert.ThrowsAsync<PgSslException>(() => change.ApplyAsync(TestContext.Current.CancellationToken));
            Assert.Equal(PgSslError.ChangeNotProven, failure.Error);
            await server.AssertServesAsync(CertificateServer.Old);
        }
        foreach (AlterSystemStep step in killed.Switch!.Settings.Steps)
            await server.Cluster.QueryAsync(step.Statement);

        using CertificateDeployment same = await DeploymentRiskTests.PrepareAsync(server, renewed.KeyPem, renewed.ChainPem, facts => facts);
        same.Check(isForced: false);
        Assert.Empty((await same.ApplyAsync(TestContext.Current.CancellationToken)).Output.PendingEdits);
        await server.AssertServesAsync(renewed);
    }

    /// <summary>What an ordinary server would keep, such a one loses.</summary>
    [Theory, MemberData(nameof(Majors))]
    public async Task Half_a_switch_is_reported_as_the_loss_that_the_next_reload_is(int major)
    {
        await using CertificateServer server = await StartAsync(major);
        using ServerCertificatePlan killed = await server.PlanAsync(New());
        FileTransaction.Apply(killed.Edits, DateTimeOffset.UtcNow);
        await server.Cluster.QueryAsync(killed.Switch!.Settings.Steps[0].Statement);

        Finding[] findings = SslConfigurationFindings.Find(
            await SslConfigurationReader.ReadAsync(await server.ObserveAsync(), TestContext.Current.CancellationToken));

        const string WayBack = "ALTER SYSTEM SET ssl_cert_file = 'server.crt'";
        Finding pair = findings.Single(one => one.Code == "KeyMatches"), waiting = findings.Single(one => one.Code == "ReloadPending");
        Assert.Contains("Do not reload", pair.Message);
        Assert.DoesNotContain("keeps what it has", pair.Message);
        Assert.Equal($"Take it back: {WayBack}", pair.Remedy);
        Assert.StartsWith("Do not reload", waiting.Remedy);
        Assert.EndsWith(WayBack, waiting.Remedy);
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task A_renewed_certificate_for_the_same_key_keeps_its_name(int major)
    {
        await using CertificateServer server = await StartAsync(major);
        TestCertificate old = CertificateServer.Old;

        using ServerCertificatePlan plan = await server.PlanAsync(old, old.CertificatePem);

        Assert.Null(plan.Switch);
        Assert.Equal([server.CertificatePath], plan.Edits.Select(edit => edit.Path));
        Assert.DoesNotContain(plan.Warnings, warning => warning.Contains("keep their names", StringComparison.Ordinal));
    }

    /// <summary>What keeps a pair from getting new names, and the words for it.</summary>
    public static TheoryData<int, string, string> Obstacles
    {
        get
        {
            var data = new TheoryData<int, string, string>
            {
                { 18, "allow_alter_system", "allow_alter_system is off" },
            };
            foreach (int major in new[] { 15, 18 })
            {
                data.Add(major, "named", "-SslCertFile or -SslKeyFile name them");
                data.Add(major, "role", "GRANT ALTER SYSTEM ON PARAMETER ssl_cert_file, ssl_key_file TO \"app\"");
                data.Add(major, "hidden", "GRANT SELECT ON pg_file_settings TO \"app\"");
                data.Add(major, "elsewhere", "it is not shown that the server runs on this machine's files");
            }
            return data;
        }
    }

    [Theory, MemberData(nameof(Obstacles))]
    public async Task A_pair_that_cannot_get_new_names_is_replaced_with_a_warning_that_says_why(int major, string what, string why)
    {
        await using CertificateServer server = await StartAsync(major);
        if (what == "allow_alter_system")
            await server.Cluster.ConfigureAsync(new Dictionary<string, string?> { ["allow_alter_system"] = "off" });
        await server.Cluster.QueryAsync("CREATE ROLE app LOGIN IN ROLE pg_read_all_settings");
        if (what == "hidden")
            await server.Cluster.QueryAsync("GRANT ALTER SYSTEM ON PARAMETER ssl_cert_file, ssl_key_file TO app");
        if (what is "role" or "hidden")
        {
            await server.Cluster.SetHbaAsync("local all all trust");
            await server.Session.DisposeAsync();
            server.Session = await CertificateServer.OpenAsync(server.Cluster, "app");
        }
        LiveServer live = await server.ObserveAsync();
        string? named = what == "named" ? server.CertificatePath : null;
        ServerTlsFacts facts = await server.AskAsync() with { IsWindows = true };
        DeploymentTarget target = DeploymentTarget.Of(facts, isLocal: true, named, null);
        if (what is "role" or "hidden")
            live = live with { PostmasterId = 1 };

        PairNames? names = PairNames.Of(what == "elsewhere" ? live with { PostmasterId = null } : live, facts, target);

        Assert.Contains(why, names?.Obstacle);
        using ServerCertificatePlan inPlace = CertificateServer.PlanFor(New(), target with { Names = names });
        Assert.Null(inPlace.Switch);
        Assert.Contains(inPlace.Warnings, warning => warning.Contains($"because {names!.Obstacle}.", StringComparison.Ordinal));
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task A_setting_on_the_command_line_is_an_obstacle(int major)
    {
        await using CertificateServer server = await StartAsync(major);
        ServerTlsFacts facts = await server.AskAsync();
        facts = facts with
        {
            Settings = new Dictionary<string, ServerSetting>(facts.Settings)
            {
                ["ssl_key_file"] = new ServerSetting("ssl_key_file", "server.key") { Source = "command line" },
            },
        };

        PairNames? names = PairNames.Of(await server.ObserveAsync(), facts, DeploymentTarget.Of(facts, isLocal: true, null, null));

        Assert.Contains("ssl_key_file was given on the server's command line", names?.Obstacle);
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task An_ordinary_server_and_one_without_TLS_need_no_new_names(int major)
    {
        await using CertificateServer ordinary = await CertificateServer.StartAsync(major);
        Assert.SkipWhen(ServerPlatform.EachProcessReads(ordinary.Cluster.DataDirectory), "This server is not an ordinary one.");
        using ServerCertificatePlan plan = await ordinary.PlanAsync(New());
        Assert.Null(plan.Switch);

        await ordinary.Cluster.ConfigureAsync(new Dictionary<string, string?> { ["ssl"] = "off" });
        ordinary.ActAsExecBackend();
        using ServerCertificatePlan off = await ordinary.PlanAsync(New());
        Assert.Null(off.Switch);
    }

    /// <summary>Nobody can be asked then to take the settings back. Both name one pair, so the server serves the new one when it starts.</summary>
    [Theory, MemberData(nameof(Majors))]
    public async Task A_server_that_stops_keeps_a_pair_that_matches(int major)
    {
        await using CertificateServer server = await StartAsync(major);
        TestCertificate renewed = New();
        using ServerCertificatePlan plan = await server.PlanAsync(renewed);
        var session = new HookedSession(server.Session, "pg_reload_conf", server.Cluster.StopAsync, runs: false);
        ServerCertificateChange change = await server.PrepareAsync(plan, timeout: TimeSpan.FromSeconds(1), session: session);

        var failure = await Assert.ThrowsAsync<PgSslException>(() => change.ApplyAsync(TestContext.Current.CancellationToken));

        Assert.Equal(PgSslError.FileNotRestored, failure.Error);
        Assert.Contains("ALTER SYSTEM RESET ssl_key_file", failure.Remedy);
        await server.Cluster.StartAgainAsync();
        Assert.Equal(renewed.Certificate.Thumbprint, (await CertificateProbe.ReadAsync(server.Cluster.Port))?.Thumbprint);
    }

    [UnsupportedOSPlatform("windows")]
    private static PgSslError FindLockError(string directory) =>
        Assert.Throws<PgSslException>(() => UnixLock.Take(directory, TimeSpan.Zero)).Error;

    private static async Task<CertificateServer> StartAsync(int major)
    {
        CertificateServer server = await CertificateServer.StartAsync(major);
        server.ActAsExecBackend();
        return server;
    }

    private static string[] Files(CertificateServer server) =>
        [.. Directory.GetFiles(server.Cluster.DataDirectory, "*server*").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    private static string Settings(CertificateServer server) => string.Join(
        '\n',
        File.ReadLines(Path.Combine(server.Cluster.DataDirectory, "postgresql.auto.conf"))
            .Where(line => line.StartsWith("ssl", StringComparison.Ordinal)).Order(StringComparer.Ordinal));

    private static void AssertSameAccess(string old, string now)
    {
        if (OperatingSystem.IsWindows())
            return;
        (UnixStatus before, UnixStatus after) = (UnixStatus.Of(old), UnixStatus.Of(now));
        Assert.Equal((before.Owner, before.Mode), (after.Owner, after.Mode));
    }
}
