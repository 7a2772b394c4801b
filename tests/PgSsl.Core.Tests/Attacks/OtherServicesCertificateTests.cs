using System.Runtime.Versioning;
using System.Text;
using PgSsl.Deployment;
using PgSsl.Files;
using PgSsl.Poolers;
using PgSsl.Sandbox;
using PgSsl.Server.Live;
using PgSsl.Testing;

namespace PgSsl.Tests.Attacks;

/// <summary>
/// PgBouncer's account writes the name of another service's certificate into pgbouncer.ini, and wants root to replace it. PgBouncer runs and serves
/// its own.
/// </summary>
[UnsupportedOSPlatform("windows")]
public sealed class OtherServicesCertificateTests : IDisposable
{
    private static readonly TestAuthority Authority = TestAuthority.CreateRoot("Other Services Root CA");
    private static readonly TestCertificate Own = Authority.Issue(LeafOptions.ForLoopback());
    private static readonly TestCertificate Others = Authority.Issue(LeafOptions.ForHosts("www.example"));
    private static readonly TestCertificate New = Authority.Issue(LeafOptions.ForLoopback());

    private readonly HostileAccount _account = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _account.Dispose();

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task The_pair_of_a_web_server(bool certificate, bool key)
    {
        await using PgBouncer bouncer = await StartAsync(Own);
        string crt = _account.RootsFile("www.crt", Others.ChainPem), pem = _account.RootsFile("www.key", Others.KeyPem);
        await NameAsync(bouncer, certificate ? crt : null, key ? pem : null);

        await AssertRefusedAsync(bouncer);

        Assert.Equal((Others.ChainPem, Others.KeyPem), (await File.ReadAllTextAsync(crt, Token), await File.ReadAllTextAsync(pem, Token)));
        Assert.Equal((0u, 0u), (UnixStatus.Of(crt).Owner.UserId, UnixStatus.Of(pem).Owner.UserId));
    }

    /// <summary>All may read the certificate, and PgBouncer's key is beside it.</summary>
    [Fact]
    public async Task A_certificate_with_a_key_of_its_own()
    {
        await using PgBouncer bouncer = await StartAsync(Own);
        string crt = _account.RootsFile("www.crt", Others.ChainPem);
        await NameAsync(bouncer, crt, _account.OwnFile("own.key", Own.KeyPem));

        await AssertRefusedAsync(bouncer);
    }

    /// <summary>Root keeps copies of files as they are, or files that everybody may write, where nobody else comes.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_copy_in_a_directory_of_root(bool isOwner)
    {
        await using PgBouncer bouncer = await StartAsync(Own);
        string copy = _account.RootsFile("copy.crt", Others.ChainPem);
        if (isOwner)
            ServerAccount.Own(copy);
        else
            File.SetUnixFileMode(copy, (UnixFileMode)0x1B6);
        await NameAsync(bouncer, copy, _account.OwnFile("own.key", Own.KeyPem));

        await AssertRefusedAsync(bouncer);
    }

    [Fact]
    public async Task A_new_file_in_a_directory_of_root()
    {
        await using PgBouncer bouncer = await StartAsync(Own);
        await NameAsync(bouncer, _account.At("root/new.crt"), _account.OwnFile("own.key", Own.KeyPem));

        await AssertRefusedAsync(bouncer);

        Assert.Empty(Directory.GetFileSystemEntries(_account.Root));
    }

    [Fact]
    public async Task A_certificate_that_a_file_of_root_s_names_in_a_line_of_the_account()
    {
        await using PgBouncer bouncer = await StartAsync(Own);
        string crt = _account.RootsFile("www.crt", Others.ChainPem), included = _account.RootsFile("more.ini", $"client_tls_cert_file = {crt}\n");
        await File.AppendAllTextAsync(bouncer.IniPath, $"%include {included}\n", Token);

        await AssertRefusedAsync(bouncer);
    }

