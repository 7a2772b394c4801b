using PgSsl.Certificates.Trust;
using PgSsl.Certificates.Verification;
using PgSsl.Connections;
using PgSsl.Probing;
using PgSsl.SslModes.Names;

namespace PgSsl.SslModes.Clients;

/// <summary>
/// pgx v5 (most Go programs, the tools of CockroachDB and others). Source: jackc/pgx, pgconn/config.go (configTLS), defaults.go and
/// pgconn.go (connectPreferred, startTLS).
/// </summary>
/// <remarks>
/// <para>allow and prefer never verify. require verifies the chain if there is a root file: sslrootcert, PGSSLROOTCERT, or
/// ~/.postgresql/root.crt if that exists. verify-ca and verify-full use the operating system's roots if there is none. A root file
/// that cannot be read is an error in every mode, even disable. <c>sslrootcert=system</c> means verify-full in every mode, even
/// disable, since 5.7. root.crl is not read.</para>
/// <para>allow and prefer continue after every error except a wrong password, a missing database and a missing privilege; before
/// 5.7.3 not after a refusal by pg_hba.conf over TLS (28000), either.</para>
/// <para>Any certificate of the file may end a chain. Names: Go compares subject alternative names only.</para>
/// <para>Cipher suites: those of crypto/tls (cipher_suites.go, defaults.go), which never had DHE. Key exchange with plain RSA is off since Go 1.22
/// (GODEBUG=tlsrsakex=1 allows it), 3DES since 1.23; CBC with SHA-256 was never on.</para>
/// <para>Not modelled: Go's minimum key sizes and digests instead of OpenSSL's security level, the platform's verifier for
/// <c>system</c> on Windows and macOS, pgx's own rules for client key files, channel_binding and require_auth.</para>
/// </remarks>
internal sealed class PgxClient : ISslClient
{
    // pgconn.go, connectPreferred: invalid_password, invalid_catalog_name, insufficient_privilege.
    private static readonly string[] FinalStates = ["28P01", "3D000", "42501"];

    /// <inheritdoc/>
    public string Name => "pgx";

    /// <inheritdoc/>
    public IReadOnlyList<string> CipherSuites { get; } =
    [
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
        "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
        "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
        "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
        "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
        "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
    ];

    /// <inheritdoc/>
    public ClientPolicy PolicyFor(SslMode mode, ConnectionHost host, ConnectionSettings settings, TrustStoreCache trust, ClientIdentity identity)
    {
        // Before it reads the root file: a socket has no TLS.
        if (host.IsUnixSocket)
            return new ClientPolicy([Transport.Plaintext]);
        try
        {
            TrustStore? given = GivenRoots(settings, trust);
            SslMode effective = Effective(mode, settings);
            return new ClientPolicy(LibpqAttempts.For(effective))
            {
                Verification = VerificationOf(effective, given),
                Trust = effective < SslMode.Require ? null : given ?? trust.GetSystem(settings.Environment),
                Anchors = AnchorRule.Any,
                VerifyName = (leaf, _) => GoNames.Verify(leaf, host.DisplayName),
                RetriesAfterRefusal = refused => !FinalStates.Contains(refused.SqlState),
                RetriesAfterBreak = connection => connection.Failure?.Error != PgSslError.ConnectionTimedOut,
            };
        }
        catch (PgSslException failure)
        {
            return new ClientPolicy([]) { Refusal = failure };
        }
    }

    private static SslMode Effective(SslMode mode, ConnectionSettings settings)
    {
        if (settings.UsesSystemRoots)
            return SslMode.VerifyFull;
        return mode == SslMode.Prefer && settings.SslNegotiation == SslNegotiation.Direct ? SslMode.Require : mode;
    }

    private static Verification VerificationOf(SslMode mode, TrustStore? given) => mode switch
    {
        SslMode.VerifyFull => Verification.ChainAndHost,
        SslMode.VerifyCa => Verification.Chain,
        SslMode.Require when given is not null => Verification.Chain,
        _ => Verification.None,
    };

    private TrustStore? GivenRoots(ConnectionSettings settings, TrustStoreCache trust)
    {
        if (settings.UsesSystemRoots)
            return trust.GetSystem(settings.Environment);
        if (DriverRoots.Given(settings, SettingSource.Explicit, SettingSource.ServiceFile, SettingSource.Environment) is { } named)
            return DriverRoots.Load(named, Name, trust);
        return DriverRoots.DefaultPath(settings) is { } usual && trust.Exists(usual) ? trust.GetFile(usual) : null;
    }
}
