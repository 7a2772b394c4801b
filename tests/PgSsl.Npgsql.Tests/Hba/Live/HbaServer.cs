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

    public static async Task<HbaServer> StartAsync(int major, bool replicates = false)
    {
        PostgresInstallation installation = (await PostgresInstallation.FindAsync(major)).OrSkip(Assert.Skip);
        Dictionary<string, string> settings = replicates
            ? new() { ["wal_level"] = "replica", ["max_wal_senders"] = "8" }
            : [];
        PostgresCluster cluster = await ClusterPool.RentAsync(installation, new ClusterOptions { Settings = settings });
        await cluster.InstallCertificateAsync(TestAuthority.CreateRoot("Hba Root CA").Issue(LeafOptions.ForLoopback()));
        await cluster.QueryAsync("CREATE ROLE app LOGIN; CREATE ROLE replicator LOGIN REPLICATION");
        return new HbaServer(cluster, await Sessions.OpenAsync($"host={cluster.SocketDirectory} port={cluster.Port} user=postgres dbname=postgres"));
    }

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
}

/// <summary>A session in which one statement fails, or does nothing.</summary>
internal sealed class FaultySession(IServerSession inner, string statement, Exception? failure, int after = 0, bool isForGood = false)
    : IServerSession
{
    private int _left = after;

    public Connections.ConnectionHost Host => inner.Host;

    public ServerVersion ServerVersion => inner.ServerVersion;

    public SessionTransport Transport => inner.Transport;

    public string UserName => inner.UserName;

    public string Database => inner.Database;

    public bool IsPooled => inner.IsPooled;

    public async Task<IReadOnlyList<SqlRow>> QueryAsync(
        string sql, IReadOnlyList<object?>? parameters = null, CancellationToken cancellationToken = default)
    {
        if (!sql.Contains(statement, StringComparison.Ordinal) || _left-- > 0)
            return await inner.QueryAsync(sql, parameters, cancellationToken);
        // Once only: what is undone afterwards must work.
        _left = isForGood ? 0 : int.MaxValue;
        return failure is null ? [] : throw failure;
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
