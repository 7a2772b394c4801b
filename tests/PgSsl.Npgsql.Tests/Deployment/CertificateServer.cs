using System.Text;
using PgSsl.Certificates.Trust;
using PgSsl.Deployment;
using PgSsl.Files;
using PgSsl.Requirements;
using PgSsl.Sandbox;
using PgSsl.Server;
using PgSsl.Server.Live;
using PgSsl.Server.Settings;

namespace PgSsl.Tests.Deployment;

/// <summary>A real server of a test's own that serves an old certificate, and the CA that issues new ones for it.</summary>
internal sealed class CertificateServer : TestServer
{
    private static readonly System.Collections.Concurrent.ConcurrentDictionary<int, Lazy<Task<CertificateServer>>> Shared = new();

    private string? _pretence;

    private CertificateServer(PostgresCluster cluster, IServerSession session)
        : base(cluster, session)
    {
    }

    public static TestAuthority Root { get; } = TestAuthority.CreateRoot("Renewal Root");

    public static TestAuthority Issuing { get; } = Root.CreateIntermediate("Renewal Issuing CA");

    public static TestCertificate Old { get; } = Issuing.Issue(LeafOptions.ForLoopback());

    public static async Task<CertificateServer> StartAsync(int major, bool ssl = true, Dictionary<string, string>? settings = null)
    {
        PostgresCluster cluster = await RentAsync(major, settings);
        if (ssl)
            await cluster.InstallCertificateAsync(Old);
        return new CertificateServer(cluster, await OpenAsync(cluster));
    }

    /// <summary>One of a certain build.</summary>
    public static async Task<CertificateServer> StartAsync(PostgresInstallation installation)
    {
        PostgresCluster cluster = await PostgresCluster.StartAsync(installation);
        await cluster.InstallCertificateAsync(Old);
        return new CertificateServer(cluster, await OpenAsync(cluster));
    }

    /// <summary>One that all tests share: it serves the old certificate, and nothing lies about. Each restores that for the next.</summary>
    public static async Task<CertificateServer> SharedAsync(int major)
    {
        CertificateServer server = await Shared.GetOrAdd(major, _ => new(() => StartAsync(major))).Value;
        foreach (string name in new[] { "ssl_cert_file", "ssl_key_file" })
            await server.Cluster.QueryAsync($"ALTER SYSTEM RESET {name}");
        foreach (string left in new[] { "server.*.bak", "server-*" }.SelectMany(left => Directory.GetFiles(server.Cluster.DataDirectory, left)))
            File.Delete(left);
        await server.Cluster.InstallCertificateAsync(Old);
        return server;
    }

    /// <summary>
    /// Makes an ordinary server look like one of which each process reads certificate and key (EXEC_BACKEND): such a postmaster writes this file.
    /// </summary>
    public void ActAsExecBackend()
    {
        if (ServerPlatform.EachProcessReads(Cluster.DataDirectory))
            return;
        _pretence = Path.Combine(Cluster.DataDirectory, "global", "config_exec_params");
        File.WriteAllText(_pretence, "");
    }

    public override ValueTask DisposeAsync()
    {
        // The next test gets the cluster.
        if (_pretence is not null)
            File.Delete(_pretence);
        return base.DisposeAsync();
    }

    public Task<LiveServer> ObserveAsync() => LiveServer.OfAsync(Session, Settings, Timeout, TestContext.Current.CancellationToken);

    public Task<ServerTlsFacts> AskAsync() => ServerTlsReader.ReadAsync(Session, TestContext.Current.CancellationToken);

    /// <summary>The plan for a certificate, with what the CA would have given for it.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="pem">What the CA gave; null for its chain.</param>
    /// <param name="keyPem">Its key; null for the right one.</param>
    /// <param name="passphrase">That of the key.</param>
    /// <param name="keepsNames">Whether the files keep their names, even if each process of the server reads them.</param>
    public async Task<ServerCertificatePlan> PlanAsync(
        TestCertificate certificate, string? pem = null, string? keyPem = null, char[]? passphrase = null, bool keepsNames = false)
    {
        ServerTlsFacts facts = await AskAsync();
        DeploymentTarget target = DeploymentTarget.Of(facts, isLocal: true, null, null);
        PairNames? names = keepsNames ? null : PairNames.Of(await ObserveAsync(), facts, target);
        return PlanFor(certificate, target with { Names = names }, pem, keyPem, passphrase);
    }

    /// <summary>The same for files that are named.</summary>
    public static ServerCertificatePlan PlanFor(
        TestCertificate certificate, DeploymentTarget target, string? pem = null, string? keyPem = null, char[]? passphrase = null)
    {
        byte[] key = Encoding.ASCII.GetBytes(keyPem ?? certificate.KeyPem);
        var answer = IssuedCertificates.Read(Encoding.ASCII.GetBytes(pem ?? certificate.ChainPem), "the CA's answer");
        var bundle = CertificateBundle.Create(answer.Certificates, ServerKey.Read(key, passphrase, "server.key"), null, DateTimeOffset.UtcNow);
        return ServerCertificatePlan.Create(bundle, key, passphrase, target, planned =>
            planned with { ClientRoots = TrustStore.FromCertificates([Root.Certificate.Certificate], "root.crt") });
    }

    public async Task<ServerCertificateChange> PrepareAsync(
        ServerCertificatePlan plan, IFileLayer? files = null, TimeSpan? timeout = null, IServerSession? session = null)
    {
        LiveServer live = await ObserveAsync();
        IReadOnlyList<ServedAt> before = await new ServedCertificates(live).ObserveAsync(TestContext.Current.CancellationToken);
        return new ServerCertificateChange(
            plan, session is null ? live : live with { Session = session }, (await AskAsync()).SslIsOn, before, DateTimeOffset.UtcNow, files)
        {
            ReloadTimeout = timeout ?? TimeSpan.FromSeconds(15),
        };
    }

    /// <summary>Plan, check and change, as the cmdlet does.</summary>
    public async Task<ServerCertificateChangeResult> InstallAsync(TestCertificate certificate, string? pem = null, string? keyPem = null)
    {
        using ServerCertificatePlan plan = await PlanAsync(certificate, pem, keyPem);
        plan.Check(acceptsRisk: false);
        return await (await PrepareAsync(plan)).ApplyAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Throws unless this is served at every address, also after the server has read its files once more.</summary>
    public async Task AssertServesAsync(TestCertificate certificate)
    {
        await Cluster.ReloadAsync();
        IReadOnlyList<ServedAt> seen = await new ServedCertificates(await ObserveAsync()).ObserveAsync(TestContext.Current.CancellationToken);
        Assert.NotEmpty(seen);
        Assert.All(seen, one =>
            Assert.True(one.Is(certificate.Certificate.GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256)), one.ToString()));
    }

    /// <summary>The old certificate is served, its files are as they were, and nothing lies about.</summary>
    public async Task AssertUntouchedAsync()
    {
        Assert.Equal(Old.ChainPem, await File.ReadAllTextAsync(CertificatePath, TestContext.Current.CancellationToken));
        Assert.Equal(Old.KeyPem, await File.ReadAllTextAsync(KeyPath, TestContext.Current.CancellationToken));
        Assert.Equal(["server.crt", "server.key"], Directory.GetFiles(Cluster.DataDirectory, "server*").Select(Path.GetFileName).Order());
        await AssertServesAsync(Old);
    }
}
