using System.Formats.Asn1;
using PgSsl.Asn1;

namespace PgSsl.Certificates;

/// <summary>Which certificates a CRL covers (RFC 5280 5.2.5).</summary>
internal sealed record IssuingDistributionPoint(
    DistributionPointName? Name, bool OnlyUsers, bool OnlyCas, bool OnlyAttributes, bool IsIndirect, int? Reasons)
{
    /// <summary>x_crl.c, setup_idp: more than one "only" is invalid.</summary>
    public bool IsInvalid => (OnlyUsers ? 1 : 0) + (OnlyCas ? 1 : 0) + (OnlyAttributes ? 1 : 0) > 1;

    public static IssuingDistributionPoint Read(AsnReader reader, DistinguishedName crlIssuer)
    {
        AsnReader sequence = reader.ReadSequence();
        DistributionPointName? name = sequence.Has(0)
            ? DistributionPointName.Read(sequence.ReadSequence(AsnReaderExtensions.ContextTag(0)), crlIssuer)
            : null;
        bool onlyUsers = ReadFlag(sequence, 1), onlyCas = ReadFlag(sequence, 2);
        int? reasons = sequence.Has(3) ? DistributionPoint.Mask(sequence.ReadBits(out _, AsnReaderExtensions.ContextTag(3))) : null;
        bool isIndirect = ReadFlag(sequence, 4), onlyAttributes = ReadFlag(sequence, 5);
        sequence.ThrowIfNotEmpty();
        return new IssuingDistributionPoint(name, onlyUsers, onlyCas, onlyAttributes, isIndirect, reasons);
    }

    private static bool ReadFlag(AsnReader sequence, int number) =>
        sequence.Has(number) && sequence.ReadBoolean(AsnReaderExtensions.ContextTag(number));
}
