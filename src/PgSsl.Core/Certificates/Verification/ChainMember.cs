using System.Security.Cryptography.X509Certificates;

namespace PgSsl.Certificates.Verification;

/// <summary>One certificate of a completed chain.</summary>
/// <param name="Certificate">The certificate.</param>
/// <param name="Source">The kind of place it was found at.</param>
/// <param name="Origin">
/// The place: <c>sent by the server</c>, a path, <c>system</c>, <c>provider AmazonRds (https://…)</c>, or the URL it was fetched from.
/// </param>
internal sealed record ChainMember(X509Certificate2 Certificate, ChainSource Source, string Origin)
{
    /// <summary>The certificate's name and its origin: <c>db1.example.com: sent by the server</c>.</summary>
    public override string ToString() => $"{CertificateNames.Display(Certificate)}: {Origin}";
}
