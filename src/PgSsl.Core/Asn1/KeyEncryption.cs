using System.Formats.Asn1;
using System.Security.Cryptography;

namespace PgSsl.Asn1;

/// <summary>How a private key in PKCS #8 is encrypted (RFC 5958 3, EncryptedPrivateKeyInfo).</summary>
/// <param name="Unsupported">The algorithm that .NET does not support, by openssl's name; null where it supports all.</param>
internal sealed record KeyEncryption(string? Unsupported)
{
    private const string Pbes2 = "1.2.840.113549.1.5.13";
    private const string Pbkdf2 = "1.2.840.113549.1.5.12";
    private const string Scrypt = "1.3.6.1.4.1.11591.4.11";

    // The ciphers that Pkcs8PrivateKeyInfo of .NET decrypts: AES-128, AES-192 and AES-256 in CBC mode, 3DES, RC2, DES.
    private static readonly string[] Ciphers =
    [
        "2.16.840.1.101.3.4.1.2", "2.16.840.1.101.3.4.1.22", "2.16.840.1.101.3.4.1.42",
        "1.2.840.113549.3.7", "1.2.840.113549.3.2", "1.3.14.3.2.7",
    ];

    /// <summary>Examines an encrypted key in DER; null for other bytes, such as an unencrypted key.</summary>
    public static KeyEncryption? Find(ReadOnlyMemory<byte> der)
    {
        try
        {
            AsnReader info = new AsnReader(der, AsnEncodingRules.BER).ReadSequence();
            AsnReader algorithm = info.ReadSequence();
            string scheme = algorithm.ReadObjectIdentifier();
            info.ReadOctetString();
            return new KeyEncryption(scheme == Pbes2 ? FindUnsupported(algorithm.ReadSequence()) : null);
        }
        catch (AsnContentException)
        {
            return null;
        }
    }

    /// <summary>RFC 8018 A.4, PBES2-params: the derivation of the key, and the cipher.</summary>
    private static string? FindUnsupported(AsnReader parameters)
    {
        string derivation = parameters.ReadSequence().ReadObjectIdentifier();
        string cipher = parameters.ReadSequence().ReadObjectIdentifier();
        if (derivation != Pbkdf2)
            return derivation == Scrypt ? "scrypt" : NameOf(derivation);
        return Ciphers.Contains(cipher) ? null : NameOf(cipher);
    }

    private static string NameOf(string oid) => new Oid(oid).FriendlyName ?? oid;
}
