using System.Text;

namespace PgSsl.Certificates;

/// <summary>Compares one name with one constraint (crypto/x509/v3_ncons.c, nc_match_single and below).</summary>
internal static class NameConstraintMatch
{
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
        _ => ChainError.UnsupportedNameConstraint,
    };

    private static ChainError Lies(bool within) => within ? ChainError.None : ChainError.NameNotPermitted;

    private static string Text(GeneralName name) => Encoding.Latin1.GetString(name.Value.Span);

    private static bool IsInDomain(string host, string domain)
    {
        if (domain.Length == 0)
            return true;
        if (!host.EndsWith(domain, StringComparison.OrdinalIgnoreCase))
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
            return Lies(address.Length > constraint.Length && address.EndsWith(constraint, StringComparison.OrdinalIgnoreCase));
        if (constraintAt > 0)
        {
            // The part before '@' is case-sensitive, the host is not.
            if (constraint[..constraintAt] != address[..at])
                return ChainError.NameNotPermitted;
            if (address.AsSpan(0, at).Contains('\0'))
                return ChainError.UnsupportedNameSyntax;
        }
        return Lies(constraint[(constraintAt + 1)..].Equals(address[(at + 1)..], StringComparison.OrdinalIgnoreCase));
    }

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
            ? Lies(host.Length > constraint.Length && host.EndsWith(constraint, StringComparison.OrdinalIgnoreCase))
            : Lies(host.Equals(constraint, StringComparison.OrdinalIgnoreCase));
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
