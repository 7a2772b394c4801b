using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using PgSsl.Asn1;
using PgSsl.Common;

namespace PgSsl.Certificates.Verification;

/// <summary>
/// The name check of <c>sslmode=verify-full</c> (libpq 15 and later: fe-secure-common.c, pq_verify_peer_name_matches_certificate;
/// fe-secure-openssl.c, pgtls_verify_peer_name_matches_certificate_guts).
/// </summary>
internal static class HostNameVerifier
{
    private const string EmbeddedNul = "SSL certificate's name contains embedded null";

    /// <summary>Compares the names of a leaf with the <c>host</c> that was asked for: a name or an address.</summary>
    public static NameVerdict Verify(X509Certificate2 leaf, string host)
    {
        if (host.Length == 0)
            return Refuse(null, 0, "host name must be specified for a verified SSL connection");
        ParsedCertificate? certificate = ParsedCertificate.Of(leaf);
        GeneralNameKind hostKind = HostAddress.Parse(host) is null ? GeneralNameKind.Dns : GeneralNameKind.IpAddress;
        // OpenSSL ignores unreadable alternative names, so the common name is used then.
        IReadOnlyList<GeneralName> alternatives = certificate?.Extensions.SubjectAlternativeNames ?? [];

        string? first = null;
        int examined = 0;
        foreach (GeneralName name in alternatives.Where(name => name.Kind is GeneralNameKind.Dns or GeneralNameKind.IpAddress))
        {
            examined++;
            bool isDns = name.Kind == GeneralNameKind.Dns;
            if (Malformed(name) is { } fault)
                return Refuse(first, examined, fault);
            first ??= isDns ? PrintableText.Of(Encoding.Latin1.GetString(name.Value.Span)) : new IPAddress(name.Value.Span).ToString();
            if (Matches(name, host))
                return new NameVerdict(true, isDns ? NameSource.DnsName : NameSource.IpAddress, first, examined, "");
        }

        // The common name is used unless an alternative name is of the host's own kind. If the host is an address, it is used even if there are
        // dNSNames, which RFC 6125 forbids.
        NameAttribute? commonName = certificate?.Subject.AttributesOf(Oids.CommonName).FirstOrDefault();
        if (commonName is not null && alternatives.All(name => name.Kind != hostKind))
        {
            examined++;
            if (commonName.Content.Span.Contains((byte)0))
                return Refuse(first, examined, EmbeddedNul);
            first ??= PrintableText.Of(Encoding.UTF8.GetString(commonName.Content.Span));
            if (MatchesName(commonName.Content.Span, host))
                return new NameVerdict(true, NameSource.CommonName, first, examined, "");
        }
        return Refuse(first, examined, Mismatch(first, examined, host));
    }

    /// <summary>Whether libpq finds a host in an alternative name.</summary>
    internal static bool Matches(GeneralName name, string host) => name.Kind switch
    {
        GeneralNameKind.Dns => MatchesName(name.Value.Span, host),
        GeneralNameKind.IpAddress => MatchesAddress(name.Value.Span, host),
        _ => false,
    };

    private static NameVerdict Refuse(string? first, int examined, string reason) => new(false, NameSource.None, first, examined, reason);

    private static string Mismatch(string? first, int examined, string host) => examined switch
    {
        0 => "could not get server's host name from server certificate",
        1 => $"server certificate for \"{first}\" does not match host name \"{host}\"",
        2 => $"server certificate for \"{first}\" (and 1 other name) does not match host name \"{host}\"",
        _ => $"server certificate for \"{first}\" (and {examined - 1} other names) does not match host name \"{host}\"",
    };

    private static string? Malformed(GeneralName name)
    {
        if (name.Kind == GeneralNameKind.Dns)
            return name.Value.Span.Contains((byte)0) ? EmbeddedNul : null;
        return name.Value.Length is 4 or 16 ? null : $"certificate contains IP address with invalid length {name.Value.Length}";
    }

    private static bool MatchesAddress(ReadOnlySpan<byte> address, string host) =>
        address.SequenceEqual(address.Length == 4 ? HostAddress.ParseV4(host) : HostAddress.ParseV6(host));

    private static bool MatchesName(ReadOnlySpan<byte> name, string host)
    {
        byte[] hostBytes = Encoding.UTF8.GetBytes(host);
        return SameIgnoringAsciiCase(name, hostBytes) || MatchesWildcard(name, hostBytes);
    }

    /// <summary>fe-secure-common.c, wildcard_certificate_match: "*." at the start matches exactly one label.</summary>
    private static bool MatchesWildcard(ReadOnlySpan<byte> pattern, ReadOnlySpan<byte> host)
    {
        if (pattern.Length < 3 || !pattern.StartsWith("*."u8) || pattern.Length > host.Length)
            return false;
        int suffix = host.Length - pattern.Length + 1;
        return SameIgnoringAsciiCase(pattern[1..], host[suffix..]) && !host[..(suffix - 1)].Contains((byte)'.');
    }

    private static bool SameIgnoringAsciiCase(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        if (a.Length != b.Length)
            return false;
        for (int i = 0; i < a.Length; i++)
        {
            if (Lower(a[i]) != Lower(b[i]))
                return false;
        }
        return true;
    }

    private static byte Lower(byte b) => b is >= (byte)'A' and <= (byte)'Z' ? (byte)(b | 0x20) : b;
}
