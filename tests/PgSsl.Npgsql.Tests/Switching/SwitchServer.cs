using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PgSsl.Connections;
using PgSsl.Sandbox;
using PgSsl.Server;
using PgSsl.Server.Configuration;
using PgSsl.Server.Live;
using PgSsl.Server.Settings;
using PgSsl.Switching;

namespace PgSsl.Tests.Switching;

/// <summary>
/// A real server whose TLS is off, with a good certificate in its data directory. The tests of a class share it, one after the other:
/// each finds it as new. PostgreSQL 18 has its log in a file that SQL can read, 15 has not.
/// </summary>
internal sealed class SwitchServer : TestServer
{
    public const string Collection = "servers whose TLS is switched";

    private static readonly TestAuthority Root = TestAuthority.CreateRoot("Switching Root CA");

    private SwitchServer(PostgresCluster cluster, IServerSession session)
        : base(cluster, session, isShared: true)
    {
    }

    public LiveServer Live { get; private set; } = null!;

    public string MainPath => Path.Combine(Cluster.DataDirectory, "postgresql.conf");

    public string AutoText => File.ReadAllText(Path.Combine(Cluster.DataDirectory, "postgresql.auto.conf"));

    public SslTarget On => new() { IsOn = true, CertificatePath = CertificatePath, KeyPath = KeyPath };

    public static SslTarget Off { get; } = new() { IsOn = false };

    public static TestCertificate Issue(LeafOptions? options = null) => Root.Issue(options ?? LeafOptions.ForLoopback());

    public static TestCertificate IssueBelowIntermediate() => Root.CreateIntermediate("Switching Issuing CA").Issue(LeafOptions.ForLoopback());

    public static string RootPem => Root.CertificatePem;

    public static string CrlPem => Root.CreateCrl([]);

    public static async Task<SwitchServer> OpenAsync(int major)
    {
        PostgresCluster cluster = (await ClusterPool.GetAsync(major, "switching", PrepareAsync)).OrSkip(Assert.Skip);
        await cluster.ConfigureAsync(
            new Dictionary<string, string?> { ["allow_alter_system"] = null, ["ssl_max_protocol_version"] = null, ["ssl"] = null });
        await cluster.QueryAsync("ALTER SYSTEM RESET ALL");
        await EndSessionsAsync(cluster);
        await cluster.ReloadAsync();
        await cluster.SetHbaAsync("host all all 127.0.0.1/32 trust");
        var server = new SwitchServer(cluster, await OpenAsync(cluster));
        server.Live = await LiveServer.OfAsync(server.Session, server.Settings, Timeout, TestContext.Current.CancellationToken);
        TestCertificate certificate = Issue();
        server.Write("server.crt", certificate.ChainPem);
        server.Write("server.key", certificate.KeyPem);
        return server;
    }

    /// <summary>Writes a file of the server's into its data directory, with mode 0600.</summary>
    public string Write(string name, string text)
    {
        string path = Path.Combine(Cluster.DataDirectory, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        SandboxDirectory.WritePrivate(path, text);
        return path;
    }

    /// <summary>A session of another role, over TCP.</summary>
    public async Task<LiveServer> LiveOfAsync(string user)
    {
        ConnectionSettings settings = Sessions.Resolve($"host=127.0.0.1 port={Cluster.Port} user={user} dbname=postgres");
        return await LiveServer.OfAsync(await Sessions.OpenAsync(settings), settings, Timeout, TestContext.Current.CancellationToken);
    }

    /// <summary>Fails if the server does not start again.</summary>
    public async Task DemandRestartAsync()
    {
        await Session.DisposeAsync();
        await Cluster.RestartAsync();
        Session = await OpenAsync(Cluster);
    }

    /// <summary>Lets everybody read the key: mode 0644.</summary>
    public void ExposeKey()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("There is no such check on Windows.");
        else
            File.SetUnixFileMode(KeyPath, (UnixFileMode)0b110_100_100);
    }

    public Task<SslSwitch> PrepareAsync(SslTarget target, string? path = null, LiveServer? live = null) =>
        SslSwitch.PrepareAsync(target, live ?? Live, path, DateTimeOffset.UtcNow, TestContext.Current.CancellationToken);

    /// <summary>Makes the change that a user would get.</summary>
    public async Task<SslConfigurationChange> ApplyAsync(SslTarget target, string? path = null, LiveServer? live = null) =>
        await (await PrepareAsync(target, path, live)).ApplyAsync(TestContext.Current.CancellationToken);

    /// <summary>A change by ALTER SYSTEM that no preflight looks at, to see the server refuse it.</summary>
    public async Task<AlterSystemChange> UncheckedAsync(SslTarget target, LiveServer? live = null, TimeSpan? timeout = null)
    {
        ServerTlsFacts facts = await ServerTlsReader.ReadAsync(Session, TestContext.Current.CancellationToken);
        string fingerprint = X509Certificate2.CreateFromPem(File.ReadAllText(target.CertificatePath!))
            .GetCertHashString(HashAlgorithmName.SHA256);
        live ??= Live;
        return new AlterSystemChange(
            AlterSystemPlan.Create(facts, target.ValuesIn(facts.Version.Major)), live,
            new SslProver(live, facts, target, fingerprint) { ReloadTimeout = timeout ?? TimeSpan.FromSeconds(2) });
    }

    /// <summary>What is served, by the sandbox's own eyes: SHA-256 of the certificate; null without TLS.</summary>
    public async Task<string?> ServedAsync()
    {
        using X509Certificate2? served = await CertificateProbe.ReadAsync(Cluster.Port);
        return served?.GetCertHashString(HashAlgorithmName.SHA256);
    }

    /// <summary>Ends the sessions of clients: a server that is busy for one notices late that it has gone.</summary>
    public static Task EndSessionsAsync(PostgresCluster cluster) =>
        cluster.QueryAsync("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE usename = 'app'");

    private static async Task PrepareAsync(PostgresCluster cluster)
    {
        await cluster.QueryAsync("CREATE ROLE app LOGIN");
        if (cluster.Installation.Major >= 18)
        {
            await cluster.ConfigureAsync(new Dictionary<string, string?> { ["logging_collector"] = "on" });
            await cluster.RestartAsync();
        }
    }
}
