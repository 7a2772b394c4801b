using System.Formats.Asn1;
using System.Numerics;
using PgSsl.Asn1;

namespace PgSsl.Certificates;

/// <summary>An entry of a CRL as it is written (x_crl.c, X509_REVOKED).</summary>
/// <param name="SerialNumber">The certificate's serial number, upper-case hex.</param>
/// <param name="RevocationDate">When it was revoked; null where not written as RFC 5280 demands.</param>
/// <param name="Extensions">Its extensions.</param>
internal sealed record CrlEntry(string SerialNumber, DateTimeOffset? RevocationDate, IReadOnlyList<Extension> Extensions)
{
    public static CrlEntry Read(AsnReader list) => list.ReadSequence().ReadWhole(content =>
    {
        string serial = Convert.ToHexString(content.ReadIntegerBytes().Span);
        return new CrlEntry(serial, CertificateTime.Read(content), content.HasData ? content.ReadList().ReadEach(Extension.Read) : []);
    });

    /// <summary>The reason, or null if there is none; false where it cannot be read.</summary>
    public bool TryReadReason(out int? reason)
    {
        bool isReadable = Extension.TryFind(Extensions, Oids.ReasonCode, ReadReason, out object? value);
        reason = (int?)value;
        return isReadable;
    }

    /// <summary>crypto/asn1/a_int.c, ASN1_ENUMERATED_get, of which OpenSSL keeps an int.</summary>
    private static object ReadReason(AsnReader reader)
    {
        var reason = new BigInteger(reader.ReadEnumeratedBytes().Span, isBigEndian: true);
        return reason >= long.MinValue && reason <= long.MaxValue ? (int)(long)reason : -1;
    }
}
