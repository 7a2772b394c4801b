using System.Globalization;
using PgSsl.Hba;

namespace PgSsl.Tests.Hba;

/// <summary>The options that the view shows for a record: not as written, but as they take effect (hbafuncs.c, get_hba_options).</summary>
internal static class HbaViewOptions
{
    /// <summary>In the order of the view; the value is null where the view does not show the option.</summary>
    public static IEnumerable<(string Name, string? Value)> Of(HbaRecord record, HbaDialect dialect) =>
    [
        .. record.Method is "gss" or "sspi" ? Gss(record) : [],
        ("map", record.Option("map")),
        ("clientcert", record.Method == "cert" ? "verify-full" : record.Option("clientcert")),
        ("pamservice", record.Option("pamservice")),
        .. record.Method == "ldap" ? Ldap(record) : [],
        .. record.Method == "radius" ? Written(record, "radiusservers", "radiussecrets", "radiusidentifiers", "radiusports") : [],
        .. record.Method == "oauth" ? OAuth(record, dialect) : [],
    ];

    private static IEnumerable<(string, string?)> Gss(HbaRecord record) =>
        [("include_realm", record.Option("include_realm") is null or "1" ? "true" : null), ("krb_realm", record.Option("krb_realm"))];

    private static IEnumerable<(string, string?)> OAuth(HbaRecord record, HbaDialect dialect) =>
    [
        .. Written(record, "issuer", "scope"),
        ("validator", record.Option("validator") ?? dialect.OAuthValidators?.Single()),
        ("delegate_ident_mapping", record.Option("delegate_ident_mapping") == "1" ? "true" : null),
    ];

    private static IEnumerable<(string, string?)> Written(HbaRecord record, params IEnumerable<string> names) =>
        names.Select(name => (name, record.Option(name)));

    // A URL sets several; what comes later wins. Any other option sets the scope back to that of a subtree.
    private static IEnumerable<(string, string?)> Ldap(HbaRecord record)
    {
        var set = new Dictionary<string, string?>();
        foreach (HbaOption option in record.Options)
        {
            set["ldapscope"] = "2";
            if (option.Name != "ldapurl")
                set[option.Name] = option.Value;
            else
                foreach ((string name, string value) in LdapUrls.PartsOf(option.Value))
                    set[name] = value;
        }
        string? Value(string name) => set.GetValueOrDefault(name);
        string? port = Value("ldapport") is { } text ? HbaLdap.LeadingInteger(text).ToString(CultureInfo.InvariantCulture) : null;
        return
        [
            ("ldapserver", Value("ldapserver")), ("ldapport", port), ("ldapscheme", Value("ldapscheme")),
            ("ldaptls", Value("ldaptls") == "1" ? "true" : null),
            .. ((string[])["ldapprefix", "ldapsuffix", "ldapbasedn", "ldapbinddn", "ldapbindpasswd", "ldapsearchattribute", "ldapsearchfilter"])
                .Select(name => (name, Value(name))),
            ("ldapscope", Value("ldapscope") is "0" ? null : Value("ldapscope")),
        ];
    }
}

/// <summary>LDAP URLs, and what the server makes of each.</summary>
internal static class LdapUrls
{
    private static readonly Dictionary<string, (string Name, string Value)[]> Parts = new()
    {
        ["ldap://ldap.test/dc=a?uid?sub"] = Of("ldap", "ldap.test", "389", "dc=a", "2", "uid"),
        ["ldaps://ldap.test/dc=a"] = Of("ldaps", "ldap.test", "636", "dc=a", "0"),
        ["ldaps://ldap.test"] = Of("ldaps", "ldap.test", "636", null, "0"),
        ["ldap:///dc=a?uid"] = Of("ldap", null, "389", "dc=a", "0", "uid"),
        ["ldap://ldap.test:1389/?uid,cn?one"] = Of("ldap", "ldap.test", "1389", "", "1", "uid"),
        ["ldap://ldap.test/dc=a??base?(cn=x)"] = Of("ldap", "ldap.test", "389", "dc=a", "0", null, "(cn=x)"),
        ["LDAP://[::1]:389/dc=a"] = Of("ldap", "::1", "389", "dc=a", "0"),
        ["<URL:ldap://ldap.test/dc=a>"] = Of("ldap", "ldap.test", "389", "dc=a", "0"),
        ["ldap://ldap.test/dc=a%20b???"] = Of("ldap", "ldap.test", "389", "dc=a b", "0"),
        ["ldap://h:99999/d%zz????x"] = Of("ldap", "h", "99999", "", "0"),
        ["ldap://h: +5/%41"] = Of("ldap", "h", "5", "A", "0"),
        ["ldap://[::1]x/d??children"] = Of("ldap", "::1", "389", "d", "3"),
        ["ldap://h/d?%2c,b"] = Of("ldap", "h", "389", "d", "0", "b"),
        ["ldap://h??sub"] = Of("ldap", "h", "389", null, "0"),
        ["ldap://:0/ "] = Of("ldap", null, "389", " ", "0"),
    };

    /// <summary>Those that the server takes.</summary>
    public static IReadOnlyList<string> Good { get; } = [.. Parts.Keys];

    /// <summary>Those that it refuses.</summary>
    public static IReadOnlyList<string> Bad { get; } =
    [
        "http://ldap.test", "ldapi:///dc=a", "ldap.test", "", "ldap://ldap.test:x/", "ldap://h:/", "ldap://h:5x/", "ldap://::1/", "ldap://h/d???%",
        "ldap://h/d????,", "ldap://h/d????x?", "<ldap://h/d", "URL:<ldap://h/d>", "ldap://[::1/dc=a", "ldap://h/dc=a?uid?wide",
        "ldap://h/dc=a????", "cldap://h/", "ldap:/h",
    ];

    /// <summary>Whether it is known here what the server makes of a URL.</summary>
    public static bool IsKnown(string url) => Parts.ContainsKey(url) || Bad.Contains(url);

    /// <summary>The options that a URL of <see cref="Good"/> stands for.</summary>
    public static (string Name, string Value)[] PartsOf(string url) => Parts[url];

    private static (string, string)[] Of(
        string scheme, string? host, string port, string? dn, string scope, string? attribute = null, string? filter = null) =>
    [
        ("ldapscheme", scheme), ("ldapport", port), ("ldapscope", scope),
        .. dn is null ? [] : ((string, string)[])[("ldapbasedn", dn)],
        .. host is null ? [] : ((string, string)[])[("ldapserver", host)],
        .. attribute is null ? [] : ((string, string)[])[("ldapsearchattribute", attribute)],
        .. filter is null ? [] : ((string, string)[])[("ldapsearchfilter", filter)],
    ];
}
