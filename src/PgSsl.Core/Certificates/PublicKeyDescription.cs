using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PgSsl.Certificates;

/// <summary>A public key's algorithm and size, by their usual names.</summary>
internal static class PublicKeyDescription
{
    /// <summary>Names algorithm and size in bits.</summary>
    public static (string Algorithm, int Size) Of(X509Certificate2 certificate)
    {
        PublicKey key = certificate.PublicKey;
        // RFC 3279, RFC 5480, RFC 8410
        switch (key.Oid.Value)
        {
            case "1.2.840.113549.1.1.1" or "1.2.840.113549.1.1.10":
                using (RSA? rsa = certificate.GetRSAPublicKey())
                    return ("RSA", rsa?.KeySize ?? 0);
            case "1.2.840.10045.2.1":
                using (ECDsa? ecdsa = certificate.GetECDsaPublicKey())
                    return ("ECDSA", ecdsa?.KeySize ?? 0);
            case "1.3.101.112":
                return ("Ed25519", 256);
            case "1.3.101.113":
                return ("Ed448", 456);
            default:
                return (key.Oid.FriendlyName ?? key.Oid.Value ?? "", 0);
        }
    }
}
