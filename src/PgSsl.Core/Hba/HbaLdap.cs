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
            throw new HbaRefusal($"invalid LDAP port number: \"{option.Value}\"");
        if (option.Name == "ldapurl")
            _ = PartsOfUrl(option.Value);
    }

    /// <summary>Checks which options there are together.</summary>
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

    /// <summary>atoi: digits at the start count, what follows does not.</summary>
    public static int LeadingInteger(string text)
    {
        ReadOnlySpan<char> digits = text.AsSpan().TrimStart(" \t\n\v\f\r");
        int length = digits.Length > 0 && digits[0] is '+' or '-' ? 1 : 0;
        while (length < digits.Length && char.IsAsciiDigit(digits[length]))
            length++;
        return (int)(long.TryParse(digits[..length], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number : 0);
    }

    /// <summary>Which options a URL stands for. One without a base DN stands for the empty one.</summary>
    private static List<string> PartsOfUrl(string url)
    {
        string text = url.StartsWith('<') && url.EndsWith('>') ? url[1..^1] : url;
        if (text.StartsWith("URL:", StringComparison.OrdinalIgnoreCase))
            text = text[4..];
        string scheme = Schemes.FirstOrDefault(one => text.StartsWith(one, StringComparison.OrdinalIgnoreCase)) ?? throw Bad(url, "Bad parameter to an ldap routine");
        if (scheme is not ("ldap://" or "ldaps://"))
            throw new HbaRefusal($"unsupported LDAP URL scheme: {scheme[..^3]}");

        string rest = text[scheme.Length..];
        int slash = rest.IndexOf('/', StringComparison.Ordinal);
        CheckHost(slash < 0 ? rest : rest[..slash], url);
        List<string> found = ["ldapserver", "ldapport", "ldapbasedn"];
        if (slash < 0)
            return found;
        string[] parts = rest[(slash + 1)..].Split('?', 5);
        if (parts.Length > 1 && parts[1].Length > 0)
            found.Add("ldapsearchattribute");
        if (parts.Length > 2 && !Scopes.Contains(parts[2], StringComparer.OrdinalIgnoreCase))
            throw Bad(url, "Bad parameter to an ldap routine");
        if (parts.Length > 3 && parts[3].Length > 0)
            found.Add("ldapsearchfilter");
        if (parts.Length > 4 && parts[4].Length == 0)
            throw Bad(url, "Bad parameter to an ldap routine");
        return found;
    }

    private static void CheckHost(string host, string url)
    {
        int end = host.StartsWith('[') ? host.IndexOf(']', StringComparison.Ordinal) : 0;
        if (end < 0)
            throw Bad(url, "Bad parameter to an ldap routine");
        int colon = host.IndexOf(':', end);
        if (colon >= 0 && !(int.TryParse(host[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port <= ushort.MaxValue))
            throw Bad(url, "Bad parameter to an ldap routine");
    }

    private static HbaRefusal Bad(string url, string why) => new($"could not parse LDAP URL \"{url}\": {why}");
}
