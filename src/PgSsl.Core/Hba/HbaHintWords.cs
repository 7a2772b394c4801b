namespace PgSsl.Hba;

/// <summary>Words that people write in pg_hba.conf, and errors of the server, with what to do about each.</summary>
internal static class HbaHintWords
{
    private static readonly string[] Methods =
        ["trust", "reject", "md5", "password", "scram-sha-256", "gss", "sspi", "ident", "peer", "pam", "ldap", "radius", "cert", "bsd", "oauth"];

    // Release notes of 8.4 (crypt) and 9.4 (krb5).
    private static readonly Dictionary<string, string> RemedyOfMethod = new(StringComparer.OrdinalIgnoreCase)
    {
        ["deny"] = "Write reject.", ["none"] = "Write reject to let nobody in, or trust to ask for no password.", ["off"] = "Write reject.",
        ["refuse"] = "Write reject.", ["block"] = "Write reject.", ["drop"] = "Write reject.",
        ["crypt"] = "Use scram-sha-256: crypt was removed in PostgreSQL 8.4.",
        ["krb5"] = "Use gss: krb5 was removed in PostgreSQL 9.4.", ["krb4"] = "Use gss: krb4 was removed long ago.",
        ["kerberos"] = "The method is called gss.", ["gssapi"] = "The method is called gss.",
        ["ssl"] = "TLS is asked for by the type hostssl. Write a method here, such as scram-sha-256.",
        ["tls"] = "TLS is asked for by the type hostssl. Write a method here, such as scram-sha-256.",
        ["certificate"] = "The method is called cert.",
    };

    // What the error begins with (hba.c).
    private static readonly (string Error, string Remedy)[] RemedyOfError =
    [
        ("multiple values specified for connection type", "A rule has one type: write one line for each."),
        ("multiple values specified for host address", "A rule has one address: write one line for each."),
        ("multiple values specified for netmask", "A rule has one mask: write one line for each address."),
        ("multiple values specified for authentication type", "A rule has one method: keep one of them."),
        ("peer authentication", "peer is for local rules only: use another method here, such as scram-sha-256."),
        ("gssapi authentication", "gss is for TCP only: use another method here, such as peer."),
        ("cert authentication", "Make the rule hostssl: the method cert needs TLS."),
        ("clientcert can only be set", "Remove clientcert: the method cert includes clientcert=verify-full."),
        ("clientcert can only be", "Make the rule hostssl, or remove clientcert: only clients over TLS have certificates."),
        ("clientname can only be", "Make the rule hostssl, or remove clientname: only clients over TLS have certificates."),
        ("invalid value for clientname", "Write clientname=CN or clientname=DN."),
        ("IP address and mask do not match", "Write the mask as the number of the network's bits, behind a slash: 10.0.0.0/8, 2001:db8::/32."),
        ("end-of-line before netmask", "An address needs a mask (write /32 behind it for the one address), and the rule a method at its end."),
        ("end-of-line before authentication method", "Write a method at the end, such as scram-sha-256."),
        ("end-of-line before", "Fields are missing: a rule has a type, a database, a user, an address and a method. A local rule has no address."),
        ("unrecognized authentication option", "Remove the option, or correct its name: this version of PostgreSQL has none of this name."),
        ("authentication option \"", "Remove the option: the method of this rule does not have it."),
        ("could not open", "Correct the name of what is included, or create it. In quotes, a word that begins with @ is not a file."),
    ];

    /// <summary>Whether a word is a method of some version of PostgreSQL.</summary>
    public static bool IsMethod(string word) => Methods.Contains(word);

    /// <summary>What to do about an error that needs no further look; null if it does.</summary>
    public static string? ForError(string error) =>
        Array.Find(RemedyOfError, known => error.StartsWith(known.Error, StringComparison.Ordinal)).Remedy;

    /// <summary>What to write instead of a type.</summary>
    public static string ForType(string word)
    {
        string lower = word.ToLowerInvariant().TrimEnd(':', '.', ';');
        if (HbaConnectionTypes.FromWord(lower) is not null)
            return lower == word
                ? "Use another type: this version of PostgreSQL does not have it."
                : $"Write {lower}, in lower case and with a blank behind it.";
        if (lower is "include" or "include_if_exists" or "include_dir")
            return lower == word
                ? $"Write {lower} and one name. Before PostgreSQL 16 there is no {lower}: put the rules into this file there."
                : $"Write {lower}, in lower case and with a blank behind it.";
        return word.Contains('=', StringComparison.Ordinal)
            ? "Options belong behind the method, in the line of the rule."
            : "A rule begins with local, host, hostssl, hostnossl, hostgssenc or hostnogssenc. If the line is a comment, put a # before it.";
    }

    /// <summary>What to write instead of a method; null if nothing is known.</summary>
    public static string? ForMethod(string word)
    {
        string bare = word.TrimEnd('.', ':', ';', ',', '\'', '`').TrimStart('\'', '`').ToLowerInvariant();
        if (bare == word && Methods.Contains(bare))
            return "Use another method: this version or build of PostgreSQL does not have it.";
        if (Methods.Contains(bare))
            return bare.Length < word.Length ? $"Write {bare}, without anything beside it." : $"Write {bare}, in lower case.";
        if (RemedyOfMethod.TryGetValue(bare, out string? remedy))
            return remedy;
        return bare.StartsWith("scram", StringComparison.Ordinal) || bare.StartsWith("sha", StringComparison.Ordinal)
            ? "The method is called scram-sha-256."
            : null;
    }

    /// <summary>What to write instead of a value of clientcert (release notes of 12 and 14).</summary>
    public static string ForClientCert(string value) => value.ToLowerInvariant() switch
    {
        "0" or "no-verify" or "no" or "off" or "false" or "none" =>
            "Remove clientcert: without it, the server does not require a client certificate.",
        "1" or "yes" or "on" or "true" or "verify" =>
            "Write clientcert=verify-ca, or clientcert=verify-full, which also compares the certificate's name with the user.",
        _ => "Write clientcert=verify-ca or clientcert=verify-full, or remove it.",
    };
}
