using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates;
using PgSsl.Connections;
using PgSsl.Probing;
using PgSsl.Wire;

namespace PgSsl.SslModes;

/// <summary>The sentences of a verdict: why it is so, and what to do next.</summary>
internal static class SslModeReasons
{
    private const string TowardsVerifyFull = "Use sslmode=verify-full with the root certificate of the server's CA.";

    /// <summary>A connection that is made, from the weakest kind to the strongest.</summary>
    public static (string Reason, string? Remedy) Connected(
        SslMode mode, ClientPolicy policy, Transport transport, PgSslException? earlier, ConnectionFacts connection)
    {
        string spelling = mode.ToLibpq();
        ConnectionHost host = connection.Request.Host;
        if (host.IsUnixSocket)
            return ($"A Unix-domain socket: sslmode is ignored, nothing leaves this machine.", null);
        if (transport == Transport.Plaintext)
            return earlier is null
                ? ($"Connects in plaintext: the server permits it, and {spelling} does not ask for TLS.", RefusePlaintext)
                : ($"Falls back to plaintext without a word. TLS failed: {earlier.Message}", earlier.Remedy ?? TowardsVerifyFull);

        string because = earlier is null ? "" : $", because the server refuses plaintext ({earlier.Message.TrimEnd('.')})";
        return policy.Verification switch
        {
            _ when policy.AuthenticationProvesServer && policy.Verification != Verification.ChainAndHost =>
                ($"Encrypted{because}; SCRAM with channel binding proves that the server knows the password and holds this certificate.", null),
            Verification.None when mode < SslMode.Require =>
                ($"Encrypted{because}, as long as nobody interferes: {spelling} does not verify the server and makes do with plaintext.", TowardsVerifyFull),
            Verification.None =>
                ($"Encrypted, but to whoever answers: {spelling} does not verify the server{WithoutRoot(policy)}.", TowardsVerifyFull),
            Verification.Chain when mode < SslMode.Require =>
                ($"Encrypted{because} and the chain verifies under {policy.Trust!.Origin}, but {spelling} falls back to plaintext when it does not.", TowardsVerifyFull),
            Verification.Chain =>
                ($"The chain verifies under {policy.Trust!.Origin}; the host name is not compared, so any certificate of that CA would do.", TowardsVerifyFull),
            _ =>
                ($"The chain verifies under {policy.Trust!.Origin}, and the certificate names {host.DisplayName}.", null),
        };
    }

    /// <summary>The server would not let the user in.</summary>
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
                // invalid_authorization_specification: what pg_hba.conf has to say
                "28000" when lacksCertificate => "The server asks for a client certificate and there is none: set sslcert and sslkey, or put them at libpq's default paths.",
                "28000" => "Name the user and database you mean with -UserName and -Database, or look at pg_hba.conf: select * from pg_hba_file_rules",
                // invalid_catalog_name
                "3D000" => "Name an existing database with -Database.",
                // too_many_connections
                "53300" => "Try again later, or raise max_connections.",
                _ => "The server's log has the details.",
            });
    }

    /// <summary>The chain does not verify.</summary>
    public static PgSslException Untrusted(ChainVerdict chain, TrustStore trust, ConnectionHost host) => new(
        PgSslError.UntrustedCertificate,
        chain.Reason,
        chain.Error switch
        {
            ChainError.Expired or ChainError.NotYetValid => "Renew the certificate; check the clocks of both machines.",
            ChainError.CrlNotFound or ChainError.CrlExpired or ChainError.CrlNotYetValid or ChainError.BadCrlSignature =>
                "Get the CA's current revocation list; libpq wants one for every CA of the chain.",
            ChainError.Revoked => "Do not connect; ask who runs the CA why it revoked the certificate, and install a new one.",
            ChainError.InvalidPurpose => "Have the certificate issued again with the extended key usage serverAuth.",
            ChainError.IssuerNotFoundLocally or ChainError.UnableToVerifyLeaf or ChainError.IssuerNotFound =>
                $"Either the server leaves out an intermediate certificate, or the root is not the right one: Get-PgServerCertificate {host} shows what it sends.",
            ChainError.SelfSignedLeaf or ChainError.SelfSignedInChain =>
                $"Get that root from who runs the CA, compare its fingerprint, then: Test-PgSslMode {host} -RootCertificate <root.crt>",
            _ => $"Get-PgServerCertificate {host} | Format-List shows the chain.",
        });

    /// <summary>The certificate is another host's.</summary>
    public static PgSslException NameMismatch(NameVerdict name, X509Certificate2 leaf, ConnectionHost host) => new(
        PgSslError.HostNameMismatch,
        name.Reason,
        CertificateNames.SubjectAlternativeNames(leaf).FirstOrDefault(entry => entry.StartsWith(DnsPrefix, StringComparison.Ordinal)) is { } other
            ? $"Connect by a name in the certificate, such as: Test-PgSslMode {other[DnsPrefix.Length..]}:{host.Port}; or have it issued for {host.DisplayName} as well."
            : $"Have the certificate issued with the subject alternative name {host.DisplayName}.");

    private const string DnsPrefix = "DNS:";

    private const string RefusePlaintext =
        "Turn the host rules of pg_hba.conf into hostssl, and let the client use sslmode=verify-full.";

    private static string WithoutRoot(ClientPolicy policy) => policy.Trust is null ? " as there is no root certificate" : "";
}
