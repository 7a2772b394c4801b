using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace PgSsl.Common;

/// <summary>
/// An IPv4 or IPv6 address as pg_hba.conf compares it: bits of a family (ifaddr.c, pg_range_sockaddr). An IPv4 range never matches an
/// IPv6 client, mapped addresses included.
/// </summary>
/// <param name="IsIPv6">The family.</param>
/// <param name="Bits">The address; 32 or 128 bits.</param>
internal readonly record struct NumericAddress(bool IsIPv6, UInt128 Bits)
{
    /// <summary>How many bits the family has.</summary>
    public int Width => WidthOf(IsIPv6);

    /// <summary>Whether it is 127.0.0.1 or ::1, the address that every host has.</summary>
    public bool IsLoopback => Bits == (IsIPv6 ? 1 : (UInt128)0x7F000001);

    /// <summary>An address of .NET, without its scope.</summary>
    public static NumericAddress Of(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out int length);
        UInt128 bits = 0;
        foreach (byte b in bytes[..length])
            bits = (bits << 8) | b;
        return new NumericAddress(address.AddressFamily == AddressFamily.InterNetworkV6, bits);
    }

    /// <summary>The same address for .NET.</summary>
    public IPAddress ToIPAddress()
    {
        var bytes = new byte[Width / 8];
        UInt128 bits = Bits;
        for (int i = bytes.Length - 1; i >= 0; i--, bits >>= 8)
            bytes[i] = (byte)bits;
        return new IPAddress(bytes);
    }

    /// <summary>
    /// As the server writes it (glibc, inet_ntop): the first of the longest runs of zeros becomes a double colon, and only mapped and
    /// compatible addresses end with an IPv4 address. .NET writes more addresses that way.
    /// </summary>
    public override string ToString()
    {
        if (!IsIPv6)
            return ToIPAddress().ToString();
        int gap = 0, gapLength = 0;
        for (int start = 0, end; start < 8; start = end + 1)
        {
            for (end = start; end < 8 && Group(end) == 0;)
                end++;
            if (end - start > gapLength)
                (gap, gapLength) = (start, end - start);
        }
        bool endsLikeIPv4 = gap == 0 && (gapLength == 6 || (gapLength == 5 && Group(5) == 0xFFFF));
        string tail = endsLikeIPv4 ? new NumericAddress(false, (uint)Bits).ToString() : "";
        int groups = endsLikeIPv4 ? 6 : 8;
        if (gapLength < 2)
            return Join(0, groups);
        string behind = Join(gap + gapLength, groups);
        return $"{Join(0, gap)}::{behind}{(behind.Length > 0 && endsLikeIPv4 ? ":" : "")}{tail}";
    }

    private int Group(int index) => (ushort)(Bits >> (16 * (7 - index)));

    private string Join(int from, int to)
    {
        var groups = new string[Math.Max(to - from, 0)];
        for (int i = 0; i < groups.Length; i++)
            groups[i] = Group(from + i).ToString("x", CultureInfo.InvariantCulture);
        return string.Join(':', groups);
    }

    /// <summary>The mask with a number of leading ones.</summary>
    public static UInt128 Mask(bool isIPv6, int ones)
    {
        int zeros = WidthOf(isIPv6) - ones;
        UInt128 all = isIPv6 ? UInt128.MaxValue : uint.MaxValue;
        return zeros >= 128 ? 0 : (all >> zeros) << zeros;
    }

    /// <summary>
    /// Reads what getaddrinfo accepts as an address with AI_NUMERICHOST: the forms of inet_aton (<c>127.1</c>, <c>0x7f.1</c>, octal), and IPv6
    /// with or without scope. Null for other text.
    /// </summary>
    public static NumericAddress? Parse(ReadOnlySpan<char> text)
    {
        if (text.Length == 0)
            return null;
        if (ParseIPv4(text) is { } bits)
            return new NumericAddress(false, bits);
        if (!text.Contains(':') || text.IndexOfAny("[]/ ") >= 0)
            return null;
        // A scope that is not a number names an interface; it is not known here whether the server has it.
        int scope = text.IndexOf('%');
        if (scope >= 0 && !uint.TryParse(text[(scope + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out _))
            return null;
        bool isAddress = IPAddress.TryParse(scope < 0 ? text : text[..scope], out IPAddress? address);
        return isAddress && address!.AddressFamily == AddressFamily.InterNetworkV6 ? Of(address) : null;
    }

    /// <summary>The length of a mask in CIDR notation (ifaddr.c, pg_sockaddr_cidr_mask: strtol); null where the server refuses it.</summary>
    public static int? ParsePrefix(ReadOnlySpan<char> text, bool isIPv6)
    {
        const NumberStyles Strtol = NumberStyles.AllowLeadingWhite | NumberStyles.AllowLeadingSign;
        return int.TryParse(text, Strtol, CultureInfo.InvariantCulture, out int ones) && ones >= 0 && ones <= WidthOf(isIPv6) ? ones : null;
    }

    private static int WidthOf(bool isIPv6) => isIPv6 ? 128 : 32;

    // inet_aton(3): one to four parts, decimal, octal (0…) or hexadecimal (0x…). The last part fills the remaining bytes.
    private static UInt128? ParseIPv4(ReadOnlySpan<char> text)
    {
        if (!char.IsAsciiDigit(text[0]))
            return null;
        ulong bits = 0;
        for (int left = 32; left > 0; left -= 8)
        {
            int dot = text.IndexOf('.');
            if (ParsePart(dot < 0 ? text : text[..dot]) is not { } part || part >= (dot < 0 ? 1UL << left : 256))
                return null;
            if (dot < 0)
                return bits | part;
            bits |= part << (left - 8);
            text = text[(dot + 1)..];
        }
        return null;
    }

    private static ulong? ParsePart(ReadOnlySpan<char> part)
    {
        if (part.Length == 0)
            return null;
        if (part[0] != '0')
            return ulong.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number) ? number : null;
        if (part.Length > 1 && part[1] is 'x' or 'X')
            return ulong.TryParse(part[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong hex) ? hex : null;
        ulong octal = 0;
        foreach (char digit in part)
        {
            if (digit is < '0' or > '7')
                return null;
            octal = (octal * 8) + (ulong)(digit - '0');
            if (octal > uint.MaxValue)
                return null;
        }
        return octal;
    }
}
