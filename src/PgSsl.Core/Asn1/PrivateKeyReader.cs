using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using PgSsl.Common;

namespace PgSsl.Asn1;

/// <summary>Reads private keys as OpenSSL does: PEM first, DER if that fails.</summary>
internal static class PrivateKeyReader
{
    private const string PlainLabel = "PRIVATE KEY";
    private const string EncryptedLabel = "ENCRYPTED PRIVATE KEY";

    private delegate T? Importer<T>(byte[] content, char[] text, char[]? passphrase)
        where T : class;

    /// <summary>Reads an RSA or ECDSA key.</summary>
    /// <param name="content">The bytes of the file.</param>
    /// <param name="passphrase">For an encrypted key; null for none.</param>
    /// <param name="source">Where the passphrase comes from.</param>
    /// <param name="path">Names the file in messages.</param>
    /// <exception cref="PgSslException"><see cref="PgSslError.InvalidKeyFile"/>; the message never holds key or passphrase.</exception>
    public static AsymmetricAlgorithm Read(byte[] content, char[]? passphrase, PassphraseSource source, string path) =>
        Read(content, passphrase, source, path, Import);

    /// <summary>Reads a key of any kind that a certificate for TLS may have.</summary>
    /// <param name="content">The bytes of the file.</param>
    /// <param name="passphrase">For an encrypted key; null for none.</param>
    /// <param name="source">Where the passphrase comes from.</param>
    /// <param name="path">Names the file in messages.</param>
    /// <exception cref="PgSslException"><see cref="PgSslError.InvalidKeyFile"/>; the message never holds key or passphrase.</exception>
    public static PrivateKey ReadAny(byte[] content, char[]? passphrase, PassphraseSource source, string path) =>
        Read(content, passphrase, source, path, ImportAny);

    private static T Read<T>(byte[] content, char[]? passphrase, PassphraseSource source, string path, Importer<T> import)
        where T : class
    {
        char[] text = Encoding.Latin1.GetChars(content);
        byte[]? decrypted = null;
        try
        {
            bool isTraditional = TraditionalEncryption.IsIn(text);
            ReadOnlyMemory<byte>? encryptedInfo = isTraditional ? null : FindEncrypted(content, text);
            KeyEncryption? encryption = encryptedInfo is { } info ? KeyEncryption.Find(info) : null;
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
            else if (encryption is not null)
                decrypted = PasswordEncryption.Decrypt(encryptedInfo!.Value, passphrase);

            // What is not decrypted here, .NET may decrypt.
            T? key = decrypted is not null ? import(decrypted, [], null)
                : isTraditional ? null
                : import(content, text, isEncrypted ? passphrase : null);
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
        FindPlain(content, out string? algorithm);
        return algorithm switch { Oids.Ed25519 => "Ed25519", Oids.Ed448 => "Ed448", _ => null };
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

    /// <summary>What may be an EncryptedPrivateKeyInfo.</summary>
    private static ReadOnlyMemory<byte>? FindEncrypted(byte[] content, char[] text)
    {
        if (!IsPem(text))
            return content;
        PemReader.ReadAll(content, out IReadOnlyList<PemBlock> blocks);
        return blocks.FirstOrDefault(block => block.Label == EncryptedLabel)?.Data;
    }

    /// <summary>What may be a PrivateKeyInfo that is not encrypted, and its algorithm (RFC 5958 2); null where it is not one.</summary>
    private static ReadOnlyMemory<byte> FindPlain(byte[] content, out string? algorithm)
    {
        PemReader.ReadAll(content, out IReadOnlyList<PemBlock> blocks);
        ReadOnlyMemory<byte> der = blocks.FirstOrDefault(block => block.Label == PlainLabel)?.Data ?? content;
        try
        {
            AsnReader info = new AsnReader(der, AsnEncodingRules.BER).ReadSequence();
            info.ReadInteger();
            algorithm = info.ReadSequence().ReadObjectIdentifier();
            info.ReadOctetString();
        }
        catch (AsnContentException)
        {
            algorithm = null;
        }
        return der;
    }

    private static string Convert(string path, string form) =>
        $"openssl pkcs8 -topk8 -v2 aes-256-cbc{form} -in {CommandText.ShellPath(path)} -out new.key";

    private static PrivateKey? ImportAny(byte[] content, char[] text, char[]? passphrase)
    {
        ReadOnlyMemory<byte> plain = FindPlain(content, out string? kind);
        if (kind is Oids.Ed25519 or Oids.Ed448 or Oids.RsaPss or Oids.Dsa)
            return new PrivateKey(null, plain.ToArray());
        if (Import(content, text, passphrase) is not { } key)
            return null;
        try
        {
            return new PrivateKey(key, key.ExportPkcs8PrivateKey());
        }
        catch (CryptographicException)
        {
            // A public key.
            key.Dispose();
            return null;
        }
    }

    private static AsymmetricAlgorithm? Import(byte[] content, char[] text, char[]? passphrase)
    {
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

    /// <summary>The file holds something else, or a key that is damaged.</summary>
    public static PgSslException Unusable(bool isEncrypted, PassphraseSource source, string path) => new(
        PgSslError.InvalidKeyFile,
        isEncrypted
            ? $"Private key file \"{path}\" cannot be decrypted: {source.Name} is wrong, or the key is of a kind that is not supported."
            : $"Private key file \"{path}\" holds no private key of a kind that is supported, neither in PEM nor in DER form.",
        $"Examine it with: openssl pkey -noout -text -in {CommandText.ShellPath(path)}");
}
