using System.Security.Cryptography.X509Certificates;

namespace PgSsl.Certificates.Verification;

/// <summary>A certificate that is, or may become, a member of a chain, and where it comes from.</summary>
/// <param name="Certificate">The certificate.</param>
/// <param name="Source">The kind of place.</param>
/// <param name="Origin">
/// The place: <c>sent by the server</c>, a path, <c>system</c>, <c>provider AmazonRds (https://…)</c>, or the URL it was fetched from.
/// </param>
internal sealed record ChainMember(X509Certificate2 Certificate, ChainSource Source, string Origin)
{
    /// <summary>What the certificate says. A certificate that cannot be read is in no chain but one of its own, where nobody asks.</summary>
    public ParsedCertificate Parsed { get; } = ParsedCertificate.Of(Certificate)!;

    /// <summary>The certificate's name and its origin: <c>db1.example.com: sent by the server</c>.</summary>
    public override string ToString() => $"{CertificateNames.Display(Certificate)}: {Origin}";
}
