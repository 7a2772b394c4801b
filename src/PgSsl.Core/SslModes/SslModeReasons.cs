using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates;
using PgSsl.Certificates.Verification;
using PgSsl.Common;
using PgSsl.Connections;
using PgSsl.Probing;
using PgSsl.Wire;

namespace PgSsl.SslModes;

/// <summary>The texts of a verdict: the reason, and what to do next.</summary>
internal static class SslModeReasons
{
    private const string DnsPrefix = "DNS:";

    /// <summary>The reason for a connection, and what should be improved.</summary>
    public static (string Reason, string? Remedy) Connected(
        SslMode mode, ClientPolicy policy, Transport transport, PgSslException? earlier, ServerFacts facts)
    {
        ConnectionHost host = facts.Host;
        if (host.IsUnixSocket)
            return ("A Unix-domain socket: sslmode is ignored, and nothing leaves this machine.", null);
        if (transport == Transport.Plaintext && earlier is not null)
            return ($"Silently falls back to plaintext, because TLS fails: {earlier.Message}", earlier.Remedy ?? VerifyFull(policy, facts));
        if (transport == Transport.Plaintext)
            return (
                $"In plaintext: the server permits it, and {mode.ToLibpq()} does not ask for TLS.",
                "Change host to hostssl in the server's pg_hba.conf, and set sslmode=verify-full on the client.");
        if (policy.Verification == Verification.ChainAndHost)
            return ($"The chain verifies under {policy.Trust!.Origin}, and the certificate names {host.DisplayName}.{Unchecked(policy)}", null);
        if (policy.AuthenticationProvesServer)
            return ("Encrypted; SCRAM with channel binding proves that the server knows the password and holds this certificate.", null);
        return (Encrypted(mode, policy), VerifyFull(policy, facts));
    }

    /// <summary>An encrypted connection to a server that is not fully verified.</summary>
    private static string Encrypted(SslMode mode, ClientPolicy policy)
    {
        string spelling = mode.ToLibpq();
        bool verified = policy.Verification == Verification.Chain;
        return mode switch
        {
            SslMode.Allow => "Encrypted, because the server refuses plaintext; allow would have accepted plaintext.",
            SslMode.Prefer when verified =>
                $"Encrypted, and the chain verifies under {policy.Trust!.Origin}; if it did not, prefer would fall back to plaintext.",
            SslMode.Prefer when policy.Attempts.Contains(Transport.Plaintext) =>
                "Encrypted, unless an attacker interferes: prefer does not verify the server, and accepts plaintext.",
            _ when verified =>
                $"The chain verifies under {policy.Trust!.Origin}; the host name is not compared: any certificate of that CA is accepted." +
                Unchecked(policy),
            _ => $"Encrypted, but possibly to another server: {spelling} does not verify the server.",
        };
    }

    // libpq does not report a revocation list that it cannot use.
    private static string Unchecked(ClientPolicy policy) =>
        policy.Trust?.CrlProblem is { } problem ? $" But revocation is not checked: {Sentence.Of(problem)}" : "";

    /// <summary>The server does not admit the user.</summary>
    public static PgSslException Rejected(StartupAnswer.Refused refused, ConnectionFacts connection)
    {
        ProbeRequest request = connection.Request;
        string transport = request.Transport == Transport.Tls ? "over TLS" : "in plaintext";
        bool lacksCertificate = connection.Tls?.RequestsClientCertificate == true && request.ClientCertificate is null;
        return new(
            PgSslError.ConnectionRejected,
            $"The server does not admit user \"{request.UserName}\" to database \"{request.Database}\" {transport}: {refused.Message}.",
            refused.SqlState switch
            {
                // invalid_authorization_specification: pg_hba.conf
                "28000" when lacksCertificate =>
                    "The server asks for a client certificate and there is none: set sslcert and sslkey, or put the files at libpq's default paths.",
                "28000" => "Name the user and database with -UserName and -Database, or check pg_hba.conf: " +
                    "select * from pg_hba_file_rules",
                // invalid_catalog_name
                "3D000" => "Name an existing database with -Database.",
                // too_many_connections
                "53300" => "Try again later, or raise max_connections.",
                _ => "The server's log has the details.",
            });
    }

