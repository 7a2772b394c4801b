using System.Security.Cryptography.X509Certificates;

namespace PgSsl.Certificates;

/// <summary>A client's certificate with its private key, and the intermediates to send with it.</summary>
/// <param name="Certificate">The certificate; it has its private key.</param>
/// <param name="Intermediates">The other certificates of the file, in its order.</param>
/// <param name="Path">The certificate file.</param>
internal sealed record ClientCertificate(
    X509Certificate2 Certificate,
    IReadOnlyList<X509Certificate2> Intermediates,
    string Path);
