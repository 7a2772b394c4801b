using PgSsl.Connections;
using PgSsl.Sandbox;
using PgSsl.Server;

namespace PgSsl.Tests;

/// <summary>A real server that tests change. Its session is over the socket, which no test shuts; its certificate is in the data directory.</summary>
/// <param name="cluster">The server.</param>
/// <param name="session">The session of superuser postgres.</param>
/// <param name="isShared">Whether other tests use the server as well, so that it goes on.</param>
internal abstract class TestServer(PostgresCluster cluster, IServerSession session, bool isShared = false) : IAsyncDisposable
{
    protected static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    public static TheoryData<int> Majors => [15, 18];

    public PostgresCluster Cluster { get; } = cluster;

    /// <summary>That of superuser postgres, unless a test opens another one.</summary>
    public IServerSession Session { get; set; } = session;

    public string CertificatePath => Path.Combine(Cluster.DataDirectory, "server.crt");

    public string KeyPath => Path.Combine(Cluster.DataDirectory, "server.key");

    /// <summary>How a cmdlet would have got the session.</summary>
    protected ConnectionSettings Settings => Sessions.Resolve(SocketConninfo(Cluster));

    /// <summary>For tests of files that were saved and not loaded.</summary>
    public void SkipIfRulesNeverWait() => Assert.SkipWhen(
        ServerPlatform.EachProcessReads(Cluster.DataDirectory), "Each process of this server reads the rules, so they do not wait.");

    public static Task<IServerSession> OpenAsync(PostgresCluster cluster, string user = "postgres") =>
        Sessions.OpenAsync(SocketConninfo(cluster, user));

    /// <summary>What psql meets as role app over TCP.</summary>
    public async Task<PsqlOutcome> ConnectAsync(string sslmode)
    {
        PsqlJudge judge = (await PsqlJudge.ForLibpqAsync(15)).OrSkip(Assert.Skip);
        return (await judge.ConnectAsync([$"host=127.0.0.1 port={Cluster.Port} user=app dbname=postgres sslmode={sslmode}"]))[0];
    }

    public virtual async ValueTask DisposeAsync()
    {
        await Session.DisposeAsync();
        if (!isShared)
            await Cluster.DisposeAsync();
    }

    /// <summary>A server of a test's own, as new.</summary>
    protected static async Task<PostgresCluster> RentAsync(int major, IReadOnlyDictionary<string, string>? settings = null)
    {
        PostgresInstallation installation = (await PostgresInstallation.FindAsync(major)).OrSkip(Assert.Skip);
        return await ClusterPool.RentAsync(installation, new ClusterOptions { Settings = settings ?? new Dictionary<string, string>() });
    }

    private static string SocketConninfo(PostgresCluster cluster, string user = "postgres") =>
        $"host={cluster.SocketDirectory} port={cluster.Port} user={user} dbname=postgres";
}
