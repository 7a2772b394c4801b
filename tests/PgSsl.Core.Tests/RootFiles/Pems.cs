using System.Security.Cryptography.X509Certificates;
using System.Text;
using PgSsl.Certificates;
using PgSsl.RootCertificates;
using PgSsl.RootFiles;
using PgSsl.Sandbox;
using PgSsl.Tests.Certificates;

namespace PgSsl.Tests.RootFiles;

/// <summary>Certificates that the tests of root files share, and ways to write them down.</summary>
internal static class Pems
{
    public static readonly MintedCertificate RootA = Mint.Root("Root A");
    public static readonly MintedCertificate RootB = Mint.Root("Root B");
    public static readonly MintedCertificate RootC = Mint.Root("O=\"Über, Inc.\",CN=Root C");
    public static readonly MintedCertificate Expired = Mint.Root("Root A", MintOptions.Ca with { NotAfter = MintOptions.Now.AddDays(-1) });
    public static readonly MintedCertificate Issuing = Mint.Certificate("Issuing CA", RootA, MintOptions.Ca);
    public static readonly MintedCertificate Leaf = Mint.Leaf("db1", Issuing);
    public static readonly MintedCertificate SelfSigned = Mint.Root("snakeoil", MintOptions.Leaf);

    /// <summary>One byte for each character, so that any byte can be written.</summary>
    public static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    public static string Text(byte[] bytes) => Encoding.Latin1.GetString(bytes);

    public static RootFile RootFileOf(string text) => RootFile.Parse(Bytes(text), "/x/root.crt");

    public static string FingerprintOf(MintedCertificate certificate) => Fingerprint.Of(certificate.Certificate);

    /// <summary>Certificates that are to be installed as roots.</summary>
    public static RootSelection Selection(IEnumerable<X509Certificate2> certificates, bool replacesExpired = false)
    {
        var selection = new RootSelection([], replacesExpired);
        selection.Add(new RootOffer([.. certificates], "a test"));
        return selection;
    }

    public static IEnumerable<string> Names(RootFile file) =>
        file.Certificates.Select(PgSsl.Certificates.CertificateNames.Display);

    public static IEnumerable<RootFileProblemKind> Kinds(RootFile file) => file.Problems(MintOptions.Now).Select(problem => problem.Kind);
}
