using System.Formats.Asn1;
using System.Text;
using PgSsl.Asn1;

namespace PgSsl.Certificates;

/// <summary>Compares one name with one constraint (crypto/x509/v3_ncons.c, nc_match_single and below).</summary>
internal static class NameConstraintMatch
{
    private const int LongestDomain = 254;

    /// <summary>
    /// <see cref="ChainError.None"/> if the name is in the subtree, <see cref="ChainError.NameNotPermitted"/> if not, or why they cannot be
    /// compared.
    /// </summary>
    public static ChainError Compare(GeneralName name, GeneralName constraint) => name.Kind switch
    {
        GeneralNameKind.Directory => Lies(name.Directory!.IsWithin(constraint.Directory!)),
        GeneralNameKind.Dns => Lies(IsInDomain(Text(name), Text(constraint))),
        GeneralNameKind.Email => CompareEmail(Text(name), Text(constraint)),
        GeneralNameKind.Uri => CompareUri(Text(name), Text(constraint)),
        GeneralNameKind.IpAddress => CompareAddress(name.Value.Span, constraint.Value.Span),
        GeneralNameKind.OtherName when name.OtherNameType == Oids.SmtpUtf8Mailbox => CompareInternational(name, constraint.Value.Span),
        _ => ChainError.UnsupportedNameConstraint,
    };

    private static ChainError Lies(bool within) => within ? ChainError.None : ChainError.NameNotPermitted;

    private static string Text(GeneralName name) => Encoding.Latin1.GetString(name.Value.Span);

    private static bool IsInDomain(string host, string domain)
    {
        if (domain.Length == 0)
            return true;
        if (!EndsWith(host, domain))
            return false;
        return host.Length == domain.Length || domain[0] == '.' || host[^(domain.Length + 1)] == '.';
    }

    private static ChainError CompareEmail(string address, string constraint)
    {
        int at = address.LastIndexOf('@');
        if (at < 0)
            return ChainError.UnsupportedNameSyntax;
        int constraintAt = constraint.LastIndexOf('@');
        if (constraintAt < 0 && constraint.StartsWith('.'))
            return Lies(address.Length > constraint.Length && EndsWith(address, constraint));
        if (constraintAt > 0)
        {
            // The part before '@' is case-sensitive, the host is not.
            if (constraint[..constraintAt] != address[..at])
                return ChainError.NameNotPermitted;
            if (address.AsSpan(0, at).Contains('\0'))
                return ChainError.UnsupportedNameSyntax;
        }
        return Lies(IsSame(constraint[(constraintAt + 1)..], address[(at + 1)..]));
    }

    /// <summary>
    /// RFC 8398 6; v3_ncons.c, nc_email_eai. A constraint on a domain in Punycode is not converted, but counts as one that cannot be compared.
    /// </summary>
    private static ChainError CompareInternational(GeneralName name, ReadOnlySpan<byte> constraint)
    {
        ReadOnlySpan<byte> address = name.Value.Span;
        int at = address.LastIndexOf((byte)'@');
        if (constraint.Contains((byte)0) || at < 0 || name.OtherNameTag is not { TagValue: (int)UniversalTagNumber.UTF8String })
            return ChainError.UnsupportedNameSyntax;
        string domain = Encoding.Latin1.GetString(constraint);
        // OpenSSL puts a second dot before a domain that begins with one.
        if (domain.StartsWith('.'))
            domain = "." + domain;
        if (domain.Length > LongestDomain || domain.Split('.').Any(label => label.StartsWith("xn--", StringComparison.Ordinal)))
            return ChainError.Unspecified;
        string host = Encoding.Latin1.GetString(domain.StartsWith('.') ? address : address[(at + 1)..]);
        return Lies(domain.StartsWith('.')
            ? host.Length > domain.Length && EndsWith(host, domain)
            : IsSame(host, domain));
    }

    private static bool EndsWith(string text, string end) => text.Length >= end.Length && IsSame(text[^end.Length..], end);

    /// <summary>v3_ncons.c, ia5ncasecmp: only the letters of ASCII have a case.</summary>
    private static bool IsSame(string one, string other) => one.Length == other.Length && !one.Where((c, i) => Lower(c) != Lower(other[i])).Any();

    private static char Lower(char c) => c is >= 'A' and <= 'Z' ? (char)(c | 0x20) : c;

    private static ChainError CompareUri(string uri, string constraint)
    {
        int colon = uri.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 || !uri.AsSpan(colon).StartsWith("://"))
            return ChainError.UnsupportedNameSyntax;
        string rest = uri[(colon + 3)..];
        int end = rest.IndexOf(':', StringComparison.Ordinal);
        if (end < 0)
            end = rest.IndexOf('/', StringComparison.Ordinal);
        string host = end < 0 ? rest : rest[..end];
        if (host.Length == 0)
            return ChainError.UnsupportedNameSyntax;
        return constraint.StartsWith('.')
            ? Lies(host.Length > constraint.Length && EndsWith(host, constraint))
            : Lies(IsSame(host, constraint));
    }

    private static ChainError CompareAddress(ReadOnlySpan<byte> address, ReadOnlySpan<byte> network)
    {
        if (address.Length is not (4 or 16) || network.Length is not (8 or 32))
            return ChainError.UnsupportedNameSyntax;
        if (address.Length * 2 != network.Length)
            return ChainError.NameNotPermitted;
        ReadOnlySpan<byte> mask = network[address.Length..];
        for (int i = 0; i < address.Length; i++)
        {
            if ((address[i] & mask[i]) != (network[i] & mask[i]))
                return ChainError.NameNotPermitted;
        }
        return ChainError.None;
    }
}
