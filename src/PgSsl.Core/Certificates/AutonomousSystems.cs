using System.Formats.Asn1;
using System.Numerics;
using PgSsl.Asn1;

namespace PgSsl.Certificates;

/// <summary>The autonomous systems that a certificate speaks for (RFC 3779 3; crypto/x509/v3_asid.c).</summary>
/// <param name="Numbers">Their numbers; null if there are none.</param>
/// <param name="Routing">Their routing domains; null if there are none.</param>
internal sealed record AutonomousSystems(SystemNumbers? Numbers, SystemNumbers? Routing)
{
    public static AutonomousSystems Read(AsnReader reader) => reader.ReadSequence().ReadWhole(content => new AutonomousSystems(
        content.Has(0) ? ReadChoice(content, 0) : null, content.HasData ? ReadChoice(content, 1) : null));

    /// <summary>v3_asid.c, X509v3_asid_is_canonical.</summary>
    public bool AreCanonical => (Numbers?.AreCanonical ?? true) && (Routing?.AreCanonical ?? true);

    private static SystemNumbers ReadChoice(AsnReader content, int number) =>
        content.ReadSequence(AsnReaderExtensions.ContextTag(number)).ReadWhole(SystemNumbers.Read);
}

/// <summary>Numbers, as ranges.</summary>
/// <param name="Ranges">The ranges; null if they are those of the issuer.</param>
internal sealed record SystemNumbers(IReadOnlyList<(BigInteger Least, BigInteger Most)>? Ranges)
{
    /// <summary>v3_asid.c, ASIdentifierChoice_is_canonical: in order, none beside or over another.</summary>
    public bool AreCanonical
    {
        get
        {
            if (Ranges is null)
                return true;
            for (int i = 0; i < Ranges.Count - 1; i++)
            {
                if (Ranges[i].Most + 1 >= Ranges[i + 1].Least)
                    return false;
            }
            return Ranges.Count > 0 && Ranges.All(range => range.Least <= range.Most);
        }
    }

    public static SystemNumbers Read(AsnReader choice)
    {
        if (!choice.Has(Asn1Tag.Null))
            return new SystemNumbers(choice.ReadList().ReadEach(ReadRange));
        choice.ReadNull();
        return new SystemNumbers(Ranges: null);
    }

    /// <summary>v3_asid.c, asid_contains: whether every range of the child is in one of these.</summary>
    public bool Contain(SystemNumbers? child) =>
        child?.Ranges?.All(range => Ranges!.Any(own => own.Least <= range.Least && own.Most >= range.Most)) ?? true;

    private static (BigInteger Least, BigInteger Most) ReadRange(AsnReader list)
    {
        if (!list.Has(Asn1Tag.Integer))
            return list.ReadSequence().ReadWhole(content => (content.ReadInteger(), content.ReadInteger()));
        BigInteger number = list.ReadInteger();
        return (number, number);
    }
}
