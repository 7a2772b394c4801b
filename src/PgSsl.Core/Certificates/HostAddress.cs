using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace PgSsl.Certificates;

/// <summary>Whether a host is an IP address for the C library, and therefore for libpq (fe-secure-openssl.c, is_ip_address).</summary>
internal static class HostAddress
{
    private static readonly SearchValues<char> Blanks = SearchValues.Create(" \t\n\v\f\r");

    /// <summary>The address in network order: 4 or 16 bytes; null for a name.</summary>
    public static byte[]? Parse(string host) => ParseV4(host) ?? ParseV6(host);

    /// <summary>
    /// inet_aton: one to four parts, decimal, octal (0…) or hex (0x…). The last part fills the remaining bytes; blanks may follow.
    /// </summary>
    public static byte[]? ParseV4(string host)
    {
        int end = host.AsSpan().IndexOfAny(Blanks);
        string[] parts = (end < 0 ? host : host[..end]).Split('.');
        if (parts.Length > 4)
            return null;
        uint address = 0;
        for (int i = 0; i < parts.Length; i++)
        {
            bool isLast = i == parts.Length - 1;
            uint largest = isLast ? uint.MaxValue >> (8 * i) : byte.MaxValue;
            if (ParsePart(parts[i]) is not { } part || part > largest)
                return null;
            address |= isLast ? part : part << (24 - (8 * i));
        }
        return [(byte)(address >> 24), (byte)(address >> 16), (byte)(address >> 8), (byte)address];
    }

    /// <summary>inet_pton(AF_INET6): without brackets, zone or prefix, which .NET would accept.</summary>
    public static byte[]? ParseV6(string host)
    {
        bool isPlain = host.Contains(':', StringComparison.Ordinal)
            && host.All(c => char.IsAsciiHexDigit(c) || c is ':' or '.')
            && host.Split(':').All(part => part.Contains('.', StringComparison.Ordinal) ? IsDotted(part) : part.Length <= 4);
        return isPlain && IPAddress.TryParse(host, out IPAddress? address) && address.AddressFamily == AddressFamily.InterNetworkV6
            ? address.GetAddressBytes()
            : null;
    }

    /// <summary>inet_pton(AF_INET): four decimal numbers, none with a zero before it.</summary>
    private static bool IsDotted(string part)
    {
        string[] numbers = part.Split('.');
        return numbers.Length == 4 && Array.TrueForAll(numbers, number =>
            number is "0" || (number is [not '0', ..] && byte.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out _)));
    }

    private static uint? ParsePart(string part)
    {
        if (part.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
            return uint.TryParse(part.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint hex) ? hex : null;
        if (part.Length == 0 || !part.All(char.IsAsciiDigit))
            return null;
        if (part[0] != '0')
            return uint.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out uint number) ? number : null;
        ulong octal = 0;
        foreach (char digit in part)
        {
            if (digit > '7' || (octal = (octal * 8) + (uint)(digit - '0')) > uint.MaxValue)
                return null;
        }
        return (uint)octal;
    }
}
