using System.Formats.Asn1;
using PgSsl.Asn1;

namespace PgSsl.Certificates;

/// <summary>An extension of a certificate, a CRL or an entry of a CRL (RFC 5280 4.1.2.9).</summary>
internal sealed record Extension(string Oid, bool IsCritical, byte[] Value)
{
    public static Extension Read(AsnReader list) => list.ReadSequence().ReadWhole(content =>
    {
        string oid = content.ReadOid();
        bool isCritical = content.Has(Asn1Tag.Boolean) && content.ReadBoolean();
        return new Extension(oid, isCritical, content.ReadOctets());
    });

    /// <summary>
    /// Finds an extension; <paramref name="value"/> is null if there is none. False if it cannot be read or is there twice
    /// (crypto/x509/v3_lib.c, X509V3_get_d2i).
    /// </summary>
    public static bool TryFind<T>(IReadOnlyList<Extension> extensions, string oid, Func<AsnReader, T> read, out T? value) where T : class
    {
        value = null;
        Extension? found = null;
        foreach (Extension extension in extensions)
        {
            if (extension.Oid != oid)
                continue;
            if (found is not null)
                return false;
            found = extension;
        }
        if (found is null)
            return true;
        try
        {
            var reader = new AsnReader(found.Value, AsnEncodingRules.BER);
            AsnReaderExtensions.RefuseLongEmptyEnd(reader.PeekEncodedValue());
            value = read(reader);
            return true;
        }
        catch (AsnContentException)
        {
            return false;
        }
    }
}
