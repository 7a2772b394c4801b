using PgSsl.Sandbox;

namespace PgSsl.Tests.Sandbox;

public class PgBouncerTests
{
    [Fact]
    public async Task Shows_its_own_certificate_and_reaches_the_cluster_behind_it()
    {
        PgBouncer.Find().OrSkip(Assert.Skip);
        PsqlJudge judge = (await PsqlJudge.ForLibpqAsync(15)).OrSkip(Assert.Skip);
        TlsCluster shared = (await ClusterPool.GetTlsAsync(15)).OrSkip(Assert.Skip);
        TestCertificate certificate = shared.Root.Issue(LeafOptions.ForHosts("bouncer.test"));
        await using PgBouncer bouncer = await PgBouncer.StartAsync(shared.Cluster, certificate);

        Assert.Equal(certificate.Certificate.Thumbprint, (await CertificateProbe.ReadAsync(bouncer.Port))?.Thumbprint);
        string server = $"host=127.0.0.1 port={bouncer.Port} user=somebody dbname=postgres";
        var outcomes = await judge.ConnectAsync([server + " sslmode=require", server + " sslmode=disable"]);
        Assert.Equal(["tls", "plaintext"], outcomes.Select(outcome => outcome.Transport));
    }
}
