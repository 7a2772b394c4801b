using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates;

namespace PgSsl.RootFiles;

/// <summary>Certificates, vouched for by somebody, that are to be installed as roots.</summary>
/// <param name="Certificates">The certificates, at least one; intermediates may be among them.</param>
/// <param name="Origin">Where they come from: a path, <c>system</c>, a provider, a URL, <c>sent by the server</c>.</param>
internal sealed record RootOffer(IReadOnlyList<X509Certificate2> Certificates, string Origin)
{
    /// <summary>True for the certificate of one self-signed server, which need not be a CA.</summary>
    public bool IsServerCertificate { get; init; }

    /// <summary>What the user should know about the certificates, one sentence each.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];

    /// <summary>Reads a file in whatever form people have certificates: see <see cref="CertificateInput"/>.</summary>
    /// <exception cref="PgSslException">FileNotFound, FileUnreadable, InvalidCertificateFile.</exception>
    public static RootOffer Read(string path) => new(CertificateInput.ReadFile(path), path);

    /// <summary>The certificates with one of the fingerprints that the user expects; all of them if the user expects none.</summary>
    /// <param name="fingerprints">SHA-256, upper-case hex.</param>
    /// <exception cref="PgSslException"><see cref="PgSslError.FingerprintMismatch"/>: none of them has one.</exception>
    public RootOffer Expect(IReadOnlyCollection<string> fingerprints)
    {
        if (fingerprints.Count == 0)
            return this;
        X509Certificate2[] expected = [.. Certificates.Where(certificate => fingerprints.Contains(Fingerprint.Of(certificate)))];
        if (expected.Length > 0)
            return this with { Certificates = expected };
        throw new PgSslException(
            PgSslError.FingerprintMismatch,
            $"No certificate of {Origin} has the fingerprint that was given; there is " +
            $"{string.Join(", ", Certificates.Select(RootFileEntry.Of).Select(entry => $"{entry.Subject} with SHA-256 {entry.Fingerprint}"))}.",
            "Ask whoever runs the CA. If the fingerprint is right, this is the wrong certificate. Nothing was installed.");
    }
}
