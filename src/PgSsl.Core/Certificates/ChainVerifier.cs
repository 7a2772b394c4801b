using System.Security.Cryptography.X509Certificates;

namespace PgSsl.Certificates;

/// <summary>
/// Verifies a server's chain as OpenSSL does for libpq (crypto/x509/x509_vfy.c with the parameters of a TLS client): the same on
/// every platform, without network, without the operating system's chain engine.
/// </summary>
public static class ChainVerifier
{
    /// <summary>
    /// Verifies a chain. At most 101 links are followed, however many certificates are sent; the cost is one signature for each
    /// link and one comparison for each link and certificate sent.
    /// </summary>
    /// <param name="served">The certificates as sent, leaf first; at least one.</param>
    /// <param name="trust">What the client trusts.</param>
    /// <param name="at">The time to verify for.</param>
    public static ChainVerdict Verify(IReadOnlyList<X509Certificate2> served, TrustStore trust, DateTimeOffset at) =>
        throw new NotImplementedException();
}
