using System.Text;
using PgSsl.Certificates.Trust;
using PgSsl.Connections;
using PgSsl.Probing;

namespace PgSsl.SslModes.Clients;

/// <summary>
/// libpq 17 and 18 (psql, pgAdmin, psycopg, ODBC …). Sources: fe-connect.c (init_allowed_encryption_methods,
/// select_next_encryption_method, PQconnectPoll), fe-secure-openssl.c (initialize_SSL), fe-auth.c (check_expected_areq).
/// </summary>
internal sealed class LibpqClient : ISslClient
{
    // After cannot_connect_now libpq tries the next host, not another transport.
    private const string CannotConnectNow = "57P03";

    // TLSEXT_MAXLEN_host_name.
    private const int LongestServerName = 255;

    // OpenSSL's security level 2, as for certificates (statem_clnt.c, tls_process_ske_dhe; crypto/bn/bn_lib.c, BN_security_bits).
    private const int LeastFiniteFieldBits = 2048;

    /// <inheritdoc/>
    public string Name => "libpq";

    /// <inheritdoc/>
    public ClientPolicy PolicyFor(SslMode mode, ConnectionHost host, ConnectionSettings settings, TrustStoreCache trust, ClientIdentity identity)
    {
        if (RefusalOf(mode, host, settings) is { } refusal)
            return new ClientPolicy([]) { Refusal = refusal };
        // libpq ignores sslmode on a Unix socket.
        if (host.IsUnixSocket)
            return new ClientPolicy([Transport.Plaintext]) { ObjectsToAuthentication = AuthenticationDemands.From(settings) };

        ClientPolicy policy = new(LibpqAttempts.For(mode))
        {
            RetriesAfterRefusal = refused => refused.SqlState != CannotConnectNow,
            ObjectsToAuthentication = AuthenticationDemands.From(settings),
            AuthenticationProvesServer = settings.ChannelBinding == "require",
            LeastFiniteFieldBits = LeastFiniteFieldBits,
        };
        try
        {
            TrustStore? roots = RootsOf(mode, settings, trust);
            return policy with
            {
                Trust = roots,
                Verification = roots is null ? Verification.None : mode == SslMode.VerifyFull ? Verification.ChainAndHost : Verification.Chain,
                TlsSetupFailure = SniFailureOf(host, settings) ?? identity.Failure,
            };
        }
        catch (PgSslException failure)
        {
            return policy with
            {
                Verification = mode == SslMode.VerifyFull ? Verification.ChainAndHost : Verification.Chain,
                TlsSetupFailure = failure,
            };
        }
    }

    private static PgSslException NoSystemRoots() => new(
        PgSslError.UnsupportedParameter,
        "Not judged: sslrootcert=system asks OpenSSL for the system's roots, and libpq's builds for Windows and macOS have none, or their own.",
        "Name a file: Install-PgRootCert, and sslrootcert=FILE. Or set SSL_CERT_FILE to one, which OpenSSL reads everywhere.");

    /// <summary>A root file is used in every mode if it exists; verify-ca and verify-full need one.</summary>
    private static TrustStore? RootsOf(SslMode mode, ConnectionSettings settings, TrustStoreCache trust)
    {
        if (settings.UsesSystemRoots)
            return settings.Environment.OpenSslHasSystemRoots ? trust.GetSystem(settings.Environment) : throw NoSystemRoots();
        if (settings.RootCertificatePath is { } path && (trust.Exists(path) || Directory.Exists(path)))
            return trust.GetFile(path, settings);
        if (mode < SslMode.VerifyCa)
            return null;
        throw new PgSslException(
            PgSslError.FileNotFound,
            settings.RootCertificatePath is { } missing
                ? $"Root certificate file \"{missing}\" does not exist, and {mode.ToLibpq()} needs it."
                : $"{mode.ToLibpq()} needs a root certificate, and this account has no home directory in which libpq could find root.crt.",
            "Install the root certificate of the server's CA (Install-PgRootCert), or name it in the endpoint, as sslrootcert=FILE; " +
            "for a public CA use sslrootcert=system (libpq 16 and newer).");
    }

    /// <summary>
    /// fe-secure-openssl.c, initialize_SSL: the name is sent unless it looks like an address, and OpenSSL takes none of more than 255 bytes
    /// (ssl/s3_lib.c, SSL_CTRL_SET_TLSEXT_HOSTNAME).
    /// </summary>
    private static PgSslException? SniFailureOf(ConnectionHost host, ConnectionSettings settings)
    {
        string name = host.Host;
        bool isSent = settings.SslSni && !name.Contains(':', StringComparison.Ordinal) && !name.All(c => char.IsAsciiDigit(c) || c == '.');
        int length = Encoding.UTF8.GetByteCount(name);
        return isSent && length > LongestServerName
            ? new(
                PgSslError.TlsHandshakeFailed,
                $"libpq cannot send a host name of {length} bytes in the TLS handshake (SNI): {LongestServerName} is the most.",
                "Use a shorter name of the server, or set sslsni=0.")
            : null;
    }

    private static PgSslException? RefusalOf(SslMode mode, ConnectionHost host, ConnectionSettings settings)
    {
        string spelling = mode.ToLibpq();
        if (settings.GssEncMode == "require")
            return new(
                PgSslError.ContradictoryParameters,
                "gssencmode=require asks for GSSAPI encryption and never for TLS; PgSsl cannot test GSSAPI encryption.",
                "Set gssencmode=disable to test TLS.");
        if (host.IsUnixSocket)
            return null;
        if (settings.UsesSystemRoots && mode != SslMode.VerifyFull)
            return new(
                PgSslError.ContradictoryParameters,
                $"Weak sslmode \"{spelling}\" may not be used with sslrootcert=system: anyone can get a certificate of a public CA.",
                "Use sslmode=verify-full.");
        if (settings.SslNegotiation == SslNegotiation.Direct && mode < SslMode.Require)
            return new(
                PgSslError.ContradictoryParameters,
                $"Weak sslmode \"{spelling}\" may not be used with sslnegotiation=direct.",
                "Use require, verify-ca or verify-full.");
        return null;
    }
}
