using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Text;

namespace PgSsl.Asn1;

/// <summary>
/// Private keys encrypted by PBES2 with PBKDF2 (RFC 8018 6.2), as openssl and .NET write them. .NET decrypts one only together with an import, and so
/// not where it has no class for the key; and each attempt to import derives the key again.
/// </summary>
internal static class PasswordEncryption
{
    private const string Pbes2 = "1.2.840.113549.1.5.13";
    private const string Pbkdf2 = "1.2.840.113549.1.5.12";

    /// <summary>Decrypts an EncryptedPrivateKeyInfo; null if the passphrase is wrong, the algorithm is another one, or the key is damaged.</summary>
    /// <returns>PKCS #8; the caller clears it. A wrong passphrase may give bytes that are not a key.</returns>
    public static byte[]? Decrypt(ReadOnlyMemory<byte> der, ReadOnlySpan<char> passphrase)
    {
        byte[] bytes = new byte[Encoding.UTF8.GetByteCount(passphrase)];
        Encoding.UTF8.GetBytes(passphrase, bytes);
        try
        {
            AsnReader info = new AsnReader(der, AsnEncodingRules.BER).ReadSequence();
            AsnReader algorithm = info.ReadSequence();
            if (algorithm.ReadObjectIdentifier() != Pbes2)
                return null;
            AsnReader parameters = algorithm.ReadSequence(), derivation = parameters.ReadSequence(), scheme = parameters.ReadSequence();
            using SymmetricAlgorithm? cipher = CipherOf(scheme.ReadObjectIdentifier());
            if (cipher is null || derivation.ReadObjectIdentifier() != Pbkdf2 || !TryDerive(derivation.ReadSequence(), bytes, cipher))
                return null;
            return cipher.DecryptCbc(info.ReadOctetString(), scheme.ReadOctetString());
        }
        catch (Exception exception) when (exception is AsnContentException or CryptographicException or ArgumentException)
        {
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>RFC 8018 A.2, PBKDF2-params.</summary>
    private static bool TryDerive(AsnReader parameters, byte[] passphrase, SymmetricAlgorithm cipher)
    {
        byte[] salt = parameters.ReadOctetString();
        if (!parameters.TryReadInt32(out int iterations))
            return false;
        // The length of the key is the cipher's.
        if (parameters.HasData && parameters.PeekTag() == Asn1Tag.Integer)
            parameters.ReadInteger();
        HashAlgorithmName? hash = parameters.HasData ? HashOf(parameters.ReadSequence().ReadObjectIdentifier()) : HashAlgorithmName.SHA1;
        if (hash is null)
            return false;
        byte[] key = Rfc2898DeriveBytes.Pbkdf2(passphrase, salt, iterations, hash.Value, cipher.KeySize / 8);
        cipher.Key = key;
        CryptographicOperations.ZeroMemory(key);
        return true;
    }

    // RFC 8018 B.1.
    private static HashAlgorithmName? HashOf(string oid) => oid switch
    {
        "1.2.840.113549.2.7" => HashAlgorithmName.SHA1,
        "1.2.840.113549.2.9" => HashAlgorithmName.SHA256,
        "1.2.840.113549.2.10" => HashAlgorithmName.SHA384,
        "1.2.840.113549.2.11" => HashAlgorithmName.SHA512,
        _ => null,
    };

    // RFC 8018 B.2, and NIST's object identifiers of AES.
    private static SymmetricAlgorithm? CipherOf(string oid) => oid switch
    {
        "2.16.840.1.101.3.4.1.2" => AesOf(128),
        "2.16.840.1.101.3.4.1.22" => AesOf(192),
        "2.16.840.1.101.3.4.1.42" => AesOf(256),
#pragma warning disable CA5350 // The format knows it; nothing is ever written with it.
        "1.2.840.113549.3.7" => TripleDES.Create(),
#pragma warning restore CA5350
        _ => null,
    };

    private static Aes AesOf(int bits)
    {
        var aes = Aes.Create();
        aes.KeySize = bits;
        return aes;
    }
}
