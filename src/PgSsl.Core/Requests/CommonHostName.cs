using PgSsl.Certificates;
using PgSsl.Common;
using PgSsl.Connections;

namespace PgSsl.Requests;

/// <summary>
/// The common name of a server, as it was typed. A text that is not a host name may be intended, such as project:instance; a mistyped
/// host name is an error, because a client could not find the server by it.
/// </summary>
internal static class CommonHostName
{
    private const string AfterScheme = "://";

    /// <summary>The name with A-labels if it is a host name; otherwise the text itself.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.InvalidHostName"/>: it is a mistyped host name.</exception>
    public static string Read(string commonName)
    {
        if (CertificateHostName.TryParseAddress(commonName) is not null)
            return commonName;
        if (FindSlip(commonName) is { } slip)
            throw new PgSslException(
                PgSslError.InvalidHostName,
                $"The common name \"{PrintableText.Of(SecretMask.Apply(commonName))}\" {slip.What}; " +
                "the common name of a server is its host name alone.",
                slip.BareName.Length == 0 ? "Name the server: -CommonName db1.example.com"
                    : $"Write -CommonName '{PrintableText.Of(slip.BareName)}'");
        CertificateHostName.CheckNotNumeric(commonName);
        return commonName.Contains('*', StringComparison.Ordinal)
            ? CertificateHostName.Normalize(commonName)
            : CertificateHostName.TryNormalize(commonName) ?? commonName;
    }

    private static (string What, string BareName)? FindSlip(string text)
    {
        string bare = BareName(text.Trim());
        if (text.Contains(AfterScheme, StringComparison.Ordinal))
            return ("is a URL", bare);
        if (text.Trim() != text)
            return ("begins or ends with a space", bare);
        if (bare != text)
            return (text[0] == '[' ? "has brackets" : "has a port", bare);
        return null;
    }

    private static string BareName(string text)
    {
        string authority = text;
        if (text.IndexOf(AfterScheme, StringComparison.Ordinal) is var scheme and >= 0)
        {
            authority = text[(scheme + AfterScheme.Length)..].Split('/', '?', '#')[0];
            // RFC 3986 3.2.1: a user and a password may stand before the host.
            authority = authority[(authority.LastIndexOf('@') + 1)..];
        }
        int colon = authority.LastIndexOf(':');
        string host = colon > 0 && authority[(colon + 1)..] is { Length: > 0 } port && port.All(char.IsAsciiDigit) ? authority[..colon] : authority;
        if (host.StartsWith('[') && host.EndsWith(']'))
            return host[1..^1];
        bool isHost = CertificateHostName.TryNormalize(host) is not null || CertificateHostName.TryParseAddress(host) is not null;
        return isHost && CertificateHostName.TryParseAddress(authority) is null ? host : authority;
    }
}
