using PgSsl.Sandbox;
using PgSsl.Switching;

namespace PgSsl.Tests.Switching;

/// <summary>Files for TLS that got another content under the same name, and were not loaded.</summary>
[Collection(SwitchServer.Collection)]
public class UnloadedFilesTests
{
    private static readonly TestAuthority ClientCa = TestAuthority.CreateRoot("Client CA"), OtherCa = TestAuthority.CreateRoot("Other Client CA");

    [Theory, MemberData(nameof(SwitchServer.Majors), MemberType = typeof(SwitchServer))]
    public async Task Another_CA_in_the_same_file_costs_no_session(int major)
    {
        using var files = new ClientFiles(ClientCa, "app");
        await using SwitchServer server = await OpenAsync(major);
        server.SkipIfRulesNeverWait();
        (WaitingClient client, _) = await WaitingClient.ConnectAsync(ConnInfo(server, files));
        await using (client)
        {
            await SaveAsync(server, "clients.crt", OtherCa.CertificatePem);

            SslSwitch planned = await server.PrepareAsync(server.On with { MinimumProtocol = "TLSv1.3" });
            var refused = Assert.Throws<PgSslException>(() => planned.Check(isForced: false));

            Assert.Equal(PgSslError.LockOut, refused.Error);
            Assert.Contains("these could not come back then: 1 session of role app from 127.0.0.1 over TLS.", refused.Message);
            Assert.Contains("clients.crt was saved at", refused.Message);
            planned.Check(isForced: true);
            SslConfigurationChange made = await planned.ApplyAsync(TestContext.Current.CancellationToken);
            Assert.False(made.IsProven);
            Assert.Contains(made.PendingEdits, edit => edit.Contains("clients.crt was saved at", StringComparison.Ordinal));
            Assert.False((await PsqlAsync(ConnInfo(server, files))).Connected);
        }
    }

    /// <summary>The old CA is still there, so nobody who is connected is lost; who else is, is not known.</summary>
    [Theory, MemberData(nameof(SwitchServer.Majors), MemberType = typeof(SwitchServer))]
    public async Task One_more_CA_in_the_same_file_is_named(int major)
    {
        using var files = new ClientFiles(ClientCa, "app");
        await using SwitchServer server = await OpenAsync(major);
        (WaitingClient client, _) = await WaitingClient.ConnectAsync(ConnInfo(server, files));
        await using (client)
        {
            await SaveAsync(server, "clients.crt", ClientCa.CertificatePem + OtherCa.CertificatePem);

            SslSwitch planned = await server.PrepareAsync(server.On with { MinimumProtocol = "TLSv1.3" });
            planned.Check(isForced: false);
            SslConfigurationChange made = await planned.ApplyAsync(TestContext.Current.CancellationToken);

            Assert.False(made.IsProven, string.Join(Environment.NewLine, [.. made.Proofs, .. made.PendingEdits, .. made.Diff]));
            Assert.Contains(made.Proofs, proof => proof.Name == "Logins" && proof.Detail.Contains("clients.crt", StringComparison.Ordinal));
            Assert.True((await PsqlAsync(ConnInfo(server, files))).Connected);
        }
    }

    [Theory, MemberData(nameof(SwitchServer.Majors), MemberType = typeof(SwitchServer))]
    public async Task A_renewed_CRL_of_the_same_name_is_loaded(int major)
    {
        using var files = new ClientFiles(ClientCa, "app");
        await using SwitchServer server = await OpenAsync(major);
        server.SkipIfRulesNeverWait();
        string crl = server.Write("clients.crl", ClientCa.CreateCrl([]));
        SslTarget target = server.On with { CrlPath = crl };
        await server.ApplyAsync(target);
        Assert.True((await PsqlAsync(ConnInfo(server, files))).Connected);
        await SaveAsync(server, "clients.crl", ClientCa.CreateCrl([files.Certificate]));
        (WaitingClient client, _) = await WaitingClient.ConnectAsync(ConnInfo(server, files));
        await using (client)
        {
            SslSwitch refusing = await server.PrepareAsync(target);
            refusing.Check(isForced: false);
            var refused = await Assert.ThrowsAsync<PgSslException>(() => refusing.ApplyAsync(TestContext.Current.CancellationToken));
            Assert.Equal(PgSslError.LockOut, refused.Error);
        }
        await SwitchServer.EndSessionsAsync(server.Cluster);

        SslConfigurationChange made = await server.ApplyAsync(target);

        Assert.True(made.IsProven, string.Join(Environment.NewLine, made.Proofs));
        Assert.False((await PsqlAsync(ConnInfo(server, files))).Connected);
        Assert.Empty((await server.ApplyAsync(target)).PendingEdits);
    }

