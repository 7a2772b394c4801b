using System.Collections.Concurrent;

namespace PgSsl.Sandbox;

/// <summary>
/// Clusters that all tests of a process share: each is started when the first test asks for it, and ends with the process. Do not
/// change a shared cluster; start your own for that.
/// </summary>
public static class ClusterPool
{
    private static readonly ConcurrentDictionary<(int, string), Lazy<Task<Availability<PostgresCluster>>>> Shared = new();
    private static readonly ConcurrentDictionary<int, Lazy<Task<Availability<TlsCluster>>>> SharedTls = new();
    private static readonly ConcurrentDictionary<string, ConcurrentBag<PostgresCluster>> Idle = new();

    /// <summary>The shared cluster of that version and name, or why there is none.</summary>
    /// <param name="major">The major version of PostgreSQL.</param>
    /// <param name="name">What is special about it; the same name gives the same cluster.</param>
    /// <param name="prepare">Makes it special, once; nothing for TLS off and everybody trusted.</param>
    public static Task<Availability<PostgresCluster>> GetAsync(
        int major, string name, Func<PostgresCluster, Task>? prepare = null) =>
        Shared.GetOrAdd((major, name), _ => new(() => StartAsync(major, prepare))).Value;

    /// <summary>
    /// The shared cluster that has TLS on with a good certificate for localhost, 127.0.0.1 and ::1, or why there is none.
    /// </summary>
    public static Task<Availability<TlsCluster>> GetTlsAsync(int major) =>
        SharedTls.GetOrAdd(major, _ => new(() => StartTlsAsync(major))).Value;

    /// <summary>
    /// A cluster for one test, as new. When the test disposes it, the next one gets it, with everything undone; one that was stopped, or
    /// cannot be made as new, ends. For tests that want to see a server start or end: <see cref="PostgresCluster.StartAsync"/>.
    /// </summary>
    public static async Task<PostgresCluster> RentAsync(PostgresInstallation installation, ClusterOptions? options = null)
    {
        options ??= new ClusterOptions();
        // Settings may need a start; the rules of pg_hba.conf are changed for whoever comes next.
        string kind = string.Join('\n', options.Settings.Select(setting => $"{setting.Key}={setting.Value}").Prepend(installation.BinDirectory));
        ConcurrentBag<PostgresCluster> idle = Idle.GetOrAdd(kind, _ => []);
        while (idle.TryTake(out PostgresCluster? cluster))
        {
            if (await cluster.TryRentAgainAsync(options, idle.Add))
                return cluster;
            await cluster.EndAsync();
        }
        return await PostgresCluster.StartRentedAsync(installation, options, idle.Add);
    }

    private static async Task<Availability<PostgresCluster>> StartAsync(int major, Func<PostgresCluster, Task>? prepare)
    {
        Availability<PostgresInstallation> installation = await PostgresInstallation.FindAsync(major);
        if (!installation.IsAvailable)
            return Availability.Missing<PostgresCluster>(installation.Reason);
        PostgresCluster cluster = await PostgresCluster.StartAsync(installation.Value);
        if (prepare is not null)
            await prepare(cluster);
        return Availability.Of(cluster);
    }

    private static async Task<Availability<TlsCluster>> StartTlsAsync(int major)
    {
        TestAuthority root = TestAuthority.CreateRoot("Sandbox Root CA");
        TestAuthority intermediate = root.CreateIntermediate("Sandbox Issuing CA");
        TestCertificate certificate = intermediate.Issue(LeafOptions.ForLoopback());
        Availability<PostgresCluster> cluster = await GetAsync(major, "tls", it => it.InstallCertificateAsync(certificate));
        return cluster.IsAvailable
            ? Availability.Of(new TlsCluster(cluster.Value, root, certificate))
            : Availability.Missing<TlsCluster>(cluster.Reason);
    }
}
