using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using PgSsl.Common;

namespace PgSsl.Asn1;

/// <summary>Reads private keys as OpenSSL does: PEM first, DER if that fails.</summary>
internal static class PrivateKeyReader
{
    private const string EncryptedLabel = "ENCRYPTED PRIVATE KEY";

    /// <summary>Reads a key of any algorithm that TLS certificates use.</summary>
    /// <param name="content">The bytes of the file.</param>
    /// <param name="passphrase">For an encrypted key; null for none.</param>
    /// <param name="source">Where the passphrase comes from.</param>
    /// <param name="path">Names the file in messages.</param>
    /// <exception cref="PgSslException"><see cref="PgSslError.InvalidKeyFile"/>; the message never holds key or passphrase.</exception>
    public static AsymmetricAlgorithm Read(byte[] content, char[]? passphrase, PassphraseSource source, string path)
    {
        char[] text = Encoding.Latin1.GetChars(content);
        byte[]? decrypted = null;
        try
        {
            bool isTraditional = TraditionalEncryption.IsIn(text);
            KeyEncryption? encryption = isTraditional ? null : FindEncryption(content, text);
            bool isEncrypted = isTraditional || encryption is not null || text.AsSpan().IndexOf(EncryptedLabel) >= 0;
            if (isEncrypted && !IsPem(text) && !source.DecryptsDer)
                throw new PgSslException(
                    PgSslError.InvalidKeyFile,
                    $"Private key file \"{path}\" is encrypted in DER form. OpenSSL does not ask libpq for its passphrase, so libpq refuses it.",
                    $"Convert it to PEM: {Convert(path, " -inform DER")}");
            if (encryption?.Unsupported is { } unsupported)
                throw new PgSslException(
                    PgSslError.InvalidKeyFile,
                    $"Private key file \"{path}\" is encrypted with {unsupported}, which .NET does not support.",
                    $"Encrypt it with another cipher: {Convert(path, IsPem(text) ? "" : " -inform DER")}");
            if (isEncrypted && passphrase is null)
                throw new PgSslException(
                    PgSslError.InvalidKeyFile,
                    $"Private key file \"{path}\" is encrypted, but no {source.Name} is given{source.Consequence}.",
                    source.Remedy);
            if (isTraditional)
                decrypted = TraditionalEncryption.Decrypt(content, passphrase);

            AsymmetricAlgorithm? key = decrypted is not null ? Import(decrypted, [], null)
                : isTraditional ? null
                : Import(content, text, isEncrypted ? passphrase : null);
            return key ?? throw Unusable(isEncrypted, source, path);
        }
        finally
        {
            Array.Clear(text);
            CryptographicOperations.ZeroMemory(decrypted);
        }
    }

    /// <summary>The algorithm of a key that .NET has no class for: <c>Ed25519</c> or <c>Ed448</c>; null for others, and for encrypted keys.</summary>
    public static string? FindEdwardsAlgorithm(byte[] content)
    {
        PemReader.ReadAll(content, out IReadOnlyList<PemBlock> blocks);
        ReadOnlyMemory<byte> der = blocks.FirstOrDefault(block => block.Label == "PRIVATE KEY")?.Data ?? content;
        try
        {
            // RFC 5958: version, algorithm, key.
            AsnReader info = new AsnReader(der, AsnEncodingRules.BER).ReadSequence();
            info.ReadInteger();
            return info.ReadSequence().ReadObjectIdentifier() switch { Oids.Ed25519 => "Ed25519", Oids.Ed448 => "Ed448", _ => null };
        }
        catch (AsnContentException)
        {
            return null;
        }
    }

