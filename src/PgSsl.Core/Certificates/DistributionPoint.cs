using System.Formats.Asn1;
using PgSsl.Asn1;

namespace PgSsl.Certificates;

/// <summary>A CRL distribution point of a certificate (RFC 5280 4.2.1.13).</summary>
/// <param name="Name">Where the CRL is; null for any.</param>
/// <param name="Reasons">The reasons that it covers, as a mask.</param>
/// <param name="CrlIssuers">Who issues it, where that is not the certificate's issuer.</param>
internal sealed record DistributionPoint(DistributionPointName? Name, int Reasons, IReadOnlyList<GeneralName>? CrlIssuers)
{
    /// <summary>include/openssl/x509v3.h, CRLDP_ALL_REASONS.</summary>
    public const int AllReasons = 0x807f;

    public static IReadOnlyList<DistributionPoint> ReadAll(AsnReader reader, DistinguishedName certificateIssuer)
    {
        return reader.ReadList().ReadEach(points => points.ReadSequence().ReadWhole(point => Read(point, certificateIssuer)));
    }

    /// <summary>The reason flags of a BIT STRING as OpenSSL packs them.</summary>
    public static int Mask(byte[] bits) => ((bits.Length > 0 ? bits[0] : 0) | (bits.Length > 1 ? bits[1] << 8 : 0)) & AllReasons;

    private static DistributionPoint Read(AsnReader point, DistinguishedName certificateIssuer)
    {
        AsnReader? name = null;
        int reasons = AllReasons;
        IReadOnlyList<GeneralName>? crlIssuers = null;
        if (point.Has(0))
            name = point.ReadSequence(AsnReaderExtensions.ContextTag(0));
        if (point.Has(1))
            reasons = Mask(point.ReadBits(out _, AsnReaderExtensions.ContextTag(1)));
        if (point.HasData)
            crlIssuers = GeneralName.ReadAll(point, AsnReaderExtensions.ContextTag(2));
        if (name is null && crlIssuers is not { Count: > 0 })
            throw new AsnContentException("A distribution point without a name.");
        DistinguishedName above =
            crlIssuers?.FirstOrDefault(issuer => issuer.Kind == GeneralNameKind.Directory)?.Directory
            ?? certificateIssuer;
        return new DistributionPoint(name is null ? null : DistributionPointName.Read(name, above), reasons, crlIssuers);
    }
}
