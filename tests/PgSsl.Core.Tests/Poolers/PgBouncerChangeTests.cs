using System.Net;
using System.Security.Cryptography;
using System.Text;
using PgSsl.Certificates;
using PgSsl.Changes;
using PgSsl.Deployment;
using PgSsl.Files;
using PgSsl.Poolers;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Poolers;

/// <summary>A real PgBouncer: it takes the change over and serves it, or has its old state back.</summary>
public sealed class PgBouncerChangeTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);
    private static readonly TestAuthority Root = TestAuthority.CreateRoot("Pooler Root CA");

    [Fact]
    public async Task TLS_is_switched_on_by_a_signal_and_served()
    {
        await using Scene scene = await Scene.StartAsync(null);
        TestCertificate certificate = Root.Issue(LeafOptions.ForLoopback());
        PgBouncerPlan plan = scene.Plan("require", certificate);

        PgBouncerChangeResult result = await scene.ApplyAsync(plan, certificate, PgBouncerSignal.Find(plan.Before));

        Assert.All(result.Proofs, proof => Assert.Equal(ProofState.Proven, proof.Outcome));
        Assert.Equal(Fingerprint(certificate), await scene.ServedAsync());
        Assert.Equal("require", await scene.ShowAsync("client_tls_sslmode"));
        Assert.Equal(
            plan.Before.Files[0].Content, await File.ReadAllBytesAsync(Assert.Single(result.Backups, backup => backup.Contains(".ini")), Token));
    }

    [Fact]
    public async Task A_renewed_certificate_is_served_after_the_reload_and_sessions_go_on()
    {
        TestCertificate old = Root.Issue(LeafOptions.ForLoopback()), renewed = Root.Issue(LeafOptions.ForLoopback());
        await using Scene scene = await Scene.StartAsync(old);
        await using SqlConversation session = await scene.ConnectAsync("postgres");
        PgBouncerPlan plan = scene.Plan("prefer", renewed);

        await scene.ApplyAsync(plan, renewed, PgBouncerSignal.Find(plan.Before));

        Assert.Equal(Fingerprint(renewed), await scene.ServedAsync());
        Assert.Equal("1", (await session.QueryAsync("SELECT 1"))[0][0]);
    }

    /// <summary>What it has loaded is not known without its console, and a reload may have been since.</summary>
    [Fact]
    public async Task Edits_that_were_saved_after_it_had_started_are_named()
    {
        await using Scene scene = await Scene.StartAsync(Root.Issue(LeafOptions.ForLoopback()));
        IReadOnlyList<string> Edits() => PgBouncerRecipient.Of(scene.Bouncer.IniPath, null, null, null, TimeSpan.FromSeconds(10)).PendingEdits.Edits;
        Assert.Empty(Edits());

        File.SetLastWriteTimeUtc(scene.Bouncer.IniPath, DateTime.UtcNow.AddSeconds(10));

        Assert.Contains($"{scene.Bouncer.IniPath} was saved at ", Assert.Single(Edits()));
    }

    /// <summary>A reload loads the CAs of clients with the certificate, and nothing tells which ones are loaded now.</summary>
    [Fact]
    public async Task CAs_that_were_saved_after_it_had_started_leave_it_open_whether_clients_come_back()
    {
        await using Scene scene = await Scene.StartAsync(Root.Issue(LeafOptions.ForLoopback()));
        string path = Path.Combine(Path.GetDirectoryName(scene.Bouncer.IniPath)!, "clients.crt");
        await File.WriteAllTextAsync(path, Root.CertificatePem, Token);
        await File.AppendAllTextAsync(scene.Bouncer.IniPath, $"client_tls_ca_file = {path}\n", Token);
        foreach (string saved in (string[])[path, scene.Bouncer.IniPath])
            File.SetLastWriteTimeUtc(saved, DateTime.UtcNow.AddHours(-1));
        ICertificateRecipient Find() => PgBouncerRecipient.Of(scene.Bouncer.IniPath, null, null, null, Timeout);
        Assert.Empty(Find().Proofs);

        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddSeconds(10));

        Proof open = Assert.Single(Find().Proofs);
        Assert.Equal(ProofState.NotMade, open.Outcome);
        Assert.StartsWith($"{path} (client_tls_ca_file) was saved at ", open.Detail);
    }

    [Fact]
    public async Task Clients_in_plaintext_come_back_after_TLS_was_switched_on()
    {
        await using Scene scene = await Scene.StartAsync(null);
        TestCertificate certificate = Root.Issue(LeafOptions.ForLoopback());
        var address = new IPEndPoint(IPAddress.Parse(scene.Bouncer.Host), scene.Bouncer.Port);
        await using SqlConversation session = await SqlConversation.OpenAsync(address, "postgres", Encoding.UTF8);
        PgBouncerPlan plan = scene.Plan("prefer", certificate);

        await scene.ApplyAsync(plan, certificate, PgBouncerSignal.Find(plan.Before));

        Assert.Equal(Fingerprint(certificate), await scene.ServedAsync());
        await using SqlConversation again = await SqlConversation.OpenAsync(address, "postgres", Encoding.UTF8);
        Assert.Equal("1", (await again.QueryAsync("SELECT 1"))[0][0]);
    }

    /// <summary>PgBouncer says yes to RELOAD, and its log says that it keeps the old TLS.</summary>
    [Fact]
    public async Task A_key_of_another_certificate_is_seen_on_the_wire_and_put_back()
    {
        TestCertificate old = Root.Issue(LeafOptions.ForLoopback()), renewed = Root.Issue(LeafOptions.ForLoopback());
        await using Scene scene = await Scene.StartAsync(old);
        byte[] before = await File.ReadAllBytesAsync(scene.Bouncer.IniPath, Token);
        PgBouncerPlan plan = scene.Plan("require", renewed);

        var failure = await Assert.ThrowsAsync<PgSslException>(() =>
            scene.ApplyAsync(plan, renewed, PgBouncerSignal.Find(plan.Before), keyPem: old.KeyPem, timeout: TimeSpan.FromSeconds(1)));

        Assert.Equal(PgSslError.ChangeNotProven, failure.Error);
        Assert.Contains(Fingerprint(old), failure.Message);
        Assert.Equal(before, await File.ReadAllBytesAsync(scene.Bouncer.IniPath, Token));
        Assert.Equal((Fingerprint(old), "prefer"), (await scene.ServedAsync(), await scene.ShowAsync("client_tls_sslmode")));
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(scene.Bouncer.IniPath)!, "*.bak"));
    }

    [Fact]
    public async Task TLS_is_switched_off_where_that_is_wanted()
    {
        await using Scene scene = await Scene.StartAsync(Root.Issue(LeafOptions.ForLoopback()));
        PgBouncerPlan plan = PgBouncerPlan.Of(scene.Read(), new PgBouncerTls { SslMode = "disable" });

        await new PgBouncerChange(plan, [], null, PgBouncerSignal.Find(plan.Before), Timeout).ApplyAsync(DateTimeOffset.UtcNow, Token);

        Assert.Null(await scene.ServedAsync());
    }

    [Fact]
    public async Task Without_PgBouncer_the_files_change_and_the_result_says_what_nobody_saw()
    {
        await using Scene scene = await Scene.StartAsync(null);
        TestCertificate certificate = Root.Issue(LeafOptions.ForLoopback());

        PgBouncerChangeResult result = await scene.ApplyAsync(scene.Plan("require", certificate), certificate, null);

        Assert.Equal(["Reload", "Wire"], result.Proofs.Where(proof => proof.Outcome == ProofState.NotMade).Select(proof => proof.Name));
        Assert.Null(await scene.ServedAsync());
    }

    [Theory]
    [InlineData("any", null)]
    [InlineData("plain", "s3cret, ü=")]
    [InlineData("md5", "s3cret, ü=")]
    [InlineData("scram-sha-256", "s3cret, ü=")]
    public async Task The_admin_console_reloads_whatever_way_it_asks_who_we_are(string method, string? password)
    {
        await using Scene scene = await Scene.StartAsync(null, method, password);
        TestCertificate certificate = Root.Issue(LeafOptions.ForLoopback());
        PgBouncerPlan plan = scene.Plan("require", certificate);

        PgBouncerChangeResult result = await scene.ApplyAsync(plan, certificate, PgBouncerConsole.Of(plan.Before, "boss", () => password, Timeout));

        Assert.Equal(Fingerprint(certificate), await scene.ServedAsync());
        Assert.Contains(result.Proofs, proof => proof.Detail.Contains("RELOAD in the admin console"));
    }

    [Theory]
    [InlineData("scram-sha-256", "boss", "wrong", PgSslError.AuthenticationFailed)]
    [InlineData("md5", "boss", "wrong", PgSslError.AuthenticationFailed)]
    [InlineData("md5", "boss", null, PgSslError.PasswordRequired)]
    [InlineData("md5", "nobody", "s3cret", PgSslError.AuthenticationFailed)]
    [InlineData("md5", "guest", "s3cret", PgSslError.ConnectionRejected)]
    public async Task Who_may_not_reload_is_told_and_nothing_has_changed(string method, string user, string? password, PgSslError error)
    {
        await using Scene scene = await Scene.StartAsync(null, method, "s3cret");
        TestCertificate certificate = Root.Issue(LeafOptions.ForLoopback());
        byte[] before = await File.ReadAllBytesAsync(scene.Bouncer.IniPath, Token);
        var console = PgBouncerConsole.Of(scene.Read(), user, () => password, Timeout);

        var failure = await Assert.ThrowsAsync<PgSslException>(() => console.ReloadAsync(Token));

        Assert.True(error == failure.Error, $"{failure.Error}: {failure.Message}");
        Assert.DoesNotContain("s3cret", failure.ToString());
        // Nor can the old state be loaded again: the files are as they were, and that is said.
        failure = await Assert.ThrowsAsync<PgSslException>(() => scene.ApplyAsync(scene.Plan("require", certificate), certificate, console));
        Assert.Equal(PgSslError.UndoNotProven, failure.Error);
        Assert.Equal(before, await File.ReadAllBytesAsync(scene.Bouncer.IniPath, Token));
    }

    [Fact]
    public async Task A_pidfile_that_names_no_PgBouncer_signals_nobody()
    {
        string directory = SandboxDirectory.Create(), pidfile = Path.Combine(directory, "x.pid");
        PgBouncerIni ini = PgBouncerIniTests.Read($"[pgbouncer]\npidfile = {pidfile}");
        Assert.Equal(PgSslError.ServerNotReady, Assert.Throws<PgSslException>(() => PgBouncerSignal.Find(ini)).Error);
        await File.WriteAllTextAsync(pidfile, $"{Environment.ProcessId}\n", Token);
        Assert.Equal(PgSslError.ServerNotReady, Assert.Throws<PgSslException>(() => PgBouncerSignal.Find(ini)).Error);
        Assert.Equal(
            PgSslError.UnsupportedParameter, Assert.Throws<PgSslException>(() => PgBouncerSignal.Find(PgBouncerIniTests.Read("[pgbouncer]"))).Error);
        Directory.Delete(directory, recursive: true);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static string Fingerprint(TestCertificate certificate) => certificate.Certificate.GetCertHashString(HashAlgorithmName.SHA256);

    /// <summary>A PgBouncer of a test's own, its configuration, and what its clients meet.</summary>
    private sealed record Scene(PgBouncer Bouncer) : IAsyncDisposable
    {
        public static async Task<Scene> StartAsync(TestCertificate? certificate, string authType = "any", string? password = null)
        {
            PgBouncer.Find().OrSkip(Assert.Skip);
            PostgresCluster cluster = (await ClusterPool.GetAsync(15, "behind poolers")).OrSkip(Assert.Skip);
            var settings = new Dictionary<string, string> { ["auth_type"] = authType, ["admin_users"] = "boss" };
            string? users = password is null ? null : $"\"boss\" \"{password}\"\n\"guest\" \"{password}\"\n";
            return new Scene(await PgBouncer.StartAsync(cluster, certificate, settings: settings, users: users));
        }

        public PgBouncerIni Read() => PgBouncerIni.Read(Bouncer.IniPath);

        public PgBouncerPlan Plan(string mode, TestCertificate _) =>
            PgBouncerPlan.Of(Read(), new PgBouncerTls { SslMode = mode, KeyPath = Beside("new.key"), CertificatePath = Beside("new.crt") });

        public Task<PgBouncerChangeResult> ApplyAsync(
            PgBouncerPlan plan, TestCertificate certificate, IPgBouncerReload? reload, string? keyPem = null, TimeSpan? timeout = null)
        {
            // PgBouncer runs as an account of its own, and is to read what is written here.
            foreach (string name in (string[])["new.key", "new.crt"])
                SandboxDirectory.WritePrivate(Beside(name), "");
            FileEdit[] edits = [Edit("new.key", keyPem ?? certificate.KeyPem), Edit("new.crt", certificate.ChainPem)];
            return new PgBouncerChange(plan, edits, Fingerprint(certificate), reload, Timeout) { ReloadTimeout = timeout ?? Timeout }
                .ApplyAsync(DateTimeOffset.UtcNow, Token);
        }

        /// <summary>The fingerprint that clients are served; null where there is no TLS.</summary>
        public async Task<string?> ServedAsync() => (await CertificateProbe.ReadAsync(Bouncer.Port))?.GetCertHashString(HashAlgorithmName.SHA256);

        public Task<SqlConversation> ConnectAsync(string database) =>
            SqlConversation.OpenAsync(new System.Net.Sockets.UnixDomainSocketEndPoint(Bouncer.SocketPath), database, Encoding.UTF8);

        /// <summary>What PgBouncer itself says that a setting is.</summary>
        public async Task<string?> ShowAsync(string key)
        {
            await using SqlConversation console = await ConnectAsync("pgbouncer");
            return (await console.QueryAsync("SHOW CONFIG")).First(row => row[0] == key)[1];
        }

        public ValueTask DisposeAsync() => Bouncer.DisposeAsync();

        private FileEdit Edit(string name, string pem) =>
            new(Beside(name), Encoding.ASCII.GetBytes(pem)) { MayReplace = true, Expected = [], Protection = FileProtection.PrivateKey() };

        private string Beside(string name) => Path.Combine(Path.GetDirectoryName(Bouncer.IniPath)!, name);
    }

}
