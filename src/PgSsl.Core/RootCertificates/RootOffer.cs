using System.Security.Cryptography.X509Certificates;

namespace PgSsl.RootCertificates;

/// <summary>Certificates that somebody vouches for, to be installed as roots.</summary>
/// <param name="Certificates">The certificates; intermediates may be among them.</param>
/// <param name="Origin">Where they are from: a path, <c>system</c>, a provider, a URL, <c>sent by the server</c>.</param>
public sealed record RootOffer(IReadOnlyList<X509Certificate2> Certificates, string Origin)
{
    /// <summary>True for the certificate of one self-signed server, which need not be a CA.</summary>
    public bool IsServerCertificate { get; init; }

    /// <summary>The same certificates, if one of them has one of the fingerprints that the user expects; without any, as they are.</summary>
    /// <param name="fingerprints">SHA-256, upper-case hex; empty where the user expects nothing.</param>
    /// <exception cref="PgSslException"><see cref="PgSslError.FingerprintMismatch"/>: none of them has.</exception>
    public RootOffer Expect(IReadOnlyCollection<string> fingerprints)
    {
        if (fingerprints.Count == 0 || Certificates.Any(certificate => fingerprints.Contains(RootFile.FingerprintOf(certificate))))
            return this;
        throw new PgSslException(
            PgSslError.FingerprintMismatch,
            $"No certificate of {Origin} has the fingerprint that was given; there is " +
            $"{string.Join(", ", Certificates.Select(RootFileEntry.Of).Select(entry => $"{entry.Subject} with SHA-256 {entry.Fingerprint}"))}.",
            "Ask who runs the CA. If the fingerprint is right, this is not the certificate: nothing was installed.");
    }
}
