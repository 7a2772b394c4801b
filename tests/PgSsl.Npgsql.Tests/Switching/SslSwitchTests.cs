using PgSsl.Changes;
using PgSsl.Common;
using PgSsl.Sandbox;
using PgSsl.Server;
using PgSsl.Server.Live;
using PgSsl.Switching;

namespace PgSsl.Tests.Switching;

/// <summary>TLS of a running server, switched on and off: psql agrees at each step.</summary>
[Collection(SwitchServer.Collection)]
public class SslSwitchTests
{
    public static TheoryData<int> Majors => SwitchServer.Majors;

    [Theory, MemberData(nameof(Majors))]
    public async Task By_ALTER_SYSTEM_on_and_off_again(int major)
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(major);

        SslConfigurationChange on = await server.ApplyAsync(server.On);

        Assert.True(on is { IsChanged: true, IsProven: true });
        Assert.Equal([], on.Proofs.Where(proof => proof.Outcome != ProofState.Proven).Select(proof => proof.ToString()));
        Assert.Equal(["Files", "Start", "Values", "FileSettings", "Settings", "Wire", "TlsReload"], on.Proofs.Select(proof => proof.Name));
        Assert.Contains("ALTER SYSTEM SET ssl = 'on'; -- was 'off', not in postgresql.auto.conf", on.Diff);
        Assert.Contains("ssl = 'on'", server.AutoText);
        Assert.Equal("tls", (await server.ConnectAsync("require")).Transport);

        SslConfigurationChange off = await server.ApplyAsync(SwitchServer.Off);

        Assert.True(off is { IsChanged: true, IsProven: true });
        Assert.Equal(["ALTER SYSTEM SET ssl = 'off'; -- was 'on', 'on' in postgresql.auto.conf"], off.Diff);
        Assert.False((await server.ConnectAsync("require")).Connected);
        Assert.Equal("plaintext", (await server.ConnectAsync("prefer")).Transport);
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task In_postgresql_conf_on_and_off_again(int major)
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(major);
        byte[] old = File.ReadAllBytes(server.MainPath);

        SslConfigurationChange on = await server.ApplyAsync(server.On, server.MainPath);

        Assert.True(on is { IsChanged: true, IsProven: true });
        Assert.Equal(old, File.ReadAllBytes(Assert.Single(on.Backup)));
        Assert.StartsWith(System.Text.Encoding.UTF8.GetString(old), File.ReadAllText(server.MainPath));
        Assert.DoesNotContain("ssl", server.AutoText);
        Assert.Equal("tls", (await server.ConnectAsync("require")).Transport);

        SslConfigurationChange off = await server.ApplyAsync(SwitchServer.Off, server.MainPath);

