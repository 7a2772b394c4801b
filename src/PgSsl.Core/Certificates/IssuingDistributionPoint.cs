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
        var scope = new IssuingDistributionPoint(null, false, false, false, false, null);
        while (sequence.HasData)
        {
            Asn1Tag tag = sequence.PeekContextTag();
            scope = tag.TagValue switch
            {
                0 => scope with { Name = DistributionPointName.Read(sequence.ReadSequence(tag), crlIssuer) },
                1 => scope with { OnlyUsers = sequence.ReadBoolean(tag) },
                2 => scope with { OnlyCas = sequence.ReadBoolean(tag) },
                3 => scope with { Reasons = DistributionPoint.Mask(sequence.ReadBitString(out _, tag)) },
                4 => scope with { IsIndirect = sequence.ReadBoolean(tag) },
                5 => scope with { OnlyAttributes = sequence.ReadBoolean(tag) },
                _ => throw new AsnContentException("Not an issuing distribution point."),
            };
        }
        return scope;
    }
}
