namespace PgSsl.Impostors;

/// <summary>What a TLS server serves.</summary>
/// <param name="Chain">The certificates in the order of the wire, DER.</param>
/// <param name="Pkcs8">The key of the first one (ECDSA P-256), PKCS #8.</param>
/// <param name="IsTls10Only">Whether it speaks TLS 1.0, and nothing newer.</param>
internal sealed record TlsServerIdentity(IReadOnlyList<ReadOnlyMemory<byte>> Chain, ReadOnlyMemory<byte> Pkcs8, bool IsTls10Only);
