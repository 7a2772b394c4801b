using System.Security.Cryptography;
using System.Text;

namespace PgSsl.Asn1;

/// <summary>
/// Private keys encrypted in the format of OpenSSL before PKCS #8, which <c>openssl genrsa -aes256</c> wrote until version 3
/// (crypto/pem/pem_lib.c, PEM_do_header): a cipher and its vector in the header, the key derived by EVP_BytesToKey with MD5.
/// </summary>
internal static class TraditionalEncryption
{
    private const string Mark = "Proc-Type: 4,ENCRYPTED";
    private const string Cipher = "DEK-Info:";
    private const int SaltLength = 8;

    /// <summary>Whether a PEM file holds such a key.</summary>
    public static bool IsIn(ReadOnlySpan<char> pem) => pem.IndexOf(Mark) >= 0;

    /// <summary>Decrypts the key; null if the passphrase is wrong, the cipher is not supported, or the file is damaged.</summary>
    /// <returns>PKCS #1 or SEC 1; the caller clears it.</returns>
    public static byte[]? Decrypt(byte[] pem, ReadOnlySpan<char> passphrase)
    {
        PemReader.ReadAll(pem, out IReadOnlyList<PemBlock> blocks);
        PemBlock? block = blocks.FirstOrDefault(block => block.Header.StartsWith(Mark, StringComparison.Ordinal));
        string? line = block?.Header.Split('\n').FirstOrDefault(line => line.StartsWith(Cipher, StringComparison.Ordinal));
        if (line?[Cipher.Length..].Trim().Split(',') is not [var name, var vector])
            return null;
        using SymmetricAlgorithm? cipher = Create(name);
        if (cipher is null)
            return null;
        byte[] bytes = new byte[Encoding.UTF8.GetByteCount(passphrase)];
        Encoding.UTF8.GetBytes(passphrase, bytes);
        try
        {
            byte[] iv = Convert.FromHexString(vector);
            cipher.Key = DeriveKey(bytes, iv.AsSpan(0, SaltLength), cipher.KeySize / 8);
            return cipher.DecryptCbc(block!.Data.Span, iv);
        }
        catch (Exception exception) when (exception is CryptographicException or FormatException or ArgumentException)
        {
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

#pragma warning disable CA5350, CA5351 // The format demands them; nothing is ever written in it.
    private static SymmetricAlgorithm? Create(string name)
    {
        SymmetricAlgorithm? cipher = name switch
        {
            "DES-EDE3-CBC" => TripleDES.Create(),
            "AES-128-CBC" or "AES-192-CBC" or "AES-256-CBC" => Aes.Create(),
            _ => null,
        };
        if (cipher is not null)
            cipher.KeySize = name switch { "AES-128-CBC" => 128, "AES-256-CBC" => 256, _ => 192 };
        return cipher;
    }

    /// <summary>crypto/evp/evp_key.c, EVP_BytesToKey with one round of MD5.</summary>
    private static byte[] DeriveKey(byte[] passphrase, ReadOnlySpan<byte> salt, int length)
    {
        var key = new List<byte>();
        byte[] previous = [];
        while (key.Count < length)
        {
            previous = MD5.HashData([.. previous, .. passphrase, .. salt]);
            key.AddRange(previous);
        }
        return [.. key.Take(length)];
    }
#pragma warning restore CA5350, CA5351
}
