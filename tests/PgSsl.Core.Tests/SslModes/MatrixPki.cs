using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using PgSsl.Sandbox;

namespace PgSsl.Tests.SslModes;

/// <summary>The certificates, and the root files, of the agreement matrix. Minted once, written below one directory.</summary>
internal sealed class MatrixPki : IDisposable
{
    internal const string HostName = "db.example.test";

    private static readonly TestAuthority Root = TestAuthority.CreateRoot("Matrix Root CA");
    private static readonly TestAuthority Intermediate = Root.CreateIntermediate("Matrix Issuing CA");
    private static readonly TestAuthority WrongRoot = TestAuthority.CreateRoot("Some Other Root CA");
    private static readonly TestCertificate Revoked = Intermediate.Issue(LeafOptions.ForHosts(HostName));

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("pgssl-matrix-");

    /// <summary>What servers serve, by name: the PEM they send, and the certificate whose key they have.</summary>
    internal static IReadOnlyDictionary<string, (string ChainPem, TestCertificate Certificate)> Served { get; } =
        new Dictionary<string, (string, TestCertificate)>
        {
            ["good chain"] = Whole(Intermediate.Issue(LeafOptions.ForHosts(HostName))),
            ["leaf only"] = Alone(Intermediate.Issue(LeafOptions.ForHosts(HostName))),
            ["self-signed"] = Alone(TestAuthority.IssueSelfSigned(LeafOptions.ForHosts(HostName))),
            ["expired"] = Whole(Intermediate.Issue(LeafOptions.ForHosts(HostName) with { NotAfter = DateTimeOffset.UtcNow.AddHours(-1) })),
            ["not yet valid"] = Whole(Intermediate.Issue(LeafOptions.ForHosts(HostName) with { NotBefore = DateTimeOffset.UtcNow.AddDays(1) })),
            ["wrong CA"] = Whole(TestAuthority.CreateRoot("Matrix Root CA").Issue(LeafOptions.ForHosts(HostName))),
            ["CN only"] = Whole(Intermediate.Issue(new LeafOptions { CommonNames = [HostName] })),
            ["wildcard"] = Whole(Intermediate.Issue(LeafOptions.ForHosts("*.example.test"))),
            ["several SANs"] = Whole(Intermediate.Issue(LeafOptions.ForHosts("www.example.test", HostName, "other.example.test"))),
            ["IP SAN"] = Whole(Intermediate.Issue(new LeafOptions { CommonNames = [HostName], IpAddresses = [IPAddress.Loopback] })),
            ["IP in dNSName"] = Whole(Intermediate.Issue(new LeafOptions { DnsNames = ["127.0.0.1"] })),
            ["no name"] = Whole(Intermediate.Issue(new LeafOptions { Subject = new X500DistinguishedName("O=Nameless") })),
            ["revoked"] = Whole(Revoked),
            ["client-only EKU"] = Whole(Intermediate.Issue(
                LeafOptions.ForHosts(HostName) with { ExtendedKeyUsages = [LeafOptions.ClientAuthentication] })),
        };

    internal MatrixPki()
    {
        string right = Write("right.crt", Root.CertificatePem);
        string crl = Write("root.crl", Intermediate.CreateCrl([Revoked]) + Root.CreateCrl([]));
        RootSettings = new Dictionary<string, string>
        {
            ["right"] = $"sslrootcert={right}",
            ["right, with CRLs"] = $"sslrootcert={right} sslcrl={crl}",
            ["right, with the CRL of another CA"] = $"sslrootcert={right} sslcrl={Write("wrong.crl", WrongRoot.CreateCrl([]))}",
            ["right, with a CRL file that is none"] = $"sslrootcert={right} sslcrl={Write("garbage.crl", "no list at all")}",
            ["wrong"] = $"sslrootcert={Write("wrong.crt", WrongRoot.CertificatePem)}",
            ["intermediate only"] = $"sslrootcert={Write("intermediate.crt", Intermediate.CertificatePem)}",
            ["the self-signed leaf"] = $"sslrootcert={Write("leaf.crt", Served["self-signed"].ChainPem)}",
            ["empty"] = $"sslrootcert={Write("empty.crt", "")}",
            ["DER"] = $"sslrootcert={Write("der.crt", Root.Certificate.Certificate.RawData)}",
            ["missing"] = $"sslrootcert={Path.Combine(_directory.FullName, "missing.crt")}",
            ["bundle"] = $"sslrootcert={Write("bundle.crt", WrongRoot.CertificatePem + "\n# ours\n" + Root.CertificatePem)}",
            ["system"] = "sslrootcert=system",
        };
        Environment = new Dictionary<string, string> { ["SSL_CERT_FILE"] = right };
    }

    /// <summary>The settings that name a root, by what is in it.</summary>
    internal IReadOnlyDictionary<string, string> RootSettings { get; }

    /// <summary>Variables that make the right root one of the operating system's.</summary>
    internal IReadOnlyDictionary<string, string> Environment { get; }

    public void Dispose() => _directory.Delete(recursive: true);

    private static (string, TestCertificate) Whole(TestCertificate certificate) => (certificate.ChainPem, certificate);

    private static (string, TestCertificate) Alone(TestCertificate certificate) => (certificate.CertificatePem, certificate);

    private string Write(string name, string content) => Write(name, Encoding.ASCII.GetBytes(content));

    private string Write(string name, byte[] content)
    {
        string path = Path.Combine(_directory.FullName, name);
        File.WriteAllBytes(path, content);
        return path;
    }
}