    /// <summary>The chain does not verify.</summary>
    public static PgSslException Untrusted(ChainVerdict chain, ServerFacts facts) => new(
        PgSslError.UntrustedCertificate,
        Sentence.Of(chain.Reason),
        chain.Error switch
        {
            ChainError.Expired or ChainError.NotYetValid => "Renew the certificate; check the clocks of both machines.",
            ChainError.CrlNotFound or ChainError.CrlExpired or ChainError.CrlNotYetValid or ChainError.BadCrlSignature =>
                "Get the CA's current revocation list; libpq needs one for every CA of the chain.",
            ChainError.Revoked => "Do not connect. Ask the operators of the CA why the certificate is revoked, and install a new one.",
            ChainError.InvalidPurpose => "Have the certificate issued again with the extended key usage serverAuth.",
            ChainError.IssuerNotFoundLocally or ChainError.UnableToVerifyLeaf or ChainError.IssuerNotFound =>
                $"Get-PgServerCertificate {Argument(facts)} | Format-List  # shows the certificates that are sent: " +
                "an intermediate may be missing, or the root may be the wrong one",
            ChainError.SelfSignedLeaf or ChainError.SelfSignedInChain =>
                $"Get the fingerprint of that root from the operators of the CA, then: " +
                $"Get-PgServerCertificate {Argument(facts)} | Install-PgRootCert -Fingerprint \"<SHA-256>\"",
            _ => $"Get-PgServerCertificate {Argument(facts)} | Format-List",
        });

    /// <summary>
    /// The server speaks TLS 1.1 at most. OpenSSL 3.0 has that at security level 0 only (SSL_CTX_set_security_level(3)), Go, Node.js and Java only
    /// where it was switched on again, so it does not help that libpq's ssl_min_protocol_version allows it.
    /// </summary>
    public static PgSslException Deprecated(string protocol) => new(
        PgSslError.TlsHandshakeFailed,
        $"The server accepted TLS, then the handshake failed: it speaks {protocol} at most, and the client's library takes TLSv1.2 at least.",
        "Let the server speak TLSv1.2: its ssl_max_protocol_version, or an OpenSSL that has it.");

    /// <summary>The group of the key exchange is too weak.</summary>
    public static PgSslException WeakGroup(int bits, int least) => new(
        PgSslError.TlsHandshakeFailed,
        $"The server accepted TLS, then the handshake failed: its group for Diffie-Hellman has {bits} bits, and the client's library takes "
            + $"{least} at least.",
        $"Make ssl_dh_params_file anew (openssl dhparam -out dh.pem {least}) or reset it, or let ssl_ciphers include ECDHE, as its default does.");

    /// <summary>The server has no cipher suite that the client offers.</summary>
    public static PgSslException NoCommonSuite(string client, string chosen) => new(
        PgSslError.TlsHandshakeFailed,
        $"The server accepted TLS, then the handshake failed: it has no cipher suite that {client} offers. (Of libpq's, it takes {chosen}.)",
        "Let the server speak TLSv1.3, or let its ssl_ciphers include ECDHE with AES-GCM, as its default does: HIGH:MEDIUM:+3DES:!aNULL");

    /// <summary>The certificate is for another host.</summary>
    public static PgSslException NameMismatch(NameVerdict name, X509Certificate2 leaf, ConnectionHost host) => new(
        PgSslError.HostNameMismatch,
        Sentence.Of(name.Reason),
        CertificateNames.SubjectAlternativeNames(leaf).FirstOrDefault(entry => entry.StartsWith(DnsPrefix, StringComparison.Ordinal)) is { } other
            ? $"Connect by a name in the certificate, such as {other[DnsPrefix.Length..]}, or have it issued for {host.DisplayName} as well."
            : $"Have the certificate issued with the subject alternative name {host.DisplayName}.");

    private static string VerifyFull(ClientPolicy policy, ServerFacts facts)
    {
        string root = policy.Trust is { } trust ? CommandText.Quote(trust.Origin) : "\"<root.crt of the server's CA>\"";
        return $"Test-PgSslMode {Argument(facts)} verify-full -RootCertificate {root}";
    }

    private static string Argument(ServerFacts facts) => CommandText.Quote(facts.Endpoint);
}
