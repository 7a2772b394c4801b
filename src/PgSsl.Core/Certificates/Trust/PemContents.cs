using System.Security.Cryptography.X509Certificates;

namespace PgSsl.Certificates.Trust;

/// <summary>What OpenSSL takes from a PEM file: its certificates and CRLs, in order; keys and other blocks are passed over.</summary>
/// <param name="Certificates">The certificates.</param>
/// <param name="Crls">The revocation lists.</param>
internal sealed record PemContents(IReadOnlyList<X509Certificate2> Certificates, IReadOnlyList<CertificateRevocationList> Crls)
{
    /// <summary>The certificates with the trust settings of TRUSTED CERTIFICATE blocks.</summary>
    internal IReadOnlyList<TrustAnchor> Anchors { get; init; } = [];
}
