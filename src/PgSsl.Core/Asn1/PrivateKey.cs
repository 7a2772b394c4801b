using System.Security.Cryptography;

namespace PgSsl.Asn1;

/// <summary>A private key that was read from a file, of any kind that TLS signs with.</summary>
/// <param name="algorithm">The key as .NET's cryptography takes it; null for a kind that .NET has no class for.</param>
/// <param name="pkcs8">The key in PKCS #8, which <see cref="Dispose"/> clears.</param>
internal sealed class PrivateKey(AsymmetricAlgorithm? algorithm, byte[] pkcs8) : IDisposable
{
    /// <summary>The key as .NET takes it (RSA, ECDSA); null for a kind that .NET has no class for (Ed25519, Ed448, RSASSA-PSS).</summary>
    public AsymmetricAlgorithm? Algorithm => algorithm;

    /// <summary>The key in PKCS #8.</summary>
    public ReadOnlyMemory<byte> Pkcs8 => pkcs8;

    /// <inheritdoc/>
    public void Dispose()
    {
        algorithm?.Dispose();
        CryptographicOperations.ZeroMemory(pkcs8);
    }
}