    [Theory, MemberData(nameof(SwitchServer.Majors), MemberType = typeof(SwitchServer))]
    public async Task A_pair_that_nobody_loaded_is_not_proven_to_suit_clients(int major)
    {
        await using SwitchServer server = await OpenAsync(major);
        server.SkipIfRulesNeverWait();
        TestCertificate other = TestAuthority.CreateRoot("Another Server CA").Issue(LeafOptions.ForLoopback());
        await SaveAsync(server, "server.crt", other.ChainPem);
        await SaveAsync(server, "server.key", other.KeyPem);

        SslConfigurationChange made = await server.ApplyAsync(new SslTarget { IsOn = true, MinimumProtocol = "TLSv1.3" });

        Assert.False(made.IsProven);
        Assert.Contains(made.PendingEdits, edit => edit.Contains("server.crt holds ", StringComparison.Ordinal));
        Assert.Contains(made.Proofs, proof => proof.Name == "Logins" && proof.Detail.Contains("Another Server CA", StringComparison.Ordinal));
    }

    /// <summary>What is loaded is not mentioned.</summary>
    [Theory, MemberData(nameof(SwitchServer.Majors), MemberType = typeof(SwitchServer))]
    public async Task Files_that_are_loaded_are_no_edits(int major)
    {
        await using SwitchServer server = await OpenAsync(major);
        await Task.Delay(50, TestContext.Current.CancellationToken);
        await LoadAsync(server);

        SslConfigurationChange made = await server.ApplyAsync(new SslTarget { IsOn = true, MinimumProtocol = "TLSv1.3" });

        Assert.True(made.IsProven, string.Join(Environment.NewLine, made.Proofs));
        Assert.Empty(made.PendingEdits);
    }

    [Theory, MemberData(nameof(SwitchServer.Majors), MemberType = typeof(SwitchServer))]
    public async Task A_directory_of_CRLs_that_the_server_cannot_read_costs_no_session(int major)
    {
        if (OperatingSystem.IsWindows() || Environment.UserName != "root")
        {
            Assert.Skip("Only root makes what the server's account cannot read.");
            return;
        }
        using var files = new ClientFiles(ClientCa, "app");
        await using SwitchServer server = await OpenAsync(major);
        (WaitingClient client, _) = await WaitingClient.ConnectAsync(ConnInfo(server, files));
        string hidden = SandboxDirectory.Create();
        try
        {
            string hash = Certificates.Trust.HashedDirectory.Hash(Certificates.ParsedCertificate.Of(ClientCa.Certificate.Certificate)!.Subject);
            await File.WriteAllTextAsync(Path.Combine(hidden, $"{hash}.r0"), ClientCa.CreateCrl([]), TestContext.Current.CancellationToken);
            SslTarget target = server.On with { CrlPath = hidden, IsCrlDirectory = true };
            File.SetUnixFileMode(hidden, (UnixFileMode)0b111_101_101);
            File.SetUnixFileMode(Path.Combine(hidden, $"{hash}.r0"), (UnixFileMode)0b110_100_100);
            Assert.Empty((await server.PrepareAsync(target)).LockOuts);

            File.SetUnixFileMode(hidden, (UnixFileMode)0b111_000_000);
            Assert.NotEmpty((await server.PrepareAsync(target)).LockOuts);

            File.SetUnixFileMode(hidden, (UnixFileMode)0b111_101_101);
            File.SetUnixFileMode(Path.Combine(hidden, $"{hash}.r0"), (UnixFileMode)0b110_000_000);
            Assert.NotEmpty((await server.PrepareAsync(target)).LockOuts);
        }
        finally
        {
            Directory.Delete(hidden, recursive: true);
            await client.DisposeAsync();
        }
    }

