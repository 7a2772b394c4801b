using PgSsl.Files;
using PgSsl.Hba;
using PgSsl.Hba.Live;
using PgSsl.Hba.Policy;
using PgSsl.Sandbox;
using PgSsl.Server;

namespace PgSsl.Tests.Hba.Live;

/// <summary>A real server of a test's own, whose pg_hba.conf it may change. The session is over the socket, which no test shuts.</summary>
internal sealed class HbaServer(PostgresCluster cluster, IServerSession session) : IAsyncDisposable
{
    public static TheoryData<int> Majors => [15, 18];

    public PostgresCluster Cluster { get; } = cluster;

    public IServerSession Session { get; set; } = session;

    /// <summary>What is in pg_hba.conf.</summary>
    public byte[] Content => File.ReadAllBytes(Cluster.HbaPath);

    /// <summary>Starts it with TLS, roles app and replicator, and these rules.</summary>
    public static Task<HbaServer> StartAsync(int major, params string[] rules) => StartAsync(major, new ClusterOptions(), rules);

    /// <summary>The same for a server from which others can replicate.</summary>
    public static Task<HbaServer> StartReplicatedAsync(int major, params string[] rules) => StartAsync(
        major,
        new ClusterOptions { Settings = new Dictionary<string, string> { ["wal_level"] = "replica", ["max_wal_senders"] = "8" } },
        rules);

    public async Task<HbaLive> ObserveAsync() => new(
        Session,
        await new HbaServerReader(Session, TestContext.Current.CancellationToken).ReadAsync(),
        Sessions.Resolve($"host={Cluster.SocketDirectory} port={Cluster.Port} user=postgres dbname=postgres"),
        TimeSpan.FromSeconds(10));

    public static HbaPlan Plan(HbaLive live, string path, HbaPolicy? policy = null) =>
        HbaPlanner.Plan(HbaDocument.Read(path, live.Facts.Dialect, DiskServerFiles.Instance), policy ?? new HbaPolicy(), DiskServerFiles.Instance);

    /// <summary>What psql meets as role app over TCP.</summary>
    public async Task<PsqlOutcome> ConnectAsync(string sslmode, string user = "app")
    {
        PsqlJudge judge = (await PsqlJudge.ForLibpqAsync(15)).OrSkip(Assert.Skip);
        return (await judge.ConnectAsync([$"host=127.0.0.1 port={Cluster.Port} user={user} dbname=postgres sslmode={sslmode}"]))[0];
    }

    public async ValueTask DisposeAsync()
    {
        await Session.DisposeAsync();
        await Cluster.DisposeAsync();
    }

    private static async Task<HbaServer> StartAsync(int major, ClusterOptions options, string[] rules)
    {
        PostgresInstallation installation = (await PostgresInstallation.FindAsync(major)).OrSkip(Assert.Skip);
        PostgresCluster cluster = await ClusterPool.RentAsync(installation, options);
        await cluster.InstallCertificateAsync(TestAuthority.CreateRoot("Hba Root CA").Issue(LeafOptions.ForLoopback()));
        await cluster.QueryAsync("CREATE ROLE app LOGIN; CREATE ROLE replicator LOGIN REPLICATION");
        await cluster.SetHbaAsync(rules);
        return new HbaServer(cluster, await Sessions.OpenAsync($"host={cluster.SocketDirectory} port={cluster.Port} user=postgres dbname=postgres"));
    }
}
