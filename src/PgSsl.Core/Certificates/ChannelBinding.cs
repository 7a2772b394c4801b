using System.Security.Cryptography.X509Certificates;
using PgSsl.Asn1;

namespace PgSsl.Certificates;

/// <summary>
/// SCRAM binds to the channel with the digest of the certificate's signature, which Ed25519 and Ed448 do not have. Both sides need it, and
/// channel_binding is prefer by default (be-secure-openssl.c, be_tls_get_certificate_hash; fe-secure-openssl.c).
/// </summary>
internal static class ChannelBinding
{
    /// <summary>What to do.</summary>
    public const string Remedy = "Have it signed with RSA or ECDSA.";

    /// <summary>Why SCRAM cannot bind to a certificate, as a sentence; null if it can.</summary>
    public static string? LackOf(X509Certificate2 certificate) => ParsedCertificate.Of(certificate) is { } parsed ? LackOf(parsed) : null;

    /// <summary>Why SCRAM cannot bind to a certificate, as a sentence; null if it can.</summary>
    public static string? LackOf(ParsedCertificate certificate)
    {
        SignatureAlgorithm signature = certificate.OuterSignatureAlgorithm;
        string name = signature.Identifier.Oid switch { Oids.Ed25519 => "Ed25519", Oids.Ed448 => "Ed448", var oid => oid };
        return signature.Digest is not null ? null
            : $"The signature ({name}) names no digest: logging in with SCRAM over TLS fails, unless clients set channel_binding=disable.";
    }
}
