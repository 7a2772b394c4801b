using System.Formats.Asn1;
using PgSsl.Asn1;

namespace PgSsl.Certificates;

/// <summary>Where a CRL is: full names, or one name relative to its issuer.</summary>
internal sealed record DistributionPointName(IReadOnlyList<GeneralName> FullNames, DistinguishedName? RelativeName)
{
    public static DistributionPointName Read(AsnReader choice, DistinguishedName above)
    {
        Asn1Tag tag = choice.PeekContextTag();
        return choice.ReadWhole(content => tag.TagValue switch
        {
            0 => new DistributionPointName(GeneralName.ReadAll(content, tag), null),
            1 => new DistributionPointName([], above.Append(content.ReadList(tag))),
            _ => throw new AsnContentException("Not the name of a distribution point."),
        });
    }

    /// <summary>crypto/x509/x509_vfy.c, idp_check_dp: no name matches any.</summary>
    public static bool Match(DistributionPointName? a, DistributionPointName? b)
    {
        if (a is null || b is null)
            return true;
        if (a.RelativeName is { } left)
            return b.RelativeName is { } right ? left.Equals(right) : b.Holds(left);
        if (b.RelativeName is { } relative)
            return a.Holds(relative);
        return a.FullNames.Any(x => b.FullNames.Any(x.Matches));
    }

    private bool Holds(DistinguishedName name) => FullNames.Any(full => name.Equals(full.Directory));
}
