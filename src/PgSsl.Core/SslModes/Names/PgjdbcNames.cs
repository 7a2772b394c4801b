using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using PgSsl.Certificates.Verification;

namespace PgSsl.SslModes.Names;

/// <summary>
/// How pgjdbc compares names (org.postgresql.ssl.PGjdbcHostnameVerifier): everything as text. An address matches a dNSName or common
/// name with the same text; an IPv6 address only in Java's spelling without "::". The common name is compared unless there is a
/// dNSName; of several common names only the most specific one.
/// </summary>
internal static class PgjdbcNames
{
    private const string Library = "pgjdbc";

    private static readonly IdnMapping Idn = new();

    public static NameVerdict Verify(X509Certificate2 leaf, string host)
    {
        if (ToAscii(host) is not { } canonical)
            return new NameVerdict(false, NameSource.None, null, 0, $"{Library} refuses the host name \"{host}\": it is not a valid domain name");
        var names = LeafNames.Of(leaf);
        string[] alternatives = [.. names.Dns, .. names.Addresses.Select(ToJavaText)];
        NameSource source = IPAddress.TryParse(host, out _) ? NameSource.IpAddress : NameSource.DnsName;
        NameVerdict verdict = names.Compare(host, source, alternatives, name => Matches(name, canonical), Library);
        if (verdict.Matches || names.Dns.Count > 0 || names.Common.Count == 0)
            return verdict;
        string[] mostSpecific = [names.Common.OrderBy(DotsIn).ThenByDescending(StarsIn).ThenBy(name => name.Length).Last()];
        return names.Compare(host, NameSource.CommonName, mostSpecific, name => Matches(name, canonical), Library);
    }

    /// <summary>verifyHostName: one "*" at the start, which stands for any text without a dot, even an empty one.</summary>
    private static bool Matches(string pattern, string host)
    {
        int lastStar = pattern.LastIndexOf('*');
        if (lastStar < 0)
            return pattern.Equals(host, StringComparison.OrdinalIgnoreCase);
        string suffix = pattern[1..];
        return lastStar == 0
            && pattern.Contains('.')
            && host.EndsWith(suffix, StringComparison.OrdinalIgnoreCase)
            && !host[..(host.Length - suffix.Length)].Contains('.');
    }

    private static int DotsIn(string name) => name.Count(c => c == '.');

    private static int StarsIn(string name) => name.Count(c => c == '*');

    private static string ToJavaText(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetwork)
            return address.ToString();
        // Java makes an Inet4Address from an IPv4-mapped address.
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4().ToString();
        byte[] bytes = address.GetAddressBytes();
        return string.Join(':', Enumerable.Range(0, 8).Select(i =>
            BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(2 * i)).ToString("x", CultureInfo.InvariantCulture)));
    }

    /// <summary>java.net.IDN.toASCII: in an ASCII name it checks only that no label is empty or too long.</summary>
    private static string? ToAscii(string host)
    {
        string unqualified = host.EndsWith('.') ? host[..^1] : host;
        if (Ascii.IsValid(host))
            return unqualified.Split('.').All(label => label.Length is > 0 and <= 63) ? host : null;
        try
        {
            return Idn.GetAscii(host);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
