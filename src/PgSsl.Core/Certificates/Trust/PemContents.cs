using System.Security.Cryptography.X509Certificates;

namespace PgSsl.Certificates.Trust;

/// <summary>What OpenSSL takes from a PEM file: its certificates and CRLs, in order. Keys and other blocks are skipped.</summary>
/// <param name="anchors">The certificates with the trust settings of TRUSTED CERTIFICATE blocks.</param>
/// <param name="crls">The revocation lists.</param>
internal sealed class PemContents(IReadOnlyList<TrustAnchor> anchors, IReadOnlyList<CertificateRevocationList> crls) : ITrustSource
{
    /// <summary>The content of a file that cannot be used.</summary>
    public static PemContents Empty { get; } = new([], []);

    /// <summary>The certificates.</summary>
    public IReadOnlyList<X509Certificate2> Certificates => [.. anchors.Select(anchor => anchor.Certificate.Certificate)];

    /// <summary>The revocation lists.</summary>
    public IReadOnlyList<CertificateRevocationList> Crls => crls;

    /// <inheritdoc/>
    public IEnumerable<TrustAnchor> Anchors => anchors;

    // A comparison of names costs less than an index, even with the hundred and fifty roots of an operating system.

    /// <inheritdoc/>
    public IEnumerable<TrustAnchor> Named(DistinguishedName subject) => anchors.Where(anchor => anchor.Certificate.Subject.Equals(subject));

    /// <inheritdoc/>
    public IEnumerable<CertificateRevocationList> CrlsOf(DistinguishedName issuer) => crls.Where(crl => crl.IssuerName.Equals(issuer));
}
