using System.Formats.Asn1;
using System.Numerics;
using PgSsl.Asn1;

namespace PgSsl.Certificates;

/// <summary>The addresses that a certificate speaks for (RFC 3779 2; crypto/x509/v3_addr.c).</summary>
internal sealed record AddressBlocks(IReadOnlyList<AddressBlock> Families)
{
    public static AddressBlocks Read(AsnReader reader) => new(reader.ReadList().ReadEach(AddressBlock.Read));

    public AddressBlock? Find(AddressBlock family) => Families.FirstOrDefault(other => other.CompareTo(family) == 0);

    /// <summary>v3_addr.c, X509v3_addr_is_canonical: families and their ranges in order, none beside or over another.</summary>
    public bool IsCanonical
    {
        get
        {
            for (int i = 0; i < Families.Count - 1; i++)
            {
                if (!Families[i].IsNamed || !Families[i + 1].IsNamed || Families[i].CompareTo(Families[i + 1]) >= 0)
                    return false;
            }
            return Families.All(family => family.Ranges is not { } ranges || (family.IsNamed && IsInOrder(ranges, family.Length)));
        }
    }

    private static bool IsInOrder(IReadOnlyList<AddressRange> ranges, int length)
    {
        if (ranges.Count == 0)
            return false;
        for (int i = 0; i < ranges.Count; i++)
        {
            bool isLast = i == ranges.Count - 1;
            // OpenSSL does not look at a prefix that stands alone, or last.
            if (isLast && ranges[i].IsPrefix)
                continue;
            if (ranges[i].Expand(length) is not var (least, most) || least > most)
                return false;
            if (!ranges[i].IsPrefix && IsPrefix(least, most))
                return false;
            if (isLast)
                continue;
            if (ranges[i + 1].Expand(length) is not var (nextLeast, nextMost) || nextLeast > nextMost || most + 1 >= nextLeast)
                return false;
        }
        return true;
    }

    /// <summary>v3_addr.c, range_should_be_prefix.</summary>
    private static bool IsPrefix(BigInteger least, BigInteger most)
    {
        BigInteger differing = least ^ most;
        return (differing & (differing + 1)).IsZero && (least & differing).IsZero;
    }
}

/// <summary>The addresses of a family.</summary>
/// <param name="Name">Its number, and perhaps a byte more (RFC 3779 2.2.3.3).</param>
/// <param name="Ranges">The addresses; null if they are those of the issuer.</param>
internal sealed record AddressBlock(byte[] Name, IReadOnlyList<AddressRange>? Ranges) : IComparable<AddressBlock>
{
    /// <summary>v3_addr.c, IPAddressFamily_check_len.</summary>
    public bool IsNamed => Name.Length is 2 or 3;

    /// <summary>v3_addr.c, length_from_afi: the bytes of an address; none for a family other than IPv4 and IPv6.</summary>
    public int Length => Name switch { [0, 1, ..] => 4, [0, 2, ..] => 16, _ => 0 };

    public static AddressBlock Read(AsnReader list) => list.ReadSequence().ReadWhole(content =>
    {
        byte[] name = content.ReadOctets();
        if (!content.Has(Asn1Tag.Null))
            return new AddressBlock(name, content.ReadList().ReadEach(AddressRange.Read));
        content.ReadNull();
        return new AddressBlock(name, null);
    });

    /// <summary>v3_addr.c, IPAddressFamily_cmp.</summary>
    public int CompareTo(AddressBlock? other) => Name.AsSpan().SequenceCompareTo(other!.Name);

    /// <summary>v3_addr.c, addr_contains: whether every range of the child is in one of these.</summary>
    public bool Contains(AddressBlock child)
    {
        int i = 0;
        foreach (AddressRange range in child.Ranges ?? [])
        {
            if (range.Expand(child.Length) is not var (least, most))
                return false;
            while (true)
            {
                if (i >= Ranges!.Count || Ranges[i].Expand(child.Length) is not var (own, ownMost))
                    return false;
                if (ownMost >= most)
                {
                    if (own > least)
                        return false;
                    break;
                }
                i++;
            }
        }
        return true;
    }
}

/// <summary>A prefix, or the first and the last address of a range, with the bits that count.</summary>
internal sealed record AddressRange(byte[] First, int FirstUnused, byte[] Last, int LastUnused, bool IsPrefix)
{
    public static AddressRange Read(AsnReader list)
    {
        if (!list.Has(Asn1Tag.PrimitiveBitString))
            return list.ReadSequence().ReadWhole(content =>
            {
                byte[] first = content.ReadBits(out int firstUnused), last = content.ReadBits(out int lastUnused);
                return new AddressRange(first, firstUnused, last, lastUnused, false);
            });
        byte[] prefix = list.ReadBits(out int unused);
        return new AddressRange(prefix, unused, prefix, unused, true);
    }

    /// <summary>v3_addr.c, extract_min_max: the first and the last address as numbers; null where there are more bits than in an address.</summary>
    public (BigInteger Least, BigInteger Most)? Expand(int length) => First.Length > length || Last.Length > length
        ? null
        : (Fill(First, FirstUnused, length, 0), Fill(Last, LastUnused, length, 0xff));

    private static BigInteger Fill(byte[] bits, int unused, int length, byte filling)
    {
        byte[] address = new byte[length];
        bits.CopyTo(address, 0);
        address.AsSpan(bits.Length).Fill(filling);
        if (unused > 0 && filling != 0)
            address[bits.Length - 1] |= (byte)(filling >> (8 - unused));
        return new BigInteger(address, isUnsigned: true, isBigEndian: true);
    }
}
