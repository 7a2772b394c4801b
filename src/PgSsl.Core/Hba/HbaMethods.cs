namespace PgSsl.Hba;

/// <summary>
/// Authentication methods and their options, and the connections, builds and versions that each is for (hba.c, parse_hba_line and
/// parse_hba_auth_opt).
/// </summary>
internal sealed class HbaMethods(HbaDialect dialect)
{
    private static readonly string[] Ldap = ["ldap"], Pam = ["pam"], Gss = ["gss", "sspi"], Sspi = ["sspi"], Radius = ["radius"], OAuth = ["oauth"];

    // The methods that an option is for, except clientcert and clientname, which are for a type of connection.
    private static readonly Dictionary<string, string[]> MethodsOfOption = new()
    {
        ["map"] = ["ident", "peer", "gss", "sspi", "cert", "oauth"],
        ["pamservice"] = Pam, ["pam_use_hostname"] = Pam,
        ["ldapurl"] = Ldap, ["ldaptls"] = Ldap, ["ldapscheme"] = Ldap, ["ldapserver"] = Ldap, ["ldapport"] = Ldap, ["ldapbinddn"] = Ldap,
        ["ldapbindpasswd"] = Ldap, ["ldapsearchattribute"] = Ldap, ["ldapsearchfilter"] = Ldap, ["ldapbasedn"] = Ldap,
        ["ldapprefix"] = Ldap, ["ldapsuffix"] = Ldap,
        ["krb_realm"] = Gss, ["include_realm"] = Gss, ["compat_realm"] = Sspi, ["upn_username"] = Sspi,
        ["radiusservers"] = Radius, ["radiusports"] = Radius, ["radiussecrets"] = Radius, ["radiusidentifiers"] = Radius,
        ["issuer"] = OAuth, ["scope"] = OAuth, ["validator"] = OAuth, ["delegate_ident_mapping"] = OAuth,
    };

    /// <summary>Checks that a word is a method of this build, for this type of connection.</summary>
    /// <returns>The method that takes effect.</returns>
    /// <exception cref="HbaRefusal">The server refuses it.</exception>
    public string Check(string method, HbaConnectionType type)
    {
        bool isBuilt = method switch
        {
            "trust" or "reject" or "md5" or "password" or "scram-sha-256" or "ident" or "peer" or "cert" => true,
            "radius" => dialect.HasRadius ? true : throw Unknown(method),
            "oauth" => dialect.HasOAuth ? true : throw Unknown(method),
            "gss" => dialect.HasGss,
            "sspi" => dialect.HasSspi,
            "pam" => dialect.HasPam,
            "bsd" => dialect.HasBsd,
            "ldap" => dialect.HasLdap,
            _ => throw Unknown(method),
        };
        if (!isBuilt)
            throw new HbaRefusal("invalid authentication method \"", method, "\": not supported by this build");
        return (method, type) switch
        {
            ("ident", HbaConnectionType.Local) => "peer",
            ("gss", HbaConnectionType.Local) => throw new HbaRefusal("gssapi authentication is not supported on local sockets"),
            ("peer", not HbaConnectionType.Local) => throw new HbaRefusal("peer authentication is only supported on local sockets"),
            ("cert", not HbaConnectionType.HostSsl) => throw new HbaRefusal("cert authentication is only supported on hostssl connections"),
            _ => method,
        };
    }

    /// <summary>Checks the options of a method together, after each was checked by itself.</summary>
    /// <exception cref="HbaRefusal">The server refuses them.</exception>
    public void CheckTogether(string method, IReadOnlyList<HbaOption> options)
    {
        switch (method)
        {
            case "ldap":
                HbaLdap.CheckTogether(options);
                break;
            case "radius":
                HbaRadius.CheckTogether(options, dialect);
                break;
            case "oauth":
                CheckOAuth(options);
                break;
        }
    }

    /// <summary>Checks one option.</summary>
    /// <exception cref="HbaRefusal">The server refuses it.</exception>
    public void CheckOption(HbaOption option, string method, HbaConnectionType type)
    {
        if (option.Name == "clientcert" || (option.Name == "clientname" && dialect.HasClientName))
        {
            CheckClientCertificate(option, method, type);
            return;
        }
        if (!MethodsOfOption.TryGetValue(option.Name, out string[]? methods)
            || (methods == OAuth && !dialect.HasOAuth) || (methods == Radius && !dialect.HasRadius))
            throw new HbaRefusal("unrecognized authentication option name: \"", option.Name, "\"") { IsOptionName = true };
        if (!methods.Contains(method))
            throw new HbaRefusal($"authentication option \"{option.Name}\" is only valid for authentication methods {string.Join(", ", methods)}");
        if (methods == Ldap)
            HbaLdap.Check(option);
        if (methods == Radius)
            HbaRadius.Check(option, dialect);
    }

    private void CheckClientCertificate(HbaOption option, string method, HbaConnectionType type)
    {
        if (type != HbaConnectionType.HostSsl)
            throw new HbaRefusal($"{option.Name} can only be configured for \"hostssl\" rows");
        bool isKnown = option.Name == "clientname"
            ? option.Value is "CN" or "DN"
            : dialect.HasBooleanClientCert || option.Value is "verify-ca" or "verify-full"
                || (dialect.HasNumericClientCert && option.Value is "0" or "1" or "no-verify");
        if (!isKnown)
            throw new HbaRefusal($"invalid value for {option.Name}: \"", option.Value, "\"") { IsSilent = true };
        if (method == "cert" && option is { Name: "clientcert", Value: not ("verify-full" or "1") })
            throw new HbaRefusal("clientcert can only be set to \"verify-full\" when using \"cert\" authentication");
    }

    // auth-oauth.c, check_oauth_validator.
    private void CheckOAuth(IReadOnlyList<HbaOption> options)
    {
        string? Value(string name) => options.LastOrDefault(option => option.Name == name).Value;
        foreach (string name in (string[])["scope", "issuer"])
            _ = Value(name) ?? throw new HbaRefusal($"authentication method \"oauth\" requires argument \"{name}\" to be set");
        if (dialect.OAuthValidators is { } validators)
        {
            string? validator = Value("validator");
            if (validators.Count == 0)
                throw new HbaRefusal("oauth_validator_libraries must be set for authentication method oauth");
            if (validator is null ? validators.Count > 1 : !validators.Contains(validator))
                throw validator is null
                    ? new HbaRefusal("authentication method \"oauth\" requires argument \"validator\" to be set "
                        + "when oauth_validator_libraries contains multiple options")
                    : new HbaRefusal("validator \"", validator, "\" is not permitted by oauth_validator_libraries");
        }
        if (Value("delegate_ident_mapping") == "1" && Value("map") is not null)
            throw new HbaRefusal("map cannot be used in combination with delegate_ident_mapping");
    }

    private static HbaRefusal Unknown(string method) => new("invalid authentication method \"", method, "\"");
}
