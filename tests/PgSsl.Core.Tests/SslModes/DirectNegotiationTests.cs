using PgSsl.Connections;
using PgSsl.Sandbox;

namespace PgSsl.Tests.SslModes;

public class DirectNegotiationTests
{
    [Theory]
    [InlineData(15)]
    [InlineData(17)]
    [InlineData(18)]
    public async Task Agrees_with_psql_about_direct_TLS(int version)
    {
        PsqlJudge judge = (await PsqlJudge.ForLibpqAsync(18)).OrSkip(Assert.Skip);
        TlsCluster server = (await ClusterPool.GetTlsAsync(version)).OrSkip(Assert.Skip);
        DirectoryInfo directory = Directory.CreateTempSubdirectory("pgssl-direct-");
        try
        {
            string root = Path.Combine(directory.FullName, "root.crt");
            await File.WriteAllTextAsync(root, server.Root.CertificatePem, TestContext.Current.CancellationToken);
            using var agreement = new PsqlAgreement(judge, new Dictionary<string, string>());
            foreach (string host in (string[])["localhost", "elsewhere.test"])
                await agreement.AddAsync(
                    $"host={host} hostaddr=127.0.0.1 port={server.Cluster.Port} user=postgres dbname=postgres sslnegotiation=direct",
                    [$"sslrootcert={root}"],
                    Enum.GetValues<SslMode>());
            await agreement.AssertAsync(atLeast: 12);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }
}
