using System.Security.Cryptography.X509Certificates;

namespace PgSsl.Certificates.Verification;

/// <summary>OpenSSL's verdict on a chain, with the settings of libpq.</summary>
/// <param name="Error">The first error that libpq would report; <see cref="ChainError.None"/> for a good chain.</param>
/// <param name="Path">The path that was built, leaf first, as far as possible.</param>
/// <param name="Depth">The position of the error in <paramref name="Path"/>: 0 is the leaf.</param>
/// <param name="Reason">One sentence for a DBA that names the faulty certificate; empty for a good chain.</param>
internal sealed record ChainVerdict(ChainError Error, IReadOnlyList<X509Certificate2> Path, int Depth, string Reason)
{
    /// <summary>Whether the chain ends at a trusted root without an error.</summary>
    public bool IsValid => Error == ChainError.None;
}
