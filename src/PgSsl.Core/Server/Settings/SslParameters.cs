namespace PgSsl.Server.Settings;

/// <summary>The server's parameters for TLS, and the versions that have them.</summary>
internal static class SslParameters
{
    private const string Tables =
        "postgres/postgres: src/backend/utils/misc/guc_tables.c; documentation, \"Connections and Authentication\", SSL";

    /// <summary>Whether TLS is on.</summary>
    public static SslParameter Ssl { get; } = new("ssl", SslParameterKind.Switch, 7, Tables) { Default = "off" };

    /// <summary>The server's certificate and intermediates.</summary>
    public static SslParameter CertificateFile { get; } = new("ssl_cert_file", SslParameterKind.Path, 9, Tables);

    /// <summary>Its private key.</summary>
    public static SslParameter KeyFile { get; } = new("ssl_key_file", SslParameterKind.Path, 9, Tables);

    /// <summary>The roots for client certificates.</summary>
    public static SslParameter CaFile { get; } = new("ssl_ca_file", SslParameterKind.Path, 9, Tables) { MayBeEmpty = true };

    /// <summary>Revoked client certificates, in a file.</summary>
    public static SslParameter CrlFile { get; } = new("ssl_crl_file", SslParameterKind.Path, 9, Tables) { MayBeEmpty = true };

    /// <summary>Revoked client certificates, in a directory.</summary>
    public static SslParameter CrlDirectory { get; } =
        new("ssl_crl_dir", SslParameterKind.Path, 14, $"{Tables}; release notes of 14") { MayBeEmpty = true };

    /// <summary>Ciphers of TLS 1.2 and older.</summary>
    public static SslParameter Ciphers { get; } = new("ssl_ciphers", SslParameterKind.Text, 7, Tables);

    /// <summary>Cipher suites of TLS 1.3.</summary>
    public static SslParameter Tls13Ciphers { get; } =
        new("ssl_tls13_ciphers", SslParameterKind.Text, 18, $"{Tables}; release notes of 18") { MayBeEmpty = true };

    /// <summary>Key exchange: a list of groups from 18 on, before that one curve.</summary>
    public static SslParameter Groups { get; } =
        new("ssl_groups", SslParameterKind.Text, 9, $"{Tables}; guc.c, map_old_guc_names; release notes of 18")
        {
            FormerName = "ssl_ecdh_curve",
            RenamedIn = 18,
        };

    /// <summary>The oldest TLS version that the server accepts.</summary>
    public static SslParameter MinimumProtocol { get; } =
        new("ssl_min_protocol_version", SslParameterKind.Protocol, 12, $"{Tables}; release notes of 12");

    /// <summary>The newest TLS version that the server accepts.</summary>
    public static SslParameter MaximumProtocol { get; } =
        new("ssl_max_protocol_version", SslParameterKind.Protocol, 12, $"{Tables}; release notes of 12") { MayBeEmpty = true };

    /// <summary>Whether the server's order of ciphers decides.</summary>
    public static SslParameter PreferServerCiphers { get; } = new("ssl_prefer_server_ciphers", SslParameterKind.Switch, 9, Tables);

    /// <summary>Diffie-Hellman parameters.</summary>
    public static SslParameter DhParametersFile { get; } =
        new("ssl_dh_params_file", SslParameterKind.Path, 10, $"{Tables}; release notes of 10") { MayBeEmpty = true };

    /// <summary>A program that prints the key's passphrase.</summary>
    public static SslParameter PassphraseCommand { get; } =
        new("ssl_passphrase_command", SslParameterKind.Text, 11, $"{Tables}; release notes of 11") { MayBeEmpty = true };

    /// <summary>Whether that program is run on a reload, too.</summary>
    public static SslParameter PassphraseCommandSupportsReload { get; } =
        new("ssl_passphrase_command_supports_reload", SslParameterKind.Switch, 11, $"{Tables}; release notes of 11");

    /// <summary>All of them.</summary>
    public static IReadOnlyList<SslParameter> All { get; } =
    [
        Ssl, CertificateFile, KeyFile, CaFile, CrlFile, CrlDirectory, Ciphers, Tls13Ciphers, Groups, MinimumProtocol, MaximumProtocol,
        PreferServerCiphers, DhParametersFile, PassphraseCommand, PassphraseCommandSupportsReload,
    ];

    /// <summary>The parameter of a name, in any case; null for other names.</summary>
    public static SslParameter? Find(string name) => All.FirstOrDefault(parameter => parameter.IsCalled(name));

    /// <summary>The name of a parameter in a version.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.UnsupportedParameter"/>: that version does not have it.</exception>
    public static string NameIn(SslParameter parameter, int major)
    {
        return major >= parameter.Since ? parameter.NameIn(major) : throw new PgSslException(
            PgSslError.UnsupportedParameter,
            $"PostgreSQL {major} has no {parameter.Name}, which came with PostgreSQL {parameter.Since}.",
            "Leave it out for this server.");
    }
}
