namespace PgSsl.Tests.Hba;

/// <summary>What the generated files consist of. Texts have a character for each byte.</summary>
internal static class HbaWords
{
    public static readonly string[] Types = ["local", "host", "hostssl", "hostnossl", "hostgssenc", "hostnogssenc"];

    public static readonly string[] OddTypes =
        ["HOST", "Local", "hostSSL", "hos", "hosts", "hostnogss", "hostssl ", "", "all", "host,local", "\u00EF\u00BB\u00BFlocal", "@side", "\u00E4"];

    public static readonly string[] Databases =
    [
        "all", "sameuser", "samerole", "samegroup", "replication", "db1", "db2", "app", "ALL", "Replication", "a b", "x\"y", "d\u00C3\u00BC",
        "d\u00FC", "#1",
        "a,b", "/^app", "/db$", "/", "/(", "/a{2,1}", "/[[:alpha:]]+", "/[", "/\\mapp", "/(?=x)", "/***=(", "/a**", "+grp", "@", "\\", "-",
    ];

    public static readonly string[] Users =
    [
        "all", "alice", "bob", "+admins", "+", "++x", "sameuser", "replication", "ALL", "o'neil", "a b", "x\"y", "/^a", "u\u00C3\u00B6", "@",
        "pg_monitor",
        "\\", "=",
    ];

    public static readonly string[] IPv4 =
    [
        "127.0.0.1", "10.1.2.3", "0.0.0.0", "255.255.255.255", "192.168.0.0", "127.1", "0x7f.1", "010.1", "1", "4294967295", "4294967296",
        "0xFFFFFFFF",
        "1.2.3.256", "1.16777216", "1.2.65535", "1.2.65536", "0x", "08.1", "1.", ".1", "1..2", "1.2.3.4.5", "1.2.3.4.", "0x0000000000000000000001.1",
        "00000000000000000000000000000000000000000000000000000000000000000000001.2.3.4", "0X1f.0x2.3.07", "+1.2.3.4", "-1", "1.2.3.4x", "1.2.3.4%1",
        "18446744073709551617", "\u00B2.1", "01.02.03.04", "1e3",
    ];

    public static readonly string[] IPv6 =
    [
        "::", "::1", "fe80::1", "fe80::1%1", "fe80::1%0", "fe80::1%nic0", "fe80::1%", "fe80::%1%2", "2001:db8::", "2001:DB8:0:0:1::1",
        "::ffff:1.2.3.4",
        "::1.2.3.4", "::ffff:0:1.2.3.4", "::ffff:010.1.1.1", "::0x7f.1", "::1.2.3", "::1.2.3.256", "fe80::5efe:1.2.3.4", "fe80::200:5efe:102:304",
        "64:ff9b::1.2.3.4", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "1::2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7",
        "::12345",
        "::00001", ":::", "1:::2", ":1::2", "1::2:", "::g", "[::1]", "1:0:0:2:0:0:0:3", "1:0:0:2:3:0:0:4", "0:0:0:0:0:ffff:102:304",
        "0:0:0:0:1:ffff:102:304",
        "1:0:2:0:3:0:4:0", "0:1:2:3:4:5:6:7", "1:2:3:4:5:6:0:0", "::1:0", "::1:0:0", "::fffe:1.2.3.4", "ffff:ffff::", "1:2:3:4:5:6:1.2.3.4",
        "2001:db8::1%1",
        "2001:db8::1%x", "ff02::1%1", "fe80::1%4294967296", "fe80::1%+1", "::1%1/64", "1.2.3.4::", "::1.2.3.4:5", "0x1::2",
    ];

    public static readonly string[] Masks =
    [
        "255.255.255.255", "255.0.0.0", "255.255.255.0", "0.0.0.0", "255.0.255.0", "0x7f.1", "255.", "0xffffff00", "ffff::", "ffff:ffff:ffff:ffff::",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::", "ffff::ffff", "f0f0::", "md5", "all", "localhost", "", "/24", "255.255.255.0/24",
    ];

    public static readonly string[] Prefixes =
        ["0", "8", "16", "24", "32", "33", "64", "128", "129", "-1", "+8", " 8", "\t8", "8 ", "-0", "", " ", "08", "0x8", "8/8",
            "99999999999999999999", "\v8", "+ 8", "8x"];

    public static readonly string[] HostNames =
        ["localhost", "db.a.test", ".a.test", ".", "a_b", "db.a.test.", "-", "ALL", "SameHost", "d\u00C3\u00BC.test", "xn--d.test", "a b", "1a",
            "a:b", "255.x"];

    public static readonly string[] Methods = ["trust", "reject", "md5", "password", "scram-sha-256", "ident", "peer", "cert", "gss", "sspi", "pam",
        "bsd", "ldap", "radius", "oauth"];

    public static readonly string[] OddMethods = ["MD5", "Trust", "scram", "krb5", "crypt", "implicit reject", "", "trust=1", "none", "trust,md5"];

