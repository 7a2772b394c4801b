using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PgSsl.Asn1;

namespace PgSsl.Certificates;

/// <summary>A public key's algorithm and size, by their usual names.</summary>
internal static class PublicKeyDescription
{
    /// <summary>Names algorithm and size in bits of a certificate's key.</summary>
    public static (string Algorithm, int Size) Of(X509Certificate2 certificate)
    {
        PublicKey key = certificate.PublicKey;
        string oid = key.Oid.Value ?? "";
        using AsymmetricAlgorithm? known = oid switch
        {
            Oids.Rsa => certificate.GetRSAPublicKey(),
            Oids.EllipticCurve => certificate.GetECDsaPublicKey(),
            _ => null,
        };
        (string name, int size) = Of(oid, known, key.EncodedKeyValue.RawData);
        return (name == oid ? key.Oid.FriendlyName ?? oid : name, size);
    }

    /// <summary>Names algorithm and size in bits (RFC 3279, RFC 5480, RFC 8410).</summary>
    /// <param name="oid">The type of the key.</param>
    /// <param name="key">The key; null where .NET has no class for it.</param>
    /// <param name="bits">The public key's own encoding; null where it is not known.</param>
    public static (string Algorithm, int Size) Of(string oid, AsymmetricAlgorithm? key, byte[]? bits) => oid switch
    {
        Oids.Rsa => ("RSA", key?.KeySize ?? 0),
        Oids.RsaPss => ("RSA", SizeOf(bits)),
        Oids.EllipticCurve => ("ECDSA", key?.KeySize ?? 0),
        Oids.Ed25519 => ("Ed25519", 256),
        Oids.Ed448 => ("Ed448", 456),
        _ => (oid, 0),
    };

    /// <summary>.NET has no class for a key that may sign with RSASSA-PSS only. It is encoded as any other of RSA (RFC 4055 1.2).</summary>
    private static int SizeOf(byte[]? rsaPublicKey)
    {
        using var rsa = RSA.Create();
        try
        {
            rsa.ImportRSAPublicKey(rsaPublicKey, out _);
            return rsa.KeySize;
        }
        catch (CryptographicException)
        {
            return 0;
        }
    }
}
