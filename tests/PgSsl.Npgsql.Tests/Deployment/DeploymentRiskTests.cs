using System.Text;
using PgSsl.Deployment;
using PgSsl.Sandbox;
using PgSsl.Server;
using PgSsl.Server.Live;

namespace PgSsl.Tests.Deployment;

/// <summary>A certificate is not installed where it costs clients what they have, unless the user accepts that.</summary>
public class DeploymentRiskTests
{
    public static TheoryData<int> Majors => CertificateServer.Majors;

    [Theory, MemberData(nameof(Majors))]
    public async Task A_leaf_without_its_intermediate_is_refused_and_not_called_proven_by_force(int major)
    {
        await using CertificateServer server = await CertificateServer.StartAsync(major);
        TestCertificate renewed = CertificateServer.Issuing.Issue(LeafOptions.ForLoopback());
        using CertificateDeployment deployment = await PrepareAsync(server, renewed, renewed.CertificatePem);

        var refused = Assert.Throws<PgSslException>(() => deployment.Check(isForced: false));

        Assert.Equal(PgSslError.ConnectionsAtRisk, refused.Error);
        Assert.Contains("'Renewal Issuing CA', which issued", refused.Message);
        deployment.Check(isForced: true);
        ServerCertificateInstallation made = (await deployment.ApplyAsync(TestContext.Current.CancellationToken)).Output;
        Assert.False(made.IsProven);
        Assert.Contains(made.Proofs, proof => proof is { Name: "Clients", State: Changes.ProofState.NotMade });
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task Rules_that_nobody_loaded_cost_no_session_when_a_certificate_is_installed(int major)
    {
        await using CertificateServer server = await CertificateServer.StartAsync(major);
        await server.Cluster.QueryAsync("CREATE ROLE app LOGIN");
        await server.Cluster.SetHbaAsync("host all all 127.0.0.1/32 trust");
        await server.Session.DisposeAsync();
        server.Session = await CertificateServer.OpenAsync(server.Cluster);
        await using IServerSession session =
            await Sessions.OpenAsync($"host=127.0.0.1 port={server.Cluster.Port} user=app dbname=postgres sslmode=require");
        await Task.Delay(50, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(server.Cluster.HbaPath, "local all postgres trust\n", TestContext.Current.CancellationToken);
        TestCertificate renewed = CertificateServer.Issuing.Issue(LeafOptions.ForLoopback());
        using CertificateDeployment deployment = await PrepareAsync(server, renewed, renewed.ChainPem);

        var refused = Assert.Throws<PgSslException>(() => deployment.Check(isForced: false));

        Assert.Equal(PgSslError.LockOut, refused.Error);
        Assert.Contains("1 session of role app from 127.0.0.1 over TLS", refused.Message);
        Assert.Contains(deployment.Lines, line => line.Contains("pg_hba.conf was saved at", StringComparison.Ordinal));
        deployment.Check(isForced: true);
        Assert.Single((await deployment.ApplyAsync(TestContext.Current.CancellationToken)).Output.PendingEdits);
    }

    private static async Task<CertificateDeployment> PrepareAsync(CertificateServer server, TestCertificate certificate, string pem)
    {
        var recipient = ServerRecipient.Of(await server.ObserveAsync(), await server.AskAsync(), null, null);
        var issued = new IssuedCertificates(
            IssuedCertificates.Read(Encoding.ASCII.GetBytes(pem), "it").Certificates, Encoding.ASCII.GetBytes(certificate.KeyPem));
        IReadOnlyList<ServedAt> served = await recipient.ObserveAsync(TestContext.Current.CancellationToken);
        return CertificateDeployment.Prepare(
            recipient, recipient.Target, served, new DeploymentRequest(issued, null, null, null, facts => facts));
    }
}
