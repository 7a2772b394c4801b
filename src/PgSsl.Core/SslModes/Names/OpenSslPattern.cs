namespace PgSsl.SslModes.Names;

/// <summary>A name with or without a wildcard as OpenSSL compares it (crypto/x509/v3_utl.c, equal_wildcard), whole-label wildcards only.</summary>
internal static class OpenSslPattern
{
    public static bool Matches(string pattern, string host)
    {
        if (!IsWildcard(pattern))
            return !pattern.Contains('\0') && pattern.Equals(host, StringComparison.OrdinalIgnoreCase);
        ReadOnlySpan<char> suffix = pattern.AsSpan(1);
        if (host.Length <= suffix.Length || !host.AsSpan().EndsWith(suffix, StringComparison.OrdinalIgnoreCase))
            return false;
        // wildcard_match: the part under the wildcard may have letters, digits and hyphens only, so no underscore.
        return Label(host.AsSpan(0, host.Length - suffix.Length));
    }

    /// <summary>valid_star: a first label "*", then at least two labels of letters, digits and inner hyphens.</summary>
    private static bool IsWildcard(string pattern)
    {
        string[] labels = pattern.Split('.');
        return labels.Length > 2 && labels[0] == "*"
            && labels.Skip(1).All(label => Label(label) && !label.StartsWith('-') && !label.EndsWith('-'));
    }

    private static bool Label(ReadOnlySpan<char> text)
    {
        foreach (char c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '-')
                return false;
        }
        return text.Length > 0;
    }
}
