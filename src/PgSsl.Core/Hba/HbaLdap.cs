using System.Globalization;

namespace PgSsl.Hba;

/// <summary>The options of method ldap (hba.c, parse_hba_auth_opt and parse_hba_line; OpenLDAP's url.c, ldap_url_parse).</summary>
internal static class HbaLdap
{
    private static readonly string[] Schemes = ["ldap://", "ldaps://", "ldapi://", "cldap://", "pldap://", "pldaps://"];
    private static readonly string[] Scopes = ["", "base", "one", "onelevel", "sub", "subtree", "subord", "subordinate", "children"];
    private static readonly string[] BindOptions = ["ldapbasedn", "ldapbinddn", "ldapbindpasswd", "ldapsearchattribute", "ldapsearchfilter"];

    /// <summary>Checks the value of one option.</summary>
    /// <exception cref="HbaRefusal">The server refuses it.</exception>
    public static void Check(HbaOption option)
    {
        if (option.Name == "ldapport" && LeadingInteger(option.Value) == 0)
            throw new HbaRefusal("invalid LDAP port number: \"", option.Value, "\"");
        if (option.Name == "ldapurl")
            _ = PartsOfUrl(option.Value);
    }

    /// <summary>Checks the options together.</summary>
    /// <exception cref="HbaRefusal">The server refuses them.</exception>
    public static void CheckTogether(IReadOnlyList<HbaOption> options)
    {
        HashSet<string> set = [];
        foreach (HbaOption option in options)
            set.UnionWith(option.Name == "ldapurl" ? PartsOfUrl(option.Value) : [option.Name]);
        if (set.Contains("ldapprefix") || set.Contains("ldapsuffix"))
        {
            if (set.Overlaps(BindOptions))
                throw new HbaRefusal("cannot mix options for simple bind and search+bind modes");
        }
        else if (!set.Contains("ldapbasedn"))
            throw new HbaRefusal("authentication method \"ldap\" requires argument \"ldapbasedn\", \"ldapprefix\", or \"ldapsuffix\" to be set");
        if (set.Contains("ldapsearchattribute") && set.Contains("ldapsearchfilter"))
            throw new HbaRefusal("cannot use ldapsearchattribute together with ldapsearchfilter");
    }

    /// <summary>atoi: digits at the start count, and whatever follows is ignored.</summary>
    public static int LeadingInteger(string text) => (int)(Strtol(text).Number ?? 0);

    /// <summary>strtol, in the C locale and for 64 bits.</summary>
    private static (long? Number, bool IsWhole) Strtol(string text)
    {
        ReadOnlySpan<char> digits = text.AsSpan().TrimStart(" \t\n\v\f\r");
        int sign = digits.Length > 0 && digits[0] is '+' or '-' ? 1 : 0, length = sign;
        while (length < digits.Length && char.IsAsciiDigit(digits[length]))
            length++;
        if (length == sign)
            return (null, false);
        bool fits = long.TryParse(digits[..length], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number);
        return (fits ? number : digits[0] == '-' ? long.MinValue : long.MaxValue, length == digits.Length);
    }

    /// <summary>The options that a URL stands for. A URL without a slash behind the host does not set a base DN.</summary>
    private static List<string> PartsOfUrl(string url)
    {
        string text = url.StartsWith('<') && url.EndsWith('>') ? url[1..^1] : url;
        if (text.StartsWith("URL:", StringComparison.OrdinalIgnoreCase))
            text = text[4..];
        string scheme = Schemes.FirstOrDefault(known => text.StartsWith(known, StringComparison.OrdinalIgnoreCase)) ?? throw Bad(url);
        if (scheme is not ("ldap://" or "ldaps://"))
            throw new HbaRefusal($"unsupported LDAP URL scheme: {scheme[..^3]}");

        string rest = text[scheme.Length..];
        int slash = rest.IndexOf('/', StringComparison.Ordinal);
        CheckHost(slash < 0 ? rest.Split('?')[0] : rest[..slash], url);
        List<string> found = ["ldapserver", "ldapport"];
        if (slash < 0)
            return found;
        found.Add("ldapbasedn");
        string[] parts = rest[(slash + 1)..].Split('?');
        if (parts.Length > 1 && parts[1].Length > 0)
        {
            // The server uses the first attribute without checking that there is one, and crashes.
            if (Unescape(parts[1]).Trim(',').Length == 0)
                throw Bad(url);
            found.Add("ldapsearchattribute");
        }
        if (parts.Length > 2 && !Scopes.Contains(Unescape(parts[2]), StringComparer.OrdinalIgnoreCase))
            throw Bad(url);
        if (parts.Length > 3 && parts[3].Length > 0)
        {
            if (Unescape(parts[3]).Length == 0)
                throw Bad(url);
            found.Add("ldapsearchfilter");
        }
        return parts.Length < 5 || (parts.Length == 5 && parts[4].Trim(',').Length > 0) ? found : throw Bad(url);
    }

    private static void CheckHost(string host, string url)
    {
        int end = host.StartsWith('[') ? host.IndexOf(']', StringComparison.Ordinal) + 1 : host.IndexOf(':', StringComparison.Ordinal);
        if (host.StartsWith('[') && end == 0)
            throw Bad(url);
        // Any number is taken, even one that cannot be a port.
        if (end >= 0 && end < host.Length && host[end] == ':' && !Strtol(host[(end + 1)..]).IsWhole)
            throw Bad(url);
    }

    // ldap_pvt_hex_unescape: after one wrong sequence, nothing is left.
    private static string Unescape(string text)
    {
        for (int i = text.IndexOf('%', StringComparison.Ordinal); i >= 0; i = text.IndexOf('%', i + 1))
            if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2]))
                return "";
        return Uri.UnescapeDataString(text);
    }

    private static HbaRefusal Bad(string url) => new("could not parse LDAP URL \"", url, "\": Bad parameter to an ldap routine");
}
