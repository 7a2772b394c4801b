using PgSsl.Files;
using PgSsl.Hba;
using PgSsl.Hba.Live;
using PgSsl.Hba.Policy;
using PgSsl.Sandbox;
using PgSsl.Server;
using PgSsl.Server.Live;

namespace PgSsl.Tests.Hba.Live;

/// <summary>A real server of a test's own, whose pg_hba.conf it may change.</summary>
internal sealed class HbaServer(PostgresCluster cluster, IServerSession session) : TestServer(cluster, session)
{
    /// <summary>What is in pg_hba.conf.</summary>
    public byte[] Content => File.ReadAllBytes(Cluster.HbaPath);

    /// <summary>Starts it with TLS, roles app and replicator, and these rules.</summary>
    public static Task<HbaServer> StartAsync(int major, params string[] rules) => StartAsync(major, [], rules);

    /// <summary>The same for a server from which others can replicate.</summary>
    public static Task<HbaServer> StartReplicatedAsync(int major, params string[] rules) =>
        StartAsync(major, new() { ["wal_level"] = "replica", ["max_wal_senders"] = "8" }, rules);

    public async Task<HbaLive> ObserveAsync() => new(
        await LiveServer.OfAsync(Session, Settings, Timeout, TestContext.Current.CancellationToken),
        await new HbaServerReader(Session, TestContext.Current.CancellationToken).ReadAsync());

    /// <summary>Has it verify client certificates by a CA.</summary>
    public async Task TrustAsync(TestAuthority ca)
    {
        Write("root.crt", ca.CertificatePem);
        await Cluster.ConfigureAsync(new Dictionary<string, string?> { ["ssl_ca_file"] = "root.crt" });
        // A session that waits loads its settings at its next statement, whatever is in the files then.
        await Session.QueryAsync("SELECT 1", null, TestContext.Current.CancellationToken);
    }

    /// <summary>Writes a file of the server's into its data directory.</summary>
    public void Write(string name, string text) => SandboxDirectory.WritePrivate(Path.Combine(Cluster.DataDirectory, name), text);

    public static HbaPlan Plan(HbaLive live, string path, HbaPolicy? policy = null) =>
        HbaPlanner.Plan(HbaDocument.Read(path, live.Facts.Dialect, DiskServerFiles.Instance), policy ?? new HbaPolicy(), DiskServerFiles.Instance);

    private static async Task<HbaServer> StartAsync(int major, Dictionary<string, string> settings, string[] rules)
    {
        PostgresCluster cluster = await RentAsync(major, settings);
        await cluster.InstallCertificateAsync(TestAuthority.CreateRoot("Hba Root CA").Issue(LeafOptions.ForLoopback()));
        await cluster.QueryAsync("CREATE ROLE app LOGIN; CREATE ROLE replicator LOGIN REPLICATION");
        await cluster.SetHbaAsync(rules);
        return new HbaServer(cluster, await OpenAsync(cluster));
    }
}
