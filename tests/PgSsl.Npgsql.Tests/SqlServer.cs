using PgSsl.Sandbox;

namespace PgSsl.Tests;

/// <summary>
/// A real server for sessions: TLS with a certificate for localhost, and roles that get in by different ways. Roles have a password;
/// tests change nothing but what is their own.
/// </summary>
/// <param name="Cluster">The server.</param>
/// <param name="Files">Where its files for clients are.</param>
internal sealed record SqlServer(PostgresCluster Cluster, SqlServerFiles Files)
{
    /// <summary>The password of every role. It must be in no message.</summary>
    public const string Password = "s3cret: p\\ss";

    private static readonly TestAuthority Root = TestAuthority.CreateRoot("Session Root CA");
    private static readonly TestAuthority OtherRoot = TestAuthority.CreateRoot("Other Root CA");
    internal static readonly TestAuthority ClientRoot = TestAuthority.CreateRoot("Session Client CA");

    private static readonly SqlServerFiles SharedFiles = SqlServerFiles.Write(Root, OtherRoot, ClientRoot);

    /// <summary>The versions that the sessions are tested with.</summary>
    public static TheoryData<int> Majors => [15, 18];

    /// <summary>The server with TLS.</summary>
    public static async Task<SqlServer> GetAsync(int major) => new(
        (await ClusterPool.GetAsync(major, "sql", PrepareAsync)).OrSkip(Assert.Skip), SharedFiles);

    /// <summary>The same without TLS.</summary>
    public static async Task<SqlServer> GetWithoutTlsAsync(int major) => new(
        (await ClusterPool.GetAsync(major, "sql without tls", PrepareRolesAsync)).OrSkip(Assert.Skip), SharedFiles);

    private static async Task PrepareAsync(PostgresCluster cluster)
    {
        await PrepareRolesAsync(cluster);
        await cluster.InstallCertificateAsync(
            Root.CreateIntermediate("Session Issuing CA").Issue(LeafOptions.ForLoopback()), ClientRoot.CertificatePem);
        await cluster.SetHbaAsync([.. Hba(), "hostssl all by_certificate samehost cert"]);
    }

    private static async Task PrepareRolesAsync(PostgresCluster cluster)
    {
        string[] roles = ["anyone", "by_scram", "by_md5", "by_password", "by_certificate", "granted", "styled", "unlisted"];
        foreach (string role in roles)
            await cluster.QueryAsync($"CREATE ROLE {role} LOGIN PASSWORD '{Password}'");
        await cluster.QueryAsync($"SET password_encryption = 'md5'; ALTER ROLE by_md5 PASSWORD '{Password}'");
        await cluster.QueryAsync("ALTER ROLE styled SET DateStyle = 'German'; ALTER ROLE styled SET TimeZone = 'Asia/Tokyo'");
        await cluster.QueryAsync("CREATE DATABASE read_only");
        await cluster.QueryAsync("ALTER DATABASE read_only SET default_transaction_read_only = on");
        await cluster.SetHbaAsync([.. Hba()]);
    }

    private static IEnumerable<string> Hba() =>
    [
        "local all anyone trust",
        "local all by_scram scram-sha-256",
        "host all anyone samehost trust",
        "host all granted samehost trust",
        "host all styled samehost trust",
        "host all by_scram samehost scram-sha-256",
        "host all by_md5 samehost md5",
        "host all by_password samehost password",
    ];
}