    private static readonly string[] ClientCertificate =
    [
        "clientcert=verify-ca", "clientcert=verify-full", "clientcert=1", "clientcert=0", "clientcert=no-verify", "clientcert=",
        "clientcert=Verify-CA",
        "clientname=CN", "clientname=DN", "clientname=cn", "clientname=",
    ];

    private static readonly string[] Maps = ["map=m1", "map=", "map=a b", "map=/x=y", "map=m\u00FC"];

    /// <summary>Options that go with a method, in good and bad values.</summary>
    public static string[] OptionsOf(string method) => method switch
    {
        "ident" or "peer" => Maps,
        "cert" => [.. Maps, .. ClientCertificate],
        "gss" => [.. Maps, "include_realm=1", "include_realm=0", "include_realm=yes", "krb_realm=A.TEST", "krb_realm=", "compat_realm=1"],
        "sspi" => [.. Maps, "compat_realm=1", "upn_username=1"],
        "pam" => ["pamservice=postgresql", "pamservice=", "pamservice=a b", "pam_use_hostname=1", "pam_use_hostname=x"],
        "ldap" =>
        [
            .. Enumerable.Repeat("ldapbasedn=dc=a,dc=test", 12), .. Enumerable.Repeat("ldapprefix=cn=", 4), "ldapsuffix=, dc=a", "ldapserver=l.test",
            "ldapserver=l1 l2",
            "ldapport=389", "ldapport=x", "ldapport=0", "ldapport=12x", "ldapport= 7", "ldapport=-3", "ldapport=99999999999", "ldapport=4294967296",
            "ldaptls=1",
            "ldaptls=0", "ldapscheme=ldaps", "ldapscheme=http", "ldapbinddn=cn=x", "ldapbindpasswd=s\"e", "ldapsearchattribute=uid",
            "ldapsearchfilter=(uid=$username)",
            "ldapbasedn=", .. LdapUrls.Good.Select(url => "ldapurl=" + url), .. LdapUrls.Bad.Select(url => "ldapurl=" + url),
        ],
        "radius" =>
        [
            .. Enumerable.Repeat("radiusservers=127.0.0.1", 8), .. Enumerable.Repeat("radiussecrets=s1", 8), "radiusservers=127.0.0.1,::1",
            "radiusservers=127.0.0.1 , 10.1",
            "radiusservers=", "radiusservers=\"127.0.0.1\",::1", "radiusservers=127.0.0.1,", "radiusservers= 127.0.0.1 10.1", "radiussecrets=s1,s2",
            "radiussecrets=",
            "radiussecrets=\"a,b\"", "radiussecrets=\"a\"\"b\",c", "radiussecrets=\"a", "radiussecrets=a\"b\"", "radiussecrets=,", "radiusports=1812",
            "radiusports=1812,1813",
            "radiusports=x", "radiusports=0", "radiusports=1,,2", "radiusports=", "radiusidentifiers=i", "radiusidentifiers=i,j",
            "radiusidentifiers=i,j,k", "radiussecrets=a b",
        ],
        "oauth" =>
        [
            .. Maps, .. Enumerable.Repeat("issuer=https://i.test", 8), .. Enumerable.Repeat("scope=openid", 8), "scope=openid email", "issuer=",
            "validator=one", "validator=two",
            "validator=none", "validator=", "delegate_ident_mapping=1", "delegate_ident_mapping=0",
        ],
        _ => ClientCertificate,
    };

    public static readonly string[] OddOptions = ["foo=1", "=", "=1", "foo", "map", "MAP=x", "clientcert", " map=x", "map =x", "user=all", "\u00FC=1",
        "ldap=1", "all"];

    /// <summary>Ends of a field, the common one several times.</summary>
    public static readonly string[] Blanks =
        [" ", " ", " ", " ", " ", "\t", "   ", " \t ", "\r", " ,", ", ", "\t,,", " \\\n", "\\\n ", " \\\r\n  ", " \\\n\\\n ", "\v", "\f"];

    public static readonly string[] Commas = [",", ",", ",", ",", ", ", " ,", ",,", " , ", ",\t,", ",\\\n"];

    public static readonly string[] Comments =
    [
        "# note", "#", "#\"", "# ends in \\", "#\\", "# TYPE  DATABASE  USER  ADDRESS  METHOD", "   # x", "\t#\u00FC", "# a \\\\", "#,", "# x\\ ",
    ];

    /// <summary>What may get in anywhere.</summary>
    public static readonly string[] Noise =
    [
        "\0", "\u00FF", "\u00C3\u00BC", "\r", "\v", "\f", "\\", "\"", "\"\"", "#", "@", ",", " ", "\n", "\\\n", "\\\r\n", "\r\n", "\\\\\n",
        "\u00EF\u00BB\u00BF", "=", "/", "+", "\u007F",
        "\u00A0", "local\\\nall", "\0\n", "\r\r\n", "\\\r\r\n", "'", "\u0002",
    ];
}
