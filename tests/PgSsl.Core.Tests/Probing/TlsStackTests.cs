#pragma warning disable SYSLIB0039
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates;
using PgSsl.Connections;
using PgSsl.Probing;
using PgSsl.Sandbox;
using PgSsl.Tests.Certificates.Fuzzing;

namespace PgSsl.Tests.Probing;

/// <summary>Both TLS clients on the same servers.</summary>
public class TlsStackTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Experiment()
    {
        PostgresInstallation installation = (await PostgresInstallation.FindAsync(15)).OrSkip(Assert.Skip);
        await using PostgresCluster cluster = await ClusterPool.RentAsync(installation);
        TestAuthority root = TestAuthority.CreateRoot("Root");
        var output = TestContext.Current.TestOutputHelper!;
        async Task Try(string name, string chain, string key, SslProtocols protocols = SslProtocols.None)
        {
            await cluster.InstallCertificateAsync(chain, key);
            foreach (SslProtocols p in protocols == SslProtocols.None ? [SslProtocols.None, SslProtocols.Tls12] : new[] { protocols })
            foreach (TlsStack stack in Enum.GetValues<TlsStack>())
            {
                ConnectionFacts facts = await ServerProbe.ConnectAsync(
                    new ProbeRequest(new ConnectionHost(cluster.Host, null, cluster.Port), Transport.Tls, Timeout) { UserName = "postgres", Stack = stack, Protocols = p },
                    TestContext.Current.CancellationToken);
                output.WriteLine($"{name} {p} {stack}: {facts.Stage} {facts.Tls?.Protocol} {facts.Tls?.CipherSuite} {facts.Tls?.Chain.Count} {facts.Answer} {facts.Failure?.Error} {facts.Failure?.Message} {facts.Failure?.InnerException?.ToString().Split('\n')[0]} {facts.Duration.TotalMilliseconds}");
            }
        }
        foreach (KeyAlgorithm algorithm in Enum.GetValues<KeyAlgorithm>().Where(a => a != KeyAlgorithm.Rsa1024))
        {
            TestCertificate c = await root.IssueAsync(LeafOptions.ForLoopback() with { Key = algorithm });
            await Try(algorithm.ToString(), c.ChainPem, c.KeyPem);
            await Try(algorithm.ToString(), c.ChainPem, c.KeyPem);
        }
        MintedCertificate top = Mint.Root("T");
        MintedCertificate p521 = Mint.Leaf("db", top, MintOptions.Leaf with { Key = MintedKey.Curve(ECCurve.NamedCurves.nistP521) });
        await Try("P-521", p521.Certificate.ExportCertificatePem() + "\n", p521.Key.Pem);
        const string addresses = "1.3.6.1.5.5.7.1.7";
        byte[] Blocks(params byte[][] ranges) => Der.Sequence(Der.Sequence(Der.Octets([0, 1]), Der.Sequence(ranges)));
        MintedCertificate blocks = Mint.Leaf("db", top, MintOptions.Leaf with { Extensions = [(addresses, false, Blocks(Der.Bits(0, 10, 1)))] });
        await Try("3779", blocks.Certificate.ExportCertificatePem() + "\n", blocks.Key.Pem);
        await Try("3779+root", blocks.Certificate.ExportCertificatePem() + "\n" + top.Certificate.ExportCertificatePem() + "\n", blocks.Key.Pem);
        TestCertificate old = root.Issue(LeafOptions.ForLoopback() with { Key = KeyAlgorithm.Rsa2048 });
        foreach (string version in (string[])["TLSv1", "TLSv1.1"])
        {
            await cluster.ConfigureAsync(new Dictionary<string, string?> { ["ssl_min_protocol_version"] = "TLSv1", ["ssl_max_protocol_version"] = version, ["ssl_ciphers"] = "ALL:@SECLEVEL=0" });
            foreach (SslProtocols p in (SslProtocols[])[SslProtocols.None, SslProtocols.Tls, SslProtocols.Tls11, SslProtocols.Tls | SslProtocols.Tls11, SslProtocols.Tls | SslProtocols.Tls11 | SslProtocols.Tls12 | SslProtocols.Tls13])
                await Try(version, old.ChainPem, old.KeyPem, p);
        }
    }
}
