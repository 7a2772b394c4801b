using PgSsl.Files;
using PgSsl.Sandbox;
using PgSsl.Server;
using PgSsl.Server.Live;
using PgSsl.Tests.Deployment;

namespace PgSsl.Tests.Soak;

/// <summary>A server that is as new before each round.</summary>
internal sealed class SoakServer : TestServer
{
    private SoakServer(PostgresCluster cluster, IServerSession session)
        : base(cluster, session)
    {
    }

    public string AutoText => File.ReadAllText(Path.Combine(Cluster.DataDirectory, "postgresql.auto.conf"));

    public bool IsStopped { get; set; }

    public static async Task<SoakServer> StartAsync(int major)
    {
        PostgresCluster cluster = await RentAsync(major);
        await cluster.QueryAsync("CREATE ROLE app LOGIN");
        await cluster.InstallCertificateAsync(CertificateServer.Old);
        return new SoakServer(cluster, await OpenAsync(cluster));
    }

    public async Task ResetAsync()
    {
        await EnsureRunningAsync();
        await Session.DisposeAsync();
        foreach (string path in Directory.GetFiles(Cluster.DataDirectory, "*").Where(IsRemainder))
            File.Delete(path);
        SandboxDirectory.WritePrivate(CertificatePath, CertificateServer.Old.ChainPem);
        SandboxDirectory.WritePrivate(KeyPath, CertificateServer.Old.KeyPem);
        await Cluster.QueryAsync("ALTER SYSTEM RESET ALL");
        await Cluster.SetHbaAsync("host all all 0.0.0.0/0 trust");
        Session = await OpenAsync(Cluster);
    }

    public async Task EnsureRunningAsync()
    {
        if (IsStopped)
            await Cluster.StartAgainAsync();
        IsStopped = false;
    }

    /// <summary>How a cmdlet would see it.</summary>
    public async Task<LiveServer> ObserveAsync()
    {
        LiveServer live = await LiveServer.OfAsync(Session, Settings, Timeout, TestContext.Current.CancellationToken);
        return live with { Reopen = _ => Sessions.OpenAsync(Settings), UndoTimeout = TimeSpan.FromSeconds(1) };
    }

    public IEnumerable<string> Temporaries => Directory.GetFiles(Cluster.DataDirectory, ".*.pgssl-new");

    /// <summary>Files with a key that others than their owner can read.</summary>
    public IEnumerable<string> ReadableKeys => Directory.GetFiles(Cluster.DataDirectory)
        .Where(path => (path.Contains("server.key", StringComparison.Ordinal) || path.EndsWith(".pgssl-new", StringComparison.Ordinal))
            && (UnixStatus.Of(path).Mode & ~UnixModes.Private) != 0);

    private static bool IsRemainder(string path) =>
        path.EndsWith(".bak", StringComparison.Ordinal) || path.EndsWith(".pgssl-new", StringComparison.Ordinal);
}
