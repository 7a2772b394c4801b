using System.Security.Cryptography.X509Certificates;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Sandbox;

public class PostgresClusterTests
{
    private static readonly TestAuthority Root = TestAuthority.CreateRoot("Sandbox Test Root");

    [Theory]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(18)]
    public async Task Serves_the_installed_certificate_and_swaps_it_on_reload(int major)
    {
        await using PostgresCluster cluster = await StartAsync(major);
        Assert.Null(await CertificateProbe.ReadAsync(cluster.Port));

        foreach (string name in new[] { "first.test", "second.test" })
        {
            TestCertificate certificate = Root.Issue(LeafOptions.ForHosts(name));
            await cluster.InstallCertificateAsync(certificate);
            X509Certificate2? served = await CertificateProbe.ReadAsync(cluster.Port);
            Assert.Equal(certificate.Certificate.Thumbprint, served?.Thumbprint);
        }
    }

    [Theory]
    [InlineData(KeyAlgorithm.EcdsaP384)]
    [InlineData(KeyAlgorithm.Rsa2048)]
    [InlineData(KeyAlgorithm.Ed25519)]
    public async Task Serves_certificates_with_every_key(KeyAlgorithm algorithm)
    {
        PostgresCluster cluster = (await ClusterPool.GetAsync(15, "keys")).OrSkip(Assert.Skip);
        TestCertificate certificate = await Root.IssueAsync(LeafOptions.ForLoopback() with { Key = algorithm });
        await cluster.InstallCertificateAsync(certificate);
        Assert.Equal(certificate.Certificate.Thumbprint, (await CertificateProbe.ReadAsync(cluster.Port))?.Thumbprint);
    }

    [Fact]
    public async Task Sends_the_chain_just_as_it_was_installed()
    {
        Assert.SkipUnless(ProcessRunner.IsOnPath("openssl"), "openssl is not installed.");
        PostgresCluster cluster = (await ClusterPool.GetAsync(15, "chain")).OrSkip(Assert.Skip);
        TestCertificate leaf = Root.Issue(LeafOptions.ForLoopback());
        string chain = leaf.CertificatePem + string.Concat(Enumerable.Repeat(Root.CertificatePem, 60));
        await cluster.InstallCertificateAsync(chain, leaf.KeyPem);
        ProcessResult client = await ProcessRunner.RunAsync(
            "openssl", ["s_client", "-showcerts", "-starttls", "postgres", "-connect", $"127.0.0.1:{cluster.Port}"]);
        Assert.Equal(61, client.StandardOutput.Split("BEGIN CERTIFICATE").Length - 1);
    }

    [Fact]
    public async Task A_server_that_cannot_start_again_says_why()
    {
        await using PostgresCluster cluster = await StartAsync(15);
        await cluster.ConfigureAsync(new Dictionary<string, string?> { ["ssl"] = "on" });
        Assert.Null(await CertificateProbe.ReadAsync(cluster.Port));
        var error = await Assert.ThrowsAsync<SandboxException>(cluster.RestartAsync);
        Assert.Contains("could not load server certificate file", error.Message);
    }

    [Fact]
    public async Task A_version_that_cannot_be_had_comes_with_the_reason() =>
        Assert.Contains("PostgreSQL 9 is not installed", (await PostgresInstallation.FindAsync(9)).Reason);

    [Fact]
    public async Task Answers_queries_and_keeps_its_port_over_a_restart()
    {
        await using PostgresCluster cluster = await StartAsync(15);
        int port = cluster.Port;
        await cluster.ConfigureAsync(new Dictionary<string, string?> { ["work_mem"] = "3MB" });
        await cluster.RestartAsync();
        Assert.Equal(port, cluster.Port);
        Assert.Equal(["3MB", null], (await cluster.QueryAsync("SELECT current_setting('work_mem'), NULL"))[0]);
    }

    [Fact]
    public async Task A_certificate_that_the_server_refuses_is_an_error_with_its_log()
    {
        await using PostgresCluster cluster = await StartAsync(15);
        TestCertificate certificate = Root.Issue(LeafOptions.ForLoopback());
        TestCertificate other = Root.Issue(LeafOptions.ForLoopback());
        var error = await Assert.ThrowsAsync<SandboxException>(
            () => cluster.InstallCertificateAsync(certificate.ChainPem, other.KeyPem));
        Assert.Contains("key values mismatch", error.Message);
    }

    [Fact]
    public async Task A_pg_hba_conf_that_the_server_refuses_is_an_error()
    {
        await using PostgresCluster cluster = await StartAsync(15);
        await Assert.ThrowsAsync<SandboxException>(() => cluster.SetHbaAsync("HOST all all all trust"));
    }

    [Fact]
    public async Task Disposing_removes_server_and_files()
    {
        PostgresCluster cluster = await StartAsync(15);
        string directory = Path.GetDirectoryName(cluster.DataDirectory)!;
        Assert.True(Directory.Exists(directory));
        await cluster.DisposeAsync();
        Assert.False(Directory.Exists(directory));
        await Assert.ThrowsAnyAsync<System.Net.Sockets.SocketException>(() => CertificateProbe.ReadAsync(cluster.Port));
    }

    private static async Task<PostgresCluster> StartAsync(int major) =>
        await PostgresCluster.StartAsync((await PostgresInstallation.FindAsync(major)).OrSkip(Assert.Skip));
}
