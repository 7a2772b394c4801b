using System.Diagnostics;
using PgSsl.Changes;
using PgSsl.Files;
using PgSsl.Hba;
using PgSsl.Hba.Live;
using PgSsl.Hba.Policy;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Hba.Live;

/// <summary>Changes of a running server's pg_hba.conf: proven on the wire, or put back.</summary>
public class HbaChangeTests
{
    public static TheoryData<int> Majors => HbaServer.Majors;

    [Theory, MemberData(nameof(Majors))]
    public async Task Enforced_means_that_psql_gets_in_over_TLS_only(int major)
    {
        await using HbaServer server = await HbaServer.StartAsync(major);
        await server.Cluster.SetHbaAsync("host all all 0.0.0.0/0 trust # everybody");
        HbaLive live = await server.ObserveAsync();
        HbaPlan plan = HbaServer.Plan(live, server.Cluster.HbaPath);

        IReadOnlyList<Proof> preflight = await HbaPreflight.CheckServerAsync(plan, live, TestContext.Current.CancellationToken);
        HbaChangeResult result = await new HbaChange(plan, live).ApplyAsync(DateTimeOffset.UtcNow, TestContext.Current.CancellationToken);

        Assert.All(preflight.Concat(result.Proofs), proof => Assert.Equal(ProofState.Proven, proof.State));
        Assert.Equal(2, result.Proofs.Count(proof => proof.Name == "Wire"));
        Assert.Equal(
            plan.Before.Files[0].Content, await File.ReadAllBytesAsync(Assert.Single(result.Backups), TestContext.Current.CancellationToken));
        Assert.False((await server.ConnectAsync("disable")).Connected);
        Assert.Equal("tls", (await server.ConnectAsync("require")).Transport);
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task A_backup_brings_the_old_rules_back_byte_for_byte(int major)
    {
        await using HbaServer server = await HbaServer.StartAsync(major);
        await server.Cluster.SetHbaAsync("# odd \t ", "host\tall all 0.0.0.0/0 trust", "");
        byte[] old = server.Content;
        HbaLive live = await server.ObserveAsync();
        HbaChangeResult made = await ApplyAsync(HbaServer.Plan(live, server.Cluster.HbaPath), live);

        HbaDocument now = HbaDocument.Read(server.Cluster.HbaPath, live.Facts.Dialect, DiskServerFiles.Instance);
        var contents = new Dictionary<string, byte[]>
        {
            [HbaBackup.TargetOf(made.Backups[0])!] = await File.ReadAllBytesAsync(made.Backups[0], TestContext.Current.CancellationToken),
        };
        HbaChangeResult restored = await ApplyAsync(HbaBackup.Plan(now, contents, DiskServerFiles.Instance), live);

        Assert.Contains(restored.Proofs, proof => proof is { Name: "Wire", State: ProofState.Proven });
        Assert.Equal(old, server.Content);
        Assert.True((await server.ConnectAsync("disable")).Connected);
    }

    [Fact]
    public async Task Replication_over_TLS_goes_on_while_plaintext_is_shut_out()
    {
        await using HbaServer server = await HbaServer.StartAsync(15, replicates: true);
        await server.Cluster.SetHbaAsync("host all all 0.0.0.0/0 trust", "host replication replicator 0.0.0.0/0 trust");
        string directory = SandboxDirectory.Create();
        string conninfo = $"host=127.0.0.1 port={server.Cluster.Port} user=replicator sslmode=";
        using Process streaming = StartReceiving(server, conninfo + "require", directory);
        try
        {
            await WaitForStreamingAsync(server);
            HbaLive live = await server.ObserveAsync();
            await ApplyAsync(HbaServer.Plan(live, server.Cluster.HbaPath), live);

            Assert.Equal("1", (await server.Cluster.QueryAsync("SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'"))[0][0]);
            Assert.Equal(0, (await BackUpAsync(server, conninfo + "require", Path.Combine(directory, "tls"))).ExitCode);
            ProcessResult plaintext = await BackUpAsync(server, conninfo + "disable", Path.Combine(directory, "plaintext"));
            Assert.Contains("no pg_hba.conf entry for replication connection", plaintext.StandardError);
        }
        finally
        {
            streaming.Kill();
            await streaming.WaitForExitAsync(CancellationToken.None);
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>The statement that fails, the one of its kind that does, and what is said.</summary>
    public static TheoryData<string, int, string> Faults => new()
    {
        { "pg_hba_file_rules", 0, "the connection broke" },
        { "pg_reload_conf", 0, "the connection broke" },
    };

    [Theory, MemberData(nameof(Faults))]
    public async Task What_fails_on_the_way_is_put_back_byte_for_byte(string statement, int after, string message)
    {
        await using HbaServer server = await HbaServer.StartAsync(15);
        await server.Cluster.SetHbaAsync("host all all 0.0.0.0/0 trust");
        byte[] old = server.Content;
        HbaLive live = await server.ObserveAsync();
        HbaPlan plan = HbaServer.Plan(live, server.Cluster.HbaPath);
        var fault = new PgSslException(PgSslError.ConnectionClosed, message, null);
        live = live with { Session = new FaultySession(live.Session, statement, fault, after) };

        var failure = await Assert.ThrowsAsync<PgSslException>(() => ApplyAsync(plan, live));

        Assert.Equal(PgSslError.ChangeNotProven, failure.Error);
        Assert.Contains(message, failure.Message);
        await AssertUntouchedAsync(server, old);
    }

    /// <summary>The server says yes to the reload, and goes on with its old rules.</summary>
    [Fact]
    public async Task A_reload_that_does_not_happen_is_seen_on_the_wire_and_put_back()
    {
        await using HbaServer server = await HbaServer.StartAsync(15);
        await server.Cluster.SetHbaAsync("host all all 0.0.0.0/0 trust");
        byte[] old = server.Content;
        HbaLive live = await server.ObserveAsync();
        HbaPlan plan = HbaServer.Plan(live, server.Cluster.HbaPath);
        live = live with { Session = new FaultySession(live.Session, "pg_reload_conf", failure: null) };

        var failure = await Assert.ThrowsAsync<PgSslException>(() =>
            new HbaChange(plan, live) { ReloadTimeout = TimeSpan.FromSeconds(1) }
                .ApplyAsync(DateTimeOffset.UtcNow, TestContext.Current.CancellationToken));

        Assert.Equal(PgSslError.ChangeNotProven, failure.Error);
        Assert.Contains("in plaintext should be refused by the new rules, and is not", failure.Message);
        await AssertUntouchedAsync(server, old);
    }

    /// <summary>The session is gone for good: the file is as it was, and nobody can have the server load it.</summary>
    [Fact]
    public async Task What_cannot_be_loaded_again_is_said()
    {
        await using HbaServer server = await HbaServer.StartAsync(15);
        await server.Cluster.SetHbaAsync("host all all 0.0.0.0/0 trust");
        byte[] old = server.Content;
        HbaLive live = await server.ObserveAsync();
        HbaPlan plan = HbaServer.Plan(live, server.Cluster.HbaPath);
        var broken = new PgSslException(PgSslError.ConnectionClosed, "the connection broke.", null);
        live = live with { Session = new FaultySession(live.Session, "pg_reload_conf", broken, isForGood: true) };

        var failure = await Assert.ThrowsAsync<PgSslException>(() => ApplyAsync(plan, live));

        Assert.Equal(PgSslError.FileNotRestored, failure.Error);
        Assert.Contains("was restored, but the server may still be using other settings", failure.Message);
        await AssertUntouchedAsync(server, old);
    }

    [Fact]
    public async Task Who_stops_it_half_way_gets_the_old_rules_back()
    {
        await using HbaServer server = await HbaServer.StartAsync(15);
        await server.Cluster.SetHbaAsync("host all all 0.0.0.0/0 trust");
        byte[] old = server.Content;
        HbaLive live = await server.ObserveAsync();
        HbaPlan plan = HbaServer.Plan(live, server.Cluster.HbaPath);
        live = live with { Session = new FaultySession(live.Session, "pg_reload_conf", new OperationCanceledException()) };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ApplyAsync(plan, live));

        await AssertUntouchedAsync(server, old);
    }

    [Fact]
    public async Task A_server_that_says_ssl_on_and_does_no_TLS_is_not_changed()
    {
        await using HbaServer server = await HbaServer.StartAsync(15);
        await server.Cluster.SetHbaAsync("host all all 0.0.0.0/0 trust");
        File.Delete(Path.Combine(server.Cluster.DataDirectory, "server.crt"));
        await server.Cluster.ConfigureAsync(new Dictionary<string, string?> { ["ssl"] = "off" });
        await server.Cluster.ConfigureAsync(new Dictionary<string, string?> { ["ssl"] = "on" });
        HbaLive live = await server.ObserveAsync();
        Assert.True(live.Facts.Dialect.SslIsOn);

        var failure = await Assert.ThrowsAsync<PgSslException>(() =>
            HbaPreflight.CheckServerAsync(HbaServer.Plan(live, server.Cluster.HbaPath), live, TestContext.Current.CancellationToken));

        Assert.Equal(PgSslError.TlsNotOffered, failure.Error);
        Assert.Contains("says ssl = on, and does not offer TLS", failure.Message);
    }

    [Fact]
    public async Task A_file_that_is_not_the_servers_is_not_changed()
    {
        await using HbaServer server = await HbaServer.StartAsync(15);
        await server.Cluster.SetHbaAsync("host all all 0.0.0.0/0 trust");
        string directory = SandboxDirectory.Create(), other = Path.Combine(directory, "pg_hba.conf");
        await File.WriteAllTextAsync(other, "host all all all trust\n", TestContext.Current.CancellationToken);
        HbaLive live = await server.ObserveAsync();

        var failure = await Assert.ThrowsAsync<PgSslException>(() =>
            HbaPreflight.CheckServerAsync(HbaServer.Plan(live, other), live, TestContext.Current.CancellationToken));

        Assert.Equal(PgSslError.ContradictoryParameters, failure.Error);
        Assert.Contains("the server sees", failure.Message);
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task Client_certificates_are_not_demanded_where_the_server_has_no_CA_for_them()
    {
        await using HbaServer server = await HbaServer.StartAsync(15);
        await server.Cluster.SetHbaAsync("host all all 0.0.0.0/0 trust");
        HbaLive live = await server.ObserveAsync();
        HbaPlan plan = HbaServer.Plan(live, server.Cluster.HbaPath, new HbaPolicy { ClientCertificate = ClientCertificateDemand.VerifyCa });

        var failure = await Assert.ThrowsAsync<PgSslException>(() =>
            HbaPreflight.CheckServerAsync(plan, live, TestContext.Current.CancellationToken));

        Assert.Equal(PgSslError.LockOut, failure.Error);
        Assert.Contains("ssl_ca_file", failure.Message);
    }

    [Fact]
    public async Task Who_may_not_reload_is_told_what_to_grant()
    {
        await using HbaServer server = await HbaServer.StartAsync(15);
        await server.Cluster.SetHbaAsync("host all all 0.0.0.0/0 trust");
        HbaLive live = await server.ObserveAsync();
        await using var weak = await Sessions.OpenAsync($"host=127.0.0.1 port={server.Cluster.Port} user=app dbname=postgres sslmode=require");
        HbaLive asApp = new(weak, await new HbaServerReader(weak, TestContext.Current.CancellationToken).ReadAsync(), live.Settings, live.Timeout);

        var failure = await Assert.ThrowsAsync<PgSslException>(() =>
            HbaPreflight.CheckServerAsync(HbaServer.Plan(live, server.Cluster.HbaPath), asApp, TestContext.Current.CancellationToken));

        Assert.Equal(PgSslError.InsufficientPrivilege, failure.Error);
        Assert.Contains("GRANT EXECUTE ON FUNCTION pg_reload_conf() TO \"app\"", failure.Remedy);
    }

    private static Task<HbaChangeResult> ApplyAsync(HbaPlan plan, HbaLive live) =>
        new HbaChange(plan, live).ApplyAsync(DateTimeOffset.UtcNow, TestContext.Current.CancellationToken);

    private static async Task AssertUntouchedAsync(HbaServer server, byte[] old)
    {
        Assert.Equal(old, server.Content);
        Assert.Empty(Directory.GetFiles(server.Cluster.DataDirectory, "*.bak"));
        Assert.True((await server.ConnectAsync("disable")).Connected);
    }

    private static Task<ProcessResult> BackUpAsync(HbaServer server, string conninfo, string directory) => ProcessRunner.RunAsync(
        server.Cluster.Installation.Program("pg_basebackup"), ["-d", conninfo, "-D", directory, "-c", "fast", "-X", "fetch"],
        environment: CleanEnvironment.ForServers());

    private static Process StartReceiving(HbaServer server, string conninfo, string directory)
    {
        string program = server.Cluster.Installation.Program("pg_receivewal");
        if (!File.Exists(program))
            Assert.Skip("pg_receivewal is not installed.");
        return Process.Start(new ProcessStartInfo(program, ["-d", conninfo, "-D", directory, "--no-loop"]) { UseShellExecute = false })!;
    }

    private static async Task WaitForStreamingAsync(HbaServer server)
    {
        for (DateTime deadline = DateTime.UtcNow.AddSeconds(20); ; await Task.Delay(50))
        {
            if ((await server.Cluster.QueryAsync("SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'"))[0][0] == "1")
                return;
            Assert.True(DateTime.UtcNow < deadline, "pg_receivewal does not stream.");
        }
    }
}
