using PgSsl.Connections;
using PgSsl.Sandbox;

namespace PgSsl.Tests.SslModes;

public class OddHostTests
{
    [Fact]
    public async Task Agrees_with_psql_about_names_that_are_too_long_to_be_sent_and_about_what_only_looks_like_an_address()
    {
        PsqlJudge judge = (await PsqlJudge.ForLibpqAsync(18)).OrSkip(Assert.Skip);
        TlsCluster server = (await ClusterPool.GetTlsAsync(15)).OrSkip(Assert.Skip);
        using var directory = new Certificates.TemporaryDirectory();
        string root = directory.Write("root.crt", server.Root.CertificatePem);
        string longest = string.Join('.', Enumerable.Repeat(new string('a', 63), 4));
        using var agreement = new PsqlAgreement(judge, new Dictionary<string, string>());
        string[] hosts = [longest, longest + ".", longest + ".a", longest + ".a sslsni=0", "::1.2.3.04", new string('1', 300)];
        foreach (string host in hosts)
            await agreement.AddAsync(
                $"host={host} hostaddr=127.0.0.1 port={server.Cluster.Port} user=postgres dbname=postgres",
                [$"sslrootcert={root}"],
                Enum.GetValues<SslMode>());
        await agreement.AssertAsync(atLeast: 36);
    }
}
