using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;
using PgSsl.Deployment;
using PgSsl.Files;
using PgSsl.Sandbox;
using PgSsl.Server.Live;
using PgSsl.Tests.Deployment;

namespace PgSsl.Tests.Attacks;

/// <summary>
/// The server's superuser, or its account, sets ssl_cert_file and ssl_key_file to the files of another service, and wants root to replace them. The
/// server is a real one, which goes on with its own certificate.
/// </summary>
[UnsupportedOSPlatform("windows")]
public sealed class OtherServicesFilesTests : IDisposable
{
    private static readonly TestCertificate Others = CertificateServer.Issuing.Issue(LeafOptions.ForHosts("www.example"));
    private static readonly TestCertificate New = CertificateServer.Issuing.Issue(LeafOptions.ForLoopback());

    private readonly string _root = SandboxDirectory.Create();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData(15, true, true)]
    [InlineData(18, true, true)]
    [InlineData(15, true, false)]
    [InlineData(15, false, true)]
    public async Task Root_replaces_the_pair_of_a_web_server(int major, bool certificate, bool key)
    {
        await using CertificateServer server = await StartAsync(major);
        await SetAsync(server, certificate ? RootsFile("www.crt", Others.ChainPem) : null, key ? RootsFile("www.key", Others.KeyPem) : null);
        RootsFile("given.key", New.KeyPem);
        string[] before = Directory.GetFiles(_root);

        await AssertRefusedAsync(server);

        Assert.Equal(before, Directory.GetFiles(_root));
        Assert.All(before, file => Assert.Equal(0u, UnixStatus.Of(file).Owner.UserId));
    }

    [Fact]
    public async Task Root_replaces_the_pair_behind_a_link_of_the_server_s_account()
    {
        await using CertificateServer server = await StartAsync(15);
        string link = Path.Combine(server.Cluster.DataDirectory, "www.crt");
        ProcessResult linked = await ServerAccount.RunAsync("ln", ["-s", RootsFile("www.crt", Others.ChainPem), link]);
        Assert.True(linked.ExitCode == 0, linked.ToString());
        await SetAsync(server, link, null);

        await AssertRefusedAsync(server);
    }

    [Fact]
    public async Task Root_makes_a_file_in_a_directory_of_root()
    {
        await using CertificateServer server = await StartAsync(15);
        await SetAsync(server, Path.Combine(_root, "new.crt"), null);

        await AssertRefusedAsync(server);

        Assert.DoesNotContain(Path.Combine(_root, "new.crt"), Directory.GetFiles(_root));
    }

    [Fact]
    public async Task Root_replaces_a_certificate_that_the_server_serves_with_another_key_file()
    {
        await using CertificateServer server = await StartAsync(15);
        await SetAsync(server, RootsFile("copy.crt", CertificateServer.Old.ChainPem), RootsFile("www.key", Others.KeyPem));

        await AssertRefusedAsync(server);
    }

    /// <summary>As Debian has it: root's files, which the account may only read. The server proves on the wire that it has both.</summary>
    [Theory, MemberData(nameof(TestServer.Majors), MemberType = typeof(TestServer))]
    public async Task Root_s_pair_that_the_server_serves_is_renewed(int major)
    {
        await using CertificateServer server = await StartAsync(major);
        string crt = RootsFile("db.crt", CertificateServer.Old.ChainPem), key = RootsFile("db.key", CertificateServer.Old.KeyPem);
        File.SetUnixFileMode(crt, UnixModes.ReadableByAll);
        ProcessResult group = await ProcessRunner.RunAsync("chown", [$"0:{ServerAccount.Current!.GroupId}", key]);
        Assert.True(group.ExitCode == 0, group.ToString());
        File.SetUnixFileMode(key, UnixModes.Private | UnixFileMode.GroupRead);
        await SetAsync(server, crt, key);

        using CertificateDeployment deployment = await PrepareAsync(server);
        deployment.Check(isForced: false);
        await deployment.ApplyAsync(Token);

        await server.AssertServesAsync(New);
        Assert.Equal(0u, UnixStatus.Of(key).Owner.UserId);
    }

    /// <summary>Old pairs are deleted where each connection reads the pair (decision 78), but none of which a file is elsewhere.</summary>
    [Fact]
    public async Task Root_deletes_the_key_of_a_web_server_as_an_old_one()
    {
        await using CertificateServer server = await StartAsync(15);
        server.ActAsExecBackend();
        string mark = Convert.ToHexString(SHA256.HashData(Encoding.ASCII.GetBytes(Others.ChainPem)))[..12];
        SandboxDirectory.WritePrivate(Path.Combine(server.Cluster.DataDirectory, $"server-{mark}.crt"), Others.ChainPem);
        string key = RootsFile("www.key", Others.KeyPem), link = Path.Combine(server.Cluster.DataDirectory, $"server-{mark}.key");
        ProcessResult linked = await ServerAccount.RunAsync("ln", ["-s", key, link]);
        Assert.True(linked.ExitCode == 0, linked.ToString());

        ServerCertificateChangeResult result = await server.InstallAsync(New);

        Assert.Null(result.Remains);
        Assert.True(File.Exists(link));
        Assert.Equal(Others.KeyPem, await File.ReadAllTextAsync(key, Token));
        await server.AssertServesAsync(New);
    }

    [Fact]
    public async Task Files_that_the_caller_names_are_the_caller_s_decision()
    {
        await using CertificateServer server = await StartAsync(15);
        string crt = RootsFile("www.crt", Others.ChainPem), key = RootsFile("www.key", Others.KeyPem);
        ProcessResult group = await ProcessRunner.RunAsync("chown", [$"0:{ServerAccount.Current!.GroupId}", key]);
        Assert.True(group.ExitCode == 0, group.ToString());
        File.SetUnixFileMode(key, UnixModes.Private | UnixFileMode.GroupRead);
        File.SetUnixFileMode(crt, UnixModes.ReadableByAll);

        using CertificateDeployment deployment = await PrepareAsync(server, crt, key);

        // The other service's names get lost: without -Force that is an error of its own.
        deployment.Check(isForced: true);
    }

    private static async Task<CertificateServer> StartAsync(int major)
    {
        Assert.SkipWhen(ServerAccount.Current is null, "Only root can be attacked by another account.");
        return await CertificateServer.StartAsync(major);
    }

    private string RootsFile(string name, string content)
    {
        string path = Path.Combine(_root, name);
        File.WriteAllText(path, content);
        File.SetUnixFileMode(path, UnixModes.Private);
        return path;
    }

    private static Task SetAsync(CertificateServer server, string? certificate, string? key)
    {
        var settings = new Dictionary<string, string?>();
        if (certificate is not null)
            settings["ssl_cert_file"] = certificate;
        if (key is not null)
            settings["ssl_key_file"] = key;
        return server.Cluster.ConfigureAsync(settings);
    }

    private async Task<CertificateDeployment> PrepareAsync(CertificateServer server, string? certificate = null, string? key = null)
    {
        ServerRecipient recipient = ServerRecipient.Of(await server.ObserveAsync(), await server.AskAsync(), certificate, key);
        IReadOnlyList<ServedAt> served = await recipient.ObserveAsync(Token);
        string given = RootsFile("given.key", New.KeyPem);
        IssuedCertificates answer = IssuedCertificates.Read(Encoding.ASCII.GetBytes(New.ChainPem), "the CA's answer");
        return CertificateDeployment.Prepare(recipient, recipient.Target, served, new DeploymentRequest(answer, given, null, null, facts => facts));
    }

    private async Task AssertRefusedAsync(CertificateServer server)
    {
        using CertificateDeployment deployment = await PrepareAsync(server);
        var refusal = Assert.Throws<PgSslException>(() => deployment.Check(isForced: true));
        Assert.True(refusal.Error == PgSslError.UnexpectedFile, refusal.ToString());
        Assert.Contains("-Ssl", refusal.Remedy);
    }
}
