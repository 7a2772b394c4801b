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
            Oids.Rsa or Oids.RsaPss => certificate.GetRSAPublicKey(),
            Oids.EllipticCurve => certificate.GetECDsaPublicKey(),
            _ => null,
        };
        (string name, int size) = Of(oid, known);
        return (name == oid ? key.Oid.FriendlyName ?? oid : name, size);
    }

    /// <summary>Names algorithm and size in bits (RFC 3279, RFC 5480, RFC 8410).</summary>
    /// <param name="oid">The type of the key.</param>
    /// <param name="key">The key; null where .NET has no class for it.</param>
    public static (string Algorithm, int Size) Of(string oid, AsymmetricAlgorithm? key) => oid switch
    {
        Oids.Rsa or Oids.RsaPss => ("RSA", key?.KeySize ?? 0),
        Oids.EllipticCurve => ("ECDSA", key?.KeySize ?? 0),
        Oids.Ed25519 => ("Ed25519", 256),
        Oids.Ed448 => ("Ed448", 456),
        _ => (oid, 0),
    };
}
