using System.Formats.Asn1;
using System.Security.Cryptography;
using PgSsl.Asn1;

namespace PgSsl.Certificates.Trust;

/// <summary>
/// Private keys in a file of certificates. Nobody needs them there, but OpenSSL reads them, and refuses the file if it cannot
/// (crypto/pem/pem_info.c, PEM_X509_INFO_read_bio_ex).
/// </summary>
internal static class PrivateKeyBlock
{
    private const string Pkcs8 = "PRIVATE KEY";
    private const string EncryptedPkcs8 = "ENCRYPTED PRIVATE KEY";

    // A header of so many characters is taken for one of an encrypted key, which is not decrypted.
    private const int LongestPlainHeader = 10;

    /// <summary>Whether OpenSSL takes a block for a private key.</summary>
    public static bool IsOne(PemBlock block) => block.Label.Contains(Pkcs8, StringComparison.Ordinal);

    /// <summary>Throws <see cref="AsnContentException"/> or <see cref="CryptographicException"/> for a block that OpenSSL cannot read.</summary>
    public static void Check(PemBlock block)
    {
        bool isEncrypted = block.Label == EncryptedPkcs8 || block.Header.Length > LongestPlainHeader;
        if (block.Header.Length > 0 && !(isEncrypted && IsEncryptionHeader(block.Header)))
            throw new CryptographicException("The header of the block cannot be read.");
        if (isEncrypted)
            return;
        string kind = block.Label[..block.Label.IndexOf(Pkcs8, StringComparison.Ordinal)].TrimEnd();
        ReadOnlyMemory<byte> key = new AsnReader(block.Data, AsnEncodingRules.BER).PeekEncodedValue();
        // OpenSSL tells PKCS #8, whatever the label, by its second element, the algorithm (crypto/asn1/d2i_pr.c).
        AsnReaderExtensions.RefuseLongEmptyEnd(key);
        AsnReader content = new AsnReader(key, AsnEncodingRules.BER).ReadSequence();
        content.ReadInteger();
        if (content.Has(Asn1Tag.Sequence))
            CheckPkcs8(key, kind);
        else if (kind == "EC" || (kind is "" && content.Has(Asn1Tag.PrimitiveOctetString)))
            ImportCurve(ecdsa => ecdsa.ImportECPrivateKey(key.Span, out _));
        else if (kind is "RSA" or "")
            CheckRsa(key);
        else
            throw new CryptographicException("A key of an unknown type.");
    }

    /// <summary>crypto/pem/pem_lib.c, PEM_get_EVP_CIPHER_INFO: the ciphers are those that people use.</summary>
    private static bool IsEncryptionHeader(string header)
    {
        string[] lines = header.Split('\n');
        if (lines.Length < 2 || lines[0] != "Proc-Type: 4,ENCRYPTED" || !lines[1].StartsWith("DEK-Info: ", StringComparison.Ordinal)
            || lines[1]["DEK-Info: ".Length..].TrimEnd().Split(',') is not [var cipher, var vector])
            return false;
        int length = cipher switch
        {
            "DES-EDE3-CBC" or "DES-CBC" => 8,
            "AES-128-CBC" or "AES-192-CBC" or "AES-256-CBC" => 16,
            "CAMELLIA-128-CBC" or "CAMELLIA-192-CBC" or "CAMELLIA-256-CBC" => 16,
            _ => 0,
        };
        return length > 0 && vector.Length == 2 * length && vector.All(char.IsAsciiHexDigit);
    }

    /// <summary>RFC 5958 2.</summary>
    private static void CheckPkcs8(ReadOnlyMemory<byte> key, string kind)
    {
        AsnReader info = new AsnReader(key, AsnEncodingRules.BER).ReadSequence();
        info.ReadInteger();
        var algorithm = AlgorithmIdentifier.Read(info);
        if ((kind == "RSA" && algorithm.Oid != Oids.Rsa) || (kind == "EC" && algorithm.Oid != Oids.EllipticCurve))
            throw new CryptographicException("The key is of another type than the label says.");
        byte[] inner = info.ReadOctets();
        // Attributes, which nobody has.
        info.ThrowIfNotEmpty();
        try
        {
            switch (algorithm.Oid)
            {
                case Oids.Rsa or Oids.RsaPss:
                    CheckRsa(inner);
                    break;
                case Oids.EllipticCurve:
                    ImportCurve(ecdsa => ecdsa.ImportPkcs8PrivateKey(key.Span, out _));
                    break;
                case Oids.Ed25519 or Oids.Ed448:
                    int length = algorithm.Oid == Oids.Ed25519 ? 32 : 57;
                    if (algorithm.Parameters is not null || new AsnReader(inner, AsnEncodingRules.BER).ReadOctetString().Length != length)
                        throw new CryptographicException("Not a key of its type.");
                    break;
                default:
                    throw new CryptographicException("A key of an unknown type.");
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(inner);
        }
    }

    /// <summary>RFC 8017 A.1.2, of two primes.</summary>
    private static void CheckRsa(ReadOnlyMemory<byte> key)
    {
        AsnReader content = new AsnReader(key, AsnEncodingRules.BER).ReadSequence();
        if (!content.ReadInteger().IsZero)
            throw new CryptographicException("A key of several primes.");
        for (int i = 0; i < 8; i++)
            content.ReadUnsigned();
        content.ThrowIfNotEmpty();
    }

    private static void ImportCurve(Action<ECDsa> import)
    {
        using var ecdsa = ECDsa.Create();
        try
        {
            import(ecdsa);
        }
        catch (PlatformNotSupportedException exception)
        {
            throw new CryptographicException("A key on an unknown curve.", exception);
        }
    }
}
