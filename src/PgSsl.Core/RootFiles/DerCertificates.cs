using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PgSsl.Asn1;
using PgSsl.Certificates.Trust;

namespace PgSsl.RootFiles;

/// <summary>Certificates in DER: one certificate, or those of a PKCS #7 message without content (.p7b, .p7c).</summary>
internal static class DerCertificates
{
    private const string SignedData = "1.2.840.113549.1.7.2";

    private static readonly Asn1Tag Explicit0 = new(TagClass.ContextSpecific, 0, isConstructed: true);

    /// <summary>The certificate; null where the bytes are something else.</summary>
    public static X509Certificate2? TryReadCertificate(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.IsEmpty || bytes.Span[0] != 0x30)
            return null;
        try
        {
            return PemFile.ReadAnchor(new PemBlock("CERTIFICATE", "", bytes)).Certificate.Certificate;
        }
        catch (Exception exception) when (exception is AsnContentException or CryptographicException)
        {
            return null;
        }
    }

    /// <summary>The certificates in the order of the message; null where the bytes are something else (RFC 5652 5.1).</summary>
    public static IReadOnlyList<X509Certificate2>? TryReadPkcs7(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            AsnReader contentInfo = new AsnReader(bytes, AsnEncodingRules.BER).ReadSequence();
            if (contentInfo.ReadObjectIdentifier() != SignedData)
                return null;
            AsnReader signedData = contentInfo.ReadSequence(Explicit0).ReadSequence();
            signedData.ReadInteger();
            signedData.ReadSetOf(skipSortOrderValidation: true);
            signedData.ReadSequence();
            var certificates = new List<X509Certificate2>();
            if (!signedData.HasData || signedData.PeekTag() != Explicit0)
                return certificates;
            AsnReader set = signedData.ReadSetOf(skipSortOrderValidation: true, Explicit0);
            while (set.HasData)
            {
                if (TryReadCertificate(set.ReadEncodedValue()) is { } certificate)
                    certificates.Add(certificate);
            }
            return certificates;
        }
        catch (Exception exception) when (exception is AsnContentException or CryptographicException)
        {
            return null;
        }
    }
}