        Assert.True(off is { IsChanged: true, IsProven: true });
        Assert.Contains("-ssl = on", off.Diff);
        Assert.False((await server.ConnectAsync("require")).Connected);
    }

    [Fact]
    public async Task In_a_file_of_conf_d_that_the_server_includes()
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(15);
        string path = server.Write("conf.d/50-tls.conf", "# ours\nssl = off   # for now\n");
        await File.AppendAllTextAsync(server.MainPath, "include_dir 'conf.d'\n", TestContext.Current.CancellationToken);
        byte[] main = File.ReadAllBytes(server.MainPath);

        SslConfigurationChange on = await server.ApplyAsync(new SslTarget { IsOn = true }, path);

        Assert.True(on is { IsChanged: true, IsProven: true });
        Assert.Equal("# ours\nssl = on   # for now\n", File.ReadAllText(path));
        Assert.Equal(main, File.ReadAllBytes(server.MainPath));
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task A_second_run_changes_nothing_and_looks_at_the_wire_all_the_same(int major)
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(major);
        await server.ApplyAsync(server.On);

        SslConfigurationChange again = await server.ApplyAsync(server.On);

        Assert.True(again is { IsChanged: false, IsProven: true, Changes: [], Diff: [] });
        Assert.Contains(again.Proofs, proof => proof.Name == "Wire" && proof.Detail.Contains("serves"));
    }

    [Fact]
    public async Task An_old_protocol_is_warned_of()
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(15);

        Assert.Contains((await server.PrepareAsync(server.On with { MinimumProtocol = "TLSv1.1" })).Notes, note => note.Contains("RFC 8996"));
        Assert.DoesNotContain((await server.PrepareAsync(server.On with { MinimumProtocol = "TLSv1.2" })).Notes, note => note.Contains("RFC 8996"));
    }

    /// <summary>max_connections is another one in the file, and the server says so as an error.</summary>
    [Fact]
    public async Task What_waits_for_a_restart_is_in_nobodys_way_and_leaves_the_start_open()
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(15);
        await server.Cluster.QueryAsync("ALTER SYSTEM SET max_connections = 37");

        SslConfigurationChange change = await server.ApplyAsync(server.On);

        Assert.Equal((true, false), (change.IsChanged, change.IsProven));
        Assert.Contains(change.Proofs, proof => proof is { Name: "Start", Outcome: ProofState.NotMade });
        Assert.NotNull(await server.ServedAsync());
    }

    /// <summary>ssl = on and N on the wire: the files were put right, and nobody has reloaded since.</summary>
    [Theory, MemberData(nameof(Majors))]
    public async Task What_is_set_already_and_not_served_is_loaded_again(int major)
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(major);
        string key = File.ReadAllText(server.KeyPath);
        File.Delete(server.KeyPath);
        await server.Cluster.ConfigureAsync(new Dictionary<string, string?> { ["ssl"] = "on" });
        Assert.Null(await server.ServedAsync());
        server.Write("server.key", key);

        SslConfigurationChange change = await server.ApplyAsync(new SslTarget { IsOn = true });

        Assert.True(change is { IsChanged: false, IsProven: true });
        Assert.NotNull(await server.ServedAsync());
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task All_parameters_by_the_names_of_the_version(int major)
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(major);
        string ca = server.Write("ca.crt", SwitchServer.RootPem);

        SslConfigurationChange change = await server.ApplyAsync(server.On with
        {
            CaPath = ca,
            MinimumProtocol = "TLSv1.3",
            Ciphers = "HIGH:!aNULL",
            Groups = "secp384r1",
            Tls13Ciphers = major >= 18 ? "TLS_AES_256_GCM_SHA384" : null,
        });

        Assert.Equal([], change.Proofs.Where(proof => proof.Outcome != ProofState.Proven).Select(proof => proof.ToString()));
        Assert.Contains(change.Proofs, proof => proof.Name == "MinimumProtocol" && proof.Detail.Contains("refuses TLSv1.2"));
        Assert.Contains(change.Proofs, proof => proof.Name == "ClientCertificates");
        Assert.Contains(change.Changes, one => one.Name == (major >= 18 ? "ssl_groups" : "ssl_ecdh_curve") && one.After == "secp384r1");
        Assert.Equal("tls", (await server.ConnectAsync("require")).Transport);
    }

    /// <summary>The same certificate as before: only the log tells whether the rest was taken over.</summary>
    [Theory, MemberData(nameof(Majors))]
    public async Task What_only_the_log_could_tell_is_proven_where_it_can_be_read(int major)
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(major);
        await server.ApplyAsync(server.On);

        SslConfigurationChange change = await server.ApplyAsync(server.On with { Ciphers = "HIGH:!aNULL" });

        Assert.Equal(major >= 18 ? ProofState.Proven : ProofState.NotMade, change.Proofs.First(proof => proof.Name == "TlsReload").Outcome);
        if (major < 18)
            return;
        var failure = await Assert.ThrowsAsync<PgSslException>(() => server.ApplyAsync(server.On with { Groups = "no-such-group" }));
        Assert.Equal(PgSslError.ChangeNotProven, failure.Error);
        Assert.Contains("could not set group names", failure.Message);
        Assert.DoesNotContain("no-such-group", server.AutoText);
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task Sessions_that_stay_in_plaintext_are_counted(int major)
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(major);
        await using IServerSession plaintext =
            await Sessions.OpenAsync($"host=127.0.0.1 port={server.Cluster.Port} user=app dbname=postgres sslmode=disable");

        SslSwitch planned = await server.PrepareAsync(server.On);
        SslConfigurationChange change = await planned.ApplyAsync(TestContext.Current.CancellationToken);

        Assert.Contains("1 session is in plaintext, and stays so until it ends", string.Join('\n', planned.Lines));
        Assert.Equal(1, change.PlaintextSessions);
        Assert.Equal("1", (await plaintext.QueryAsync("SELECT 1 AS one", null, TestContext.Current.CancellationToken))[0]["one"]);
    }

    /// <summary>From another machine the files cannot be looked at, but the certificate can be read through SQL.</summary>
    [Fact]
    public async Task Of_a_server_elsewhere_the_files_are_not_judged_and_the_certificate_is_still_known()
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(15);
        await using IServerSession tcp =
            await Sessions.OpenAsync($"host=127.0.0.1 port={server.Cluster.Port} user=postgres dbname=postgres sslmode=disable");
        LiveServer remote = new(tcp, server.Live.Settings, server.Live.Timeout, NumericAddress.Of(System.Net.IPAddress.Parse("192.0.2.7")));

        SslConfigurationChange change = await server.ApplyAsync(server.On, live: remote);

        Assert.Equal(ProofState.NotMade, change.Proofs.First(proof => proof.Name == "Files").Outcome);
        string served = (await server.ServedAsync())!;
        Assert.Contains(change.Proofs, proof => proof.Name == "Wire" && proof.Detail.Contains(served));
    }

    [Fact]
    public async Task A_file_alone_is_changed_and_what_was_not_proven_is_said()
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(15);

        SslSwitch planned = SslSwitch.PrepareFile(server.On, server.MainPath, DateTimeOffset.UtcNow);
        SslConfigurationChange change = await planned.ApplyAsync(TestContext.Current.CancellationToken);

        Assert.True(change is { IsChanged: true, IsProven: false, Endpoint: null, PlaintextSessions: null });
        Assert.Equal(["Reload", "Wire"], change.Proofs.Where(proof => proof.Outcome == ProofState.NotMade).Select(proof => proof.Name));
        Assert.Null(await server.ServedAsync());
        await server.Live.ReloadAsync(TestContext.Current.CancellationToken);
        Assert.True((await server.ApplyAsync(server.On, server.MainPath)) is { IsChanged: false, IsProven: true });
    }

    [Fact]
    public async Task A_standby_is_switched_by_itself()
    {
        PostgresInstallation installation = (await PostgresInstallation.FindAsync(15)).OrSkip(Assert.Skip);
        await using PostgresCluster cluster = await PostgresCluster.StartAsync(
            installation, new ClusterOptions { Settings = new Dictionary<string, string> { ["wal_level"] = "replica" } });
        TestCertificate certificate = SwitchServer.Issue();
        SandboxDirectory.WritePrivate(Path.Combine(cluster.DataDirectory, "server.crt"), certificate.ChainPem);
        SandboxDirectory.WritePrivate(Path.Combine(cluster.DataDirectory, "server.key"), certificate.KeyPem);
        SandboxDirectory.WritePrivate(Path.Combine(cluster.DataDirectory, "standby.signal"), "");
        await cluster.RestartAsync();
        string conninfo = $"host={cluster.SocketDirectory} port={cluster.Port} user=postgres dbname=postgres";
        await using IServerSession session = await Sessions.OpenAsync(conninfo);
        LiveServer live =
            await LiveServer.OfAsync(session, Sessions.Resolve(conninfo), TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);

        SslSwitch planned =
            await SslSwitch.PrepareAsync(new SslTarget { IsOn = true }, live, null, DateTimeOffset.UtcNow, TestContext.Current.CancellationToken);
        SslConfigurationChange change = await planned.ApplyAsync(TestContext.Current.CancellationToken);

        Assert.Contains(planned.Notes, note => note.Contains("is a standby"));
        Assert.True(change is { IsChanged: true, IsProven: true });
    }
}
