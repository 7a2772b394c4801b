using System.Globalization;
using System.Net.Sockets;
using System.Net;
using PgSsl.Certificates;
using PgSsl.Common;

namespace PgSsl.Requests;

/// <summary>
/// The host names and addresses that a certificate can have. libpq compares a dNSName with its host byte by byte, ignoring case
/// (fe-secure-common.c), so a name is written into the certificate as clients write it; only labels with characters that are not
/// ASCII become A-labels, because a dNSName is ASCII.
/// </summary>
internal static class CertificateHostName
{
    private const int LongestName = 253;
    private const int LongestLabel = 63;
    private const string Wildcard = "*";

    // IDNA treats the full stops of East Asian scripts like the one of ASCII (RFC 3490 3.1).
    private static readonly char[] Dots = ['.', '\u3002', '\uFF0E', '\uFF61'];

    /// <summary>The name with A-labels.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.InvalidHostName"/>.</exception>
    public static string Normalize(string name)
    {
        if (HostAddress.Parse(name) is not null)
            throw new PgSslException(
                PgSslError.InvalidHostName,
                $"\"{name}\" is an IP address, not a DNS name.",
                "Give it with -IPAddress: clients compare an address with the IP addresses of a certificate.");
        CheckNotNumeric(name);
        if (Read(name, out string ascii) is { } objection)
            throw new PgSslException(
                PgSslError.InvalidHostName,
                $"\"{PrintableText.Of(name)}\" cannot be a DNS name in a certificate: {objection}.",
                "Write the name as clients write it in host=: letters, digits, hyphens and underscores between dots; * for the whole first label.");
        return ascii;
    }

    /// <summary>The name with A-labels; null if the text is not a host name.</summary>
    public static string? TryNormalize(string name) =>
        HostAddress.Parse(name) is null && !EndsInNumber(name) && Read(name, out string ascii) is null ? ascii : null;

    /// <summary>Throws for a text that looks like an IP address but is not one: a top-level domain is never a number (RFC 1123 2.1).</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.InvalidHostName"/>.</exception>
    public static void CheckNotNumeric(string name)
    {
        if (HostAddress.Parse(name) is null && EndsInNumber(name))
            throw new PgSslException(
                PgSslError.InvalidHostName,
                $"\"{PrintableText.Of(name)}\" looks like an IP address, but is not one.",
                "An address has four numbers up to 255, as in 10.0.0.1; a host name does not end in a number.");
    }

    /// <summary>Reads an IP address; null for everything else, such as shortened or octal numbers.</summary>
    public static IPAddress? TryParseAddress(string text)
    {
        if (HostAddress.ParseV6(text) is { } bytes)
            return new IPAddress(bytes);
        return IPAddress.TryParse(text, out IPAddress? address)
            && address.AddressFamily == AddressFamily.InterNetwork && address.ToString() == text ? address : null;
    }

    /// <summary>Reads an IP address.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.InvalidHostName"/>.</exception>
    public static IPAddress ParseAddress(string text) => TryParseAddress(text) ?? throw new PgSslException(
        PgSslError.InvalidHostName,
        $"\"{PrintableText.Of(text)}\" is not an IP address.",
        "Write 10.0.0.1 or 2001:db8::1, without brackets, prefix length or zone; give host names with -DnsName.");

    private static bool EndsInNumber(string name) => name.Split(Dots)[^1] is { Length: > 0 } last && last.All(char.IsAsciiDigit);

    /// <summary>Returns what is wrong with a name, or null and the name with A-labels.</summary>
    private static string? Read(string name, out string ascii)
    {
        ascii = "";
        string[] labels = name.Split(Dots);
        for (int i = 0; i < labels.Length; i++)
        {
            if (i == 0 && labels.Length > 1 && labels[i] == Wildcard)
                continue;
            if (ReadLabel(labels[i], isLast: i == labels.Length - 1, out labels[i]) is { } objection)
                return objection;
        }
        ascii = string.Join('.', labels);
        return ascii.Length > LongestName ? $"it has {ascii.Length} characters, and DNS allows {LongestName}" : null;
    }

    private static string? ReadLabel(string label, bool isLast, out string ascii)
    {
        ascii = label;
        if (label.Length == 0)
            return isLast ? "it ends in a dot, or is empty" : "two dots follow each other, or it begins with one";
        if (label.Contains('*', StringComparison.Ordinal))
            return "a * must be the whole first label, with a domain after it: *.example.com";
        if (label.Any(c => char.IsWhiteSpace(c) || char.IsControl(c)))
            return "it contains a space or a control character";
        try
        {
            ascii = label.All(char.IsAscii) ? label : new IdnMapping { UseStd3AsciiRules = true }.GetAscii(label);
        }
        catch (ArgumentException)
        {
            return $"\"{label}\" cannot be written in the ASCII form of international names (IDNA)";
        }
        if (ascii.FirstOrDefault(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_')) is var odd and not '\0')
            return $"it contains a {odd}";
        if (ascii[0] == '-' || ascii[^1] == '-')
            return $"\"{ascii}\" begins or ends with a hyphen";
        return ascii.Length > LongestLabel ? $"\"{ascii}\" has {ascii.Length} characters, and DNS allows {LongestLabel}" : null;
    }
}
