using System.Security.Cryptography.X509Certificates;

namespace PgSsl.Certificates.Verification;

/// <summary>What OpenSSL, set up as libpq sets it up, would say about a chain.</summary>
/// <param name="Error">The first error that libpq would report; <see cref="ChainError.None"/> for a good chain.</param>
/// <param name="Path">The path that was built, leaf first, as far as it goes.</param>
/// <param name="Depth">The position in <paramref name="Path"/> that the error is about: 0 is the leaf.</param>
/// <param name="Reason">One sentence for a DBA that names the certificate concerned; empty for a good chain.</param>
internal sealed record ChainVerdict(ChainError Error, IReadOnlyList<X509Certificate2> Path, int Depth, string Reason)
{
    /// <summary>True for a chain that ends at a trusted root without an error.</summary>
    public bool IsValid => Error == ChainError.None;
}