    /// <summary>
    /// The other service's certificate is seen on the wire, because the file says that PgBouncer listens where the other service does, or because
    /// a program passes the handshake on to it.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_pair_of_a_service_that_seems_to_be_PgBouncer(bool isRelayed)
    {
        await using PgBouncer bouncer = await StartAsync(Own), victim = await StartAsync(Others);
        await using HostileServer relay = HostileServer.Start(HostileRelay.CloseAfter(victim.Port, int.MaxValue));
        await NameAsync(bouncer, _account.RootsFile("www.crt", Others.ChainPem), _account.RootsFile("www.key", Others.KeyPem));
        await File.AppendAllTextAsync(bouncer.IniPath, $"listen_port = {(isRelayed ? relay.Port : victim.Port)}\n", Token);
        ServedAt seen = (await PgBouncerRecipient.Of(bouncer.IniPath, null, null, null, TimeSpan.FromSeconds(10)).ObserveAsync(Token))[0];
        Assert.Equal(Others.Certificate.GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256), seen.Fingerprint);

        await AssertRefusedAsync(bouncer);
    }

    /// <summary>The file says that PgBouncer runs as the account whose files are wanted, and that it does not run now.</summary>
    [Fact]
    public async Task The_pair_of_an_account_that_the_file_names()
    {
        string crt = _account.RootsFile("www.crt", Others.ChainPem), key = _account.RootsFile("www.key", Others.KeyPem);
        File.SetUnixFileMode(_account.Root, UnixModes.PrivateDirectory | UnixFileMode.OtherExecute);
        ProcessResult owned = await ProcessRunner.RunAsync("chown", ["nobody", crt, key]);
        Assert.True(owned.ExitCode == 0, owned.ToString());
        string ini = _account.OwnFile("pgbouncer.ini", $"[pgbouncer]\nuser = nobody\nclient_tls_cert_file = {crt}\nclient_tls_key_file = {key}\n");

        using CertificateDeployment deployment = await PrepareAsync(PgBouncerRecipient.Of(ini, null, null, null, TimeSpan.FromSeconds(10)));

        Assert.Equal(PgSslError.UnexpectedFile, Assert.Throws<PgSslException>(() => deployment.Check(isForced: true)).Error);
    }

    /// <summary>A group, or whoever owns a directory above, can write what seems to be root's.</summary>
    [Theory]
    [InlineData("group")]
    [InlineData("directory")]
    [InlineData("directory above")]
    public async Task Names_in_a_file_of_root_that_others_can_write(string how)
    {
        string crt = _account.RootsFile("www.crt", Others.ChainPem), key = _account.RootsFile("www.key", Others.KeyPem);
        string directory = how == "group" ? _account.Root : _account.At(how == "directory" ? "data" : "data/etc");
        Directory.CreateDirectory(directory);
        string ini = Path.Combine(directory, "pgbouncer.ini");
        await File.WriteAllTextAsync(ini, $"[pgbouncer]\nclient_tls_cert_file = {crt}\nclient_tls_key_file = {key}\n", Token);
        if (how == "group")
            File.SetUnixFileMode(ini, UnixModes.Private | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);

        using CertificateDeployment deployment = await PrepareAsync(PgBouncerRecipient.Of(ini, null, null, null, TimeSpan.FromSeconds(10)));

        Assert.Equal(PgSslError.UnexpectedFile, Assert.Throws<PgSslException>(() => deployment.Check(isForced: true)).Error);
    }

    /// <summary>The account's pgbouncer.ini, or a file that root's includes from the account's directory, is a link to another PgBouncer's.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("%include ")]
    public async Task The_configuration_of_another_PgBouncer_behind_a_link(string include)
    {
        string other = _account.RootsFile("other.ini", $"[pgbouncer]\nclient_tls_cert_file = {_account.RootsFile("www.crt", Others.ChainPem)}\n");
        string link = await _account.LinkAsync("data/pgbouncer.ini", other);
        string ini = include.Length == 0 ? link : _account.RootsFile("pgbouncer.ini", $"[pgbouncer]\n{include}{link}\n");

        var refusal = Assert.Throws<PgSslException>(() => PgBouncerRecipient.Of(ini, null, null, null, TimeSpan.FromSeconds(10)));

        Assert.Equal(PgSslError.UnexpectedFile, refusal.Error);
        Assert.Contains($"the link {link} belongs to", refusal.Message);
    }

    /// <summary>After the plan was made, the account gives root's link to another file the name of the certificate.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_a_link_of_root_leads_to(bool isExchangedBefore)
    {
        await using PgBouncer bouncer = await StartAsync(Own);
        string bundle = _account.RootsFile("ca-certificates.crt", Others.ChainPem), named = _account.At("data/server.crt");
        Links.ToFile(_account.At("data/root.crt"), bundle);
        await NameAsync(bouncer, named, _account.OwnFile("server.key", Own.KeyPem));
        if (isExchangedBefore)
            File.Move(_account.At("data/root.crt"), named);

        using CertificateDeployment deployment = await PrepareAsync(bouncer);
        var refusal = await Assert.ThrowsAsync<PgSslException>(async () =>
        {
            deployment.Check(isForced: false);
            if (!isExchangedBefore)
                await HostileAccount.RunAsync("mv", _account.At("data/root.crt"), named);
            await deployment.ApplyAsync(Token);
        });

        Assert.Equal(isExchangedBefore ? PgSslError.UnexpectedFile : PgSslError.FileExists, refusal.Error);
        Assert.Equal(Others.ChainPem, await File.ReadAllTextAsync(bundle, Token));
    }

    /// <summary>The settings of another PgBouncer, whose file is root's.</summary>
    [Theory]
    [InlineData("client_tls_sslmode = disable\n")]
    [InlineData("[pgbouncer]\nlisten_port = 6543\n")]
    public async Task A_configuration_of_root(string content)
    {
        await using PgBouncer bouncer = await StartAsync(Own);
        string included = _account.RootsFile("other.ini", content);
        await File.AppendAllTextAsync(bouncer.IniPath, $"%include {included}\n", Token);

        await AssertRefusedAsync(bouncer);

        Assert.Equal(content, await File.ReadAllTextAsync(included, Token));
    }

    [Fact]
    public async Task A_pipe_in_place_of_the_key()
    {
        await using PgBouncer bouncer = await StartAsync(Own);
        await NameAsync(bouncer, null, await _account.PipeAsync("data/server.key"));

        await AssertRefusedAsync(bouncer);
    }

    [Fact]
    public async Task A_pipe_in_place_of_the_certificate()
    {
        await using PgBouncer bouncer = await StartAsync(Own);
        await NameAsync(bouncer, await _account.PipeAsync("data/server.crt"), null);

        await AssertRefusedAsync(bouncer);
    }

    /// <summary>Root keeps the files, and the account only reads them: as Debian's layout is.</summary>
    [Fact]
    public async Task Files_of_root_that_are_served_are_PgBouncer_s()
    {
        string crt = _account.RootsFile("bouncer.crt", Own.ChainPem), key = _account.RootsFile("bouncer.key", Own.KeyPem);
        await LetReadAsync(crt, key);
        await using PgBouncer bouncer = await StartAsync(null, new()
        {
            ["client_tls_sslmode"] = "prefer", ["client_tls_cert_file"] = crt, ["client_tls_key_file"] = key,
        });

        await InstallAsync(bouncer);

        Assert.Equal(New.ChainPem, await File.ReadAllTextAsync(crt, Token));
        Assert.Equal(0u, UnixStatus.Of(key).Owner.UserId);
    }

    [Fact]
    public async Task Files_that_the_caller_names_are_written()
    {
        await using PgBouncer bouncer = await StartAsync(Own);
        string crt = _account.RootsFile("next.crt", Others.ChainPem), key = _account.RootsFile("next.key", Others.KeyPem);
        await LetReadAsync(crt, key);
        await NameAsync(bouncer, crt, key);

        using CertificateDeployment deployment = await PrepareAsync(bouncer, crt, key);

        // The other service's names get lost: without -Force that is an error of its own.
        deployment.Check(isForced: true);
    }

    [Fact]
    public async Task Files_that_a_pgbouncer_ini_of_root_names_are_written()
    {
        string crt = _account.RootsFile("next.crt", Others.ChainPem), key = _account.RootsFile("next.key", Others.KeyPem);
        string ini = _account.RootsFile("pgbouncer.ini", $"[pgbouncer]\nclient_tls_cert_file = {crt}\nclient_tls_key_file = {key}\n");

        using CertificateDeployment deployment = await PrepareAsync(PgBouncerRecipient.Of(ini, null, null, null, TimeSpan.FromSeconds(10)));

        // The other service's names get lost: without -Force that is an error of its own.
        deployment.Check(isForced: true);
    }

    private static async Task<PgBouncer> StartAsync(TestCertificate? certificate, Dictionary<string, string>? settings = null)
    {
        PgBouncer.Find().OrSkip(Assert.Skip);
        PostgresCluster cluster = (await ClusterPool.GetAsync(15, "behind poolers")).OrSkip(Assert.Skip);
        return await PgBouncer.StartAsync(cluster, certificate, settings: settings);
    }

    /// <summary>Root's files that the account may read, and not write.</summary>
    private async Task LetReadAsync(string crt, string key)
    {
        File.SetUnixFileMode(_account.Root, UnixModes.PrivateDirectory | UnixFileMode.OtherExecute);
        File.SetUnixFileMode(crt, UnixModes.Private | UnixFileMode.OtherRead);
        ProcessResult group = await ProcessRunner.RunAsync("chown", [$"0:{ServerAccount.Current!.GroupId}", key]);
        Assert.True(group.ExitCode == 0, group.ToString());
        File.SetUnixFileMode(key, UnixModes.Private | UnixFileMode.GroupRead);
    }

    private static Task NameAsync(PgBouncer bouncer, string? certificate, string? key) => File.AppendAllTextAsync(
        bouncer.IniPath,
        (certificate is null ? "" : $"client_tls_cert_file = {certificate}\n") + (key is null ? "" : $"client_tls_key_file = {key}\n"), Token);

    private Task<CertificateDeployment> PrepareAsync(PgBouncer bouncer, string? certificate = null, string? key = null) =>
        PrepareAsync(PgBouncerRecipient.Of(bouncer.IniPath, certificate, key, null, TimeSpan.FromSeconds(10)));

    private async Task<CertificateDeployment> PrepareAsync(PgBouncerRecipient recipient)
    {
        IReadOnlyList<ServedAt> served = await recipient.ObserveAsync(Token);
        IssuedCertificates answer = IssuedCertificates.Read(Encoding.ASCII.GetBytes(New.ChainPem), "the CA's answer");
        await File.WriteAllTextAsync(_account.At("new.key"), New.KeyPem, Token);
        return CertificateDeployment.Prepare(
            recipient, recipient.Target, served, new DeploymentRequest(answer, _account.At("new.key"), null, null, facts => facts));
    }

    private async Task InstallAsync(PgBouncer bouncer)
    {
        using CertificateDeployment deployment = await PrepareAsync(bouncer);
        deployment.Check(isForced: false);
        await deployment.ApplyAsync(Token);
    }

    private async Task AssertRefusedAsync(PgBouncer bouncer)
    {
        var refusal = await Assert.ThrowsAsync<PgSslException>(() => InstallAsync(bouncer));
        Assert.True(refusal.Error == PgSslError.UnexpectedFile, refusal.ToString());
        Assert.Contains("Nothing was changed", refusal.Message);
    }
}