    /// <summary>Joins certificate and key.</summary>
    /// <exception cref="ArgumentException">They do not belong together.</exception>
    public static X509Certificate2 Attach(X509Certificate2 certificate, AsymmetricAlgorithm key)
    {
        X509Certificate2 joined = key switch
        {
            RSA rsa when certificate.GetRSAPublicKey() is not null => certificate.CopyWithPrivateKey(rsa),
            ECDsa ecdsa when certificate.GetECDsaPublicKey() is not null => certificate.CopyWithPrivateKey(ecdsa),
            _ => throw new ArgumentException("The key has another algorithm.", nameof(key)),
        };
        if (!OperatingSystem.IsWindows())
            return joined;
        // Windows' TLS cannot use a key that is only in memory; a round trip through PKCS#12 makes it usable.
        using (joined)
        {
            byte[] pkcs12 = joined.Export(X509ContentType.Pkcs12);
            try
            {
                return Import(pkcs12, X509KeyStorageFlags.DefaultKeySet);
            }
            catch (CryptographicException)
            {
                // Services and scheduled tasks often have no profile, in which the keys of an account are kept.
                return Import(pkcs12, X509KeyStorageFlags.MachineKeySet);
            }
            finally
            {
                CryptographicOperations.ZeroMemory(pkcs12);
            }
        }
    }

    private static X509Certificate2 Import(byte[] pkcs12, X509KeyStorageFlags flags) => new(pkcs12, (string?)null, flags);

    private static bool IsPem(char[] text) => text.AsSpan().IndexOf("-----BEGIN ") >= 0;

    private static KeyEncryption? FindEncryption(byte[] content, char[] text)
    {
        if (!IsPem(text))
            return KeyEncryption.Find(content);
        PemReader.ReadAll(content, out IReadOnlyList<PemBlock> blocks);
        return blocks.FirstOrDefault(block => block.Label == EncryptedLabel) is { } block ? KeyEncryption.Find(block.Data) : null;
    }

    private static string Convert(string path, string form) =>
        $"openssl pkcs8 -topk8 -v2 aes-256-cbc{form} -in {CommandText.ShellPath(path)} -out new.key";

    private static AsymmetricAlgorithm? Import(byte[] content, char[] text, char[]? passphrase)
    {
        // Each attempt derives the key of an encrypted file anew. RSA comes second, because openssl writes its keys with fewer iterations than
        // New-PgCsr writes its own, which are ECDSA unless told otherwise.
        foreach (Func<AsymmetricAlgorithm> algorithm in (ReadOnlySpan<Func<AsymmetricAlgorithm>>)[ECDsa.Create, RSA.Create])
        {
            AsymmetricAlgorithm key = algorithm();
            if (TryImport(key, content, text, passphrase))
                return key;
            key.Dispose();
        }
        return null;
    }

    private static bool TryImport(AsymmetricAlgorithm key, byte[] content, char[] text, char[]? passphrase)
    {
        try
        {
            if (passphrase is not null && IsPem(text))
                key.ImportFromEncryptedPem(text, passphrase);
            else if (passphrase is not null)
                key.ImportEncryptedPkcs8PrivateKey(passphrase, content, out _);
            else if (IsPem(text))
                key.ImportFromPem(text);
            else
                ImportDer(key, content);
            return true;
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            return false;
        }
    }

    private static void ImportDer(AsymmetricAlgorithm key, byte[] content)
    {
        try
        {
            key.ImportPkcs8PrivateKey(content, out _);
        }
        catch (CryptographicException)
        {
            if (key is RSA rsa)
                rsa.ImportRSAPrivateKey(content, out _);
            else
                ((ECDsa)key).ImportECPrivateKey(content, out _);
        }
    }

    private static PgSslException Unusable(bool isEncrypted, PassphraseSource source, string path) => new(
        PgSslError.InvalidKeyFile,
        isEncrypted
            ? $"Private key file \"{path}\" cannot be decrypted: {source.Name} is wrong, or the key is neither RSA nor ECDSA."
            : $"Private key file \"{path}\" holds no RSA or ECDSA private key, neither in PEM nor in DER form.",
        $"Examine it with: openssl pkey -noout -text -in {CommandText.ShellPath(path)}");
}