    [Theory, MemberData(nameof(SwitchServer.Majors), MemberType = typeof(SwitchServer))]
    public async Task A_session_whose_cipher_is_not_among_the_new_ones_may_be_lost(int major)
    {
        await using SwitchServer server = await OpenAsync(major);
        await server.Cluster.SetHbaAsync("host all all 127.0.0.1/32 trust");
        (WaitingClient client, _) = await WaitingClient.ConnectAsync($"{ConnInfo(server)} ssl_max_protocol_version=TLSv1.2");
        await using (client)
        {
            string used = (await server.Cluster.QueryAsync("SELECT cipher FROM pg_stat_ssl WHERE version = 'TLSv1.2'"))[0][0]!;
            SslConfigurationChange kept = await server.ApplyAsync(server.On with { Ciphers = $"{used}:HIGH:!aNULL" });
            SslConfigurationChange other = await server.ApplyAsync(server.On with { Ciphers = $"HIGH:!aNULL:!{used}" });

            Assert.True(kept.IsProven, string.Join(Environment.NewLine, kept.Proofs));
            Assert.False(other.IsProven);
            Assert.Contains(other.Proofs, proof => proof.Name == "Logins" && proof.Detail.Contains(used, StringComparison.Ordinal));
        }
    }

    [Theory, MemberData(nameof(SwitchServer.Majors), MemberType = typeof(SwitchServer))]
    public async Task Another_file_that_is_called_postgresql_auto_conf_is_not_the_server_s(int major)
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(major);
        byte[] main = await File.ReadAllBytesAsync(server.MainPath, TestContext.Current.CancellationToken);
        try
        {
            server.Write("other/postgresql.auto.conf", "ssl_ciphers = 'HIGH'\n");
            await server.Cluster.ReloadAsync();
            if (OperatingSystem.IsLinux() && Environment.UserName == "root")
                File.SetUnixFileMode(Path.Combine(server.Cluster.DataDirectory, "other"), (UnixFileMode)0b111_101_101);
            await File.AppendAllTextAsync(
                server.MainPath, "\ninclude 'other/postgresql.auto.conf'\n", TestContext.Current.CancellationToken);
            await server.Cluster.ReloadAsync();

            SslSwitch planned = await server.PrepareAsync(server.On with { Ciphers = "HIGH:!aNULL" });

            Assert.Contains(planned.Change.Diff, line => line.Contains("ssl_ciphers", StringComparison.Ordinal)
                && line.EndsWith("not in postgresql.auto.conf", StringComparison.Ordinal));
        }
        finally
        {
            await File.WriteAllBytesAsync(server.MainPath, main, TestContext.Current.CancellationToken);
            await server.Cluster.ReloadAsync();
        }
    }

    /// <summary>A server that does TLS and verifies client certificates, all of it loaded some time ago.</summary>
    private static async Task<SwitchServer> OpenAsync(int major)
    {
        SwitchServer server = await SwitchServer.OpenAsync(major);
        await server.ApplyAsync(server.On with { CaPath = server.Write("clients.crt", ClientCa.CertificatePem) });
        await server.Cluster.SetHbaAsync("hostssl all app 127.0.0.1/32 cert", "host all all 127.0.0.1/32 trust");
        await Task.Delay(50, TestContext.Current.CancellationToken);
        await LoadAsync(server);
        return server;
    }

    // A session that waits loads its settings at its next statement, and says that time.
    private static async Task LoadAsync(SwitchServer server)
    {
        await server.Cluster.ReloadAsync();
        await server.Session.QueryAsync("SELECT 1", null, TestContext.Current.CancellationToken);
    }

    private static async Task SaveAsync(SwitchServer server, string name, string text)
    {
        // Later than the load of what is there, and on any clock.
        await Task.Delay(50, TestContext.Current.CancellationToken);
        server.Write(name, text);
    }

    private static string ConnInfo(SwitchServer server, ClientFiles? files = null) =>
        $"host=127.0.0.1 port={server.Cluster.Port} user=app dbname=postgres sslmode=require gssencmode=disable {files?.ConnInfo}";

    private static async Task<PsqlOutcome> PsqlAsync(string conninfo) =>
        (await (await PsqlJudge.ForLibpqAsync(15)).OrSkip(Assert.Skip).ConnectAsync([conninfo]))[0];
}
