using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PgSsl.Certificates;

/// <summary>The SHA-256 fingerprint by which certificates are told apart.</summary>
internal static class Fingerprint
{
    /// <summary>SHA-256 over the DER encoding, as upper-case hex without separators.</summary>
    public static string Of(X509Certificate2 certificate)
    {
        return certificate.GetCertHashString(HashAlgorithmName.SHA256);
    }
}
