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
