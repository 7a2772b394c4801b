using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates;

namespace PgSsl.RootCertificates.Downloads;

/// <summary>
/// The certificates in what a web server sent: PEM, one certificate as DER, or a PKCS #7 "certs-only" message
/// (RFC 5280 4.2.2.1 wants one of the latter two; providers publish PEM).
/// </summary>
internal static class CertificateAnswer
{
    private const string SignedData = "1.2.840.113549.1.7.2";

    /// <exception cref="PgSslException"><see cref="PgSslError.InvalidCertificateFile"/>: it is something else.</exception>
    public static IReadOnlyList<X509Certificate2> Parse(byte[] bytes, Uri uri)
    {
        if (bytes.Length == 0)
            throw DownloadFailures.NoCertificates(uri, "the answer is empty");
        try
        {
            List<X509Certificate2> certificates = bytes[0] == 0x30 ? ReadDer(bytes) : ReadPem(bytes, uri);
            return certificates.Count > 0 ? certificates : throw DownloadFailures.NoCertificates(uri, DescribeNothing(bytes));
        }
        catch (Exception exception) when (exception is AsnContentException or CryptographicException)
        {
            throw DownloadFailures.NoCertificates(uri, "it is damaged, or of another kind");
        }
    }

    private static List<X509Certificate2> ReadDer(ReadOnlyMemory<byte> der)
    {
        AsnReader content = new AsnReader(der, AsnEncodingRules.BER).ReadSequence();
        return content.PeekTag() == Asn1Tag.ObjectIdentifier ? ReadSignedData(content) : [ReadCertificate(der)];
    }

    /// <summary>RFC 5652 5.1: of a SignedData without signers only the certificates are looked at.</summary>
    private static List<X509Certificate2> ReadSignedData(AsnReader content)
    {
        if (content.ReadObjectIdentifier() != SignedData)
            throw new CryptographicException("Not a SignedData.");
        var tag = new Asn1Tag(TagClass.ContextSpecific, 0);
        AsnReader signed = content.ReadSequence(tag).ReadSequence();
        signed.ReadInteger();
        signed.ReadSetOf(skipSortOrderValidation: true);
        signed.ReadSequence();
        var certificates = new List<X509Certificate2>();
        if (!signed.HasData || !signed.PeekTag().HasSameClassAndValue(tag))
            return certificates;
        AsnReader set = signed.ReadSetOf(skipSortOrderValidation: true, tag);
        while (set.HasData)
        {
            // Beside certificates there may be attribute certificates in tags of their own.
            bool isCertificate = set.PeekTag() == Asn1Tag.Sequence;
            ReadOnlyMemory<byte> item = set.ReadEncodedValue();
            if (isCertificate)
                certificates.Add(ReadCertificate(item));
        }
        return certificates;
    }

    private static List<X509Certificate2> ReadPem(byte[] bytes, Uri uri)
    {
        PemFault fault = PemReader.ReadAll(bytes, out IReadOnlyList<PemBlock> blocks);
        if (fault != PemFault.NoStartLine)
            throw DownloadFailures.NoCertificates(uri, "a PEM block in it is damaged");
        var certificates = new List<X509Certificate2>();
        foreach (PemBlock block in blocks)
        {
            if (block.Label.Contains("PRIVATE KEY", StringComparison.Ordinal))
                throw DownloadFailures.NoCertificates(uri, "there is a private key in it");
            if (PemFile.IsCertificate(block.Label))
                certificates.Add(PemFile.ReadAnchor(block).Certificate.Certificate);
            else if (block.Label is "PKCS7" or "CMS")
                certificates.AddRange(ReadDer(block.Data));
        }
        return certificates;
    }

    private static X509Certificate2 ReadCertificate(ReadOnlyMemory<byte> der) =>
        PemFile.ReadAnchor(new PemBlock("CERTIFICATE", "", der)).Certificate.Certificate;

    private static string DescribeNothing(byte[] bytes)
    {
        int first = Array.FindIndex(bytes, item => item is not ((byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' or 0xEF or 0xBB or 0xBF));
        return first >= 0 && bytes[first] == (byte)'<' ? "it is a web page" : "it holds none";
    }
}
