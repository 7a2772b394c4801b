using System.Net;

namespace PgSsl.Downloads;

/// <summary>The IPv4 addresses that are embedded in an IPv6 address: a gateway, or the machine itself, may connect to one of them.</summary>
internal static class EmbeddedAddresses
{
    /// <summary>All of them; most addresses have none.</summary>
    public static IEnumerable<IPAddress> Of(IPAddress address) => address.GetAddressBytes() switch
    {
        // RFC 4291 2.5.5.1, IPv4-compatible; but :: and ::1 are themselves.
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, var a, var b, var c, var d] when (a, b, c, d) is not (0, 0, 0, 0 or 1) => [V4(a, b, c, d)],
        // RFC 4291 2.5.5.2, IPv4-mapped.
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, var a, var b, var c, var d] => [V4(a, b, c, d)],
        // RFC 2765 2.1, IPv4-translated.
        [0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0, var a, var b, var c, var d] => [V4(a, b, c, d)],
        // RFC 6052 2.1, NAT64's own prefix.
        [0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0, var a, var b, var c, var d] => [V4(a, b, c, d)],
        // RFC 8215, NAT64's prefix for one site.
        [0, 0x64, 0xFF, 0x9B, 0, 1, ..] bytes => OfSite(bytes),
        // RFC 3056 2, 6to4.
        [0x20, 0x02, var a, var b, var c, var d, ..] bytes when bytes.Length == 16 => [V4(a, b, c, d)],
        _ => [],
    };

    /// <summary>
    /// It cannot be seen which part of its prefix a site uses. So these are all forms of RFC 6052 2.2 that fit, without those that are not
    /// the address of a host: they are only the zeros or ones of another form.
    /// </summary>
    private static IEnumerable<IPAddress> OfSite(byte[] b) => new[]
    {
        V4(b[6], b[7], b[9], b[10]),
        V4(b[7], b[9], b[10], b[11]),
        V4(b[9], b[10], b[11], b[12]),
        V4(b[12], b[13], b[14], b[15]),
    }.Where(address => address.GetAddressBytes()[0] is > 0 and < 224);

    private static IPAddress V4(byte a, byte b, byte c, byte d) => new([a, b, c, d]);
}
