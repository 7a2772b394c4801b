using PgSsl.Common;

namespace PgSsl.Hba;

/// <summary>
/// What decides how a server reads pg_hba.conf: its version, how it was built, and a few of its settings. Where something is not known, a
/// server is assumed that can do it.
/// </summary>
internal sealed record HbaDialect
{
    /// <summary>The major version, 10 to 19.</summary>
    public int Major { get; init; } = PostgresVersion.Newest;

    /// <summary>The setting ssl; null where it is not known.</summary>
    public bool? SslIsOn { get; init; }

    /// <summary>Built --with-gssapi: the method gss and the type hostgssenc.</summary>
    public bool HasGss { get; init; } = true;

    /// <summary>Built --with-ldap.</summary>
    public bool HasLdap { get; init; } = true;

    /// <summary>Built --with-pam.</summary>
    public bool HasPam { get; init; } = true;

    /// <summary>Built for Windows: method sspi.</summary>
    public bool HasSspi { get; init; } = true;

    /// <summary>Built --with-bsd-auth (OpenBSD).</summary>
    public bool HasBsd { get; init; } = true;

    /// <summary>The same dialect for the way that a server was built.</summary>
    /// <param name="configure">What pg_config shows as CONFIGURE; null where that is not known.</param>
    public HbaDialect BuiltWith(string? configure)
    {
        // Meson writes -Dgssapi=enabled, autoconf --with-gssapi.
        bool Has(string name) => configure!.Contains($"--with-{name}", StringComparison.Ordinal)
            || configure.Contains($"-D{name.Replace('-', '_')}=", StringComparison.Ordinal);
        return string.IsNullOrEmpty(configure)
            ? this
            : this with { HasGss = Has("gssapi"), HasLdap = Has("ldap"), HasPam = Has("pam"), HasBsd = Has("bsd-auth") };
    }

    /// <summary>The setting oauth_validator_libraries (18 and newer); null where it is not known.</summary>
    public IReadOnlyList<string>? OAuthValidators { get; init; }

    /// <summary>A backslash at the end of a line continues it (release notes of 14).</summary>
    internal bool HasContinuation => Major >= 14;

    /// <summary>include, include_if_exists, include_dir, and regular expressions (release notes of 16).</summary>
    internal bool HasIncludes => Major >= 16;

    /// <summary>/… is a regular expression (release notes of 16).</summary>
    internal bool HasPatterns => Major >= 16;

    /// <summary>hostgssenc and hostnogssenc (release notes of 12).</summary>
    internal bool HasGssTypes => Major >= 12;

    /// <summary>clientcert takes 0, 1 and no-verify (until 13; release notes of 14).</summary>
    internal bool HasNumericClientCert => Major < 14;

    /// <summary>clientcert takes any value, and only 1 is a demand (until 11; hba.c, parse_hba_auth_opt).</summary>
    internal bool HasBooleanClientCert => Major < 12;

    /// <summary>What a record demands of client certificates.</summary>
    /// <param name="method">Its method.</param>
    /// <param name="clientCert">Its option clientcert; null without the option.</param>
    internal ClientCertificateDemand CertificateDemandOf(string method, string? clientCert) => (method, clientCert) switch
    {
        ("cert", _) => ClientCertificateDemand.VerifyFull,
        (_, "1") => ClientCertificateDemand.VerifyCa,
        (_, "verify-ca") when !HasBooleanClientCert => ClientCertificateDemand.VerifyCa,
        (_, "verify-full") when !HasBooleanClientCert => ClientCertificateDemand.VerifyFull,
        _ => ClientCertificateDemand.None,
    };

    /// <summary>clientname (release notes of 14).</summary>
    internal bool HasClientName => Major >= 14;

    /// <summary>A vertical tab is a blank in lists (from 17 on; scansup.c, scanner_isspace).</summary>
    internal bool HasVerticalTabs => Major >= 17;

    /// <summary>How deep files may include each other (conffiles.h, CONF_FILE_MAX_DEPTH). Before 16 the only limit is that of open files.</summary>
    internal int MaxDepth => Major >= 16 ? 10 : 300;

    /// <summary>Method oauth (release notes of 18).</summary>
    internal bool HasOAuth => Major >= 18;

    /// <summary>Method radius (removed in 19).</summary>
    internal bool HasRadius => Major < 19;
}
