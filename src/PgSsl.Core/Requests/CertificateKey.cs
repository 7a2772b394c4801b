using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using PgSsl.Asn1;
using PgSsl.Certificates.Trust;
using DotNetRequest = System.Security.Cryptography.X509Certificates.CertificateRequest;

namespace PgSsl.Requests;

/// <summary>The key pair of a new certificate: a new key, or one from a file.</summary>
internal sealed class CertificateKey : IDisposable
{
    // OWASP's number for PBKDF2 with SHA-256 (2023): it takes a quarter of a second to read the key.
    private const int Iterations = 600_000;

    private static readonly PbeParameters Encryption = new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, Iterations);

    private readonly AsymmetricAlgorithm _key;

    internal CertificateKey(AsymmetricAlgorithm key, string algorithm) => (_key, Algorithm) = (key, algorithm);

    /// <summary>One of <see cref="KeyAlgorithms.Names"/>, or the same form with another size: <c>rsa-2560</c>.</summary>
    public string Algorithm { get; }

    /// <summary>SHA-256 of the public key (SubjectPublicKeyInfo), upper-case hex.</summary>
    public string SpkiSha256 => Convert.ToHexString(SHA256.HashData(_key.ExportSubjectPublicKeyInfo()));

    internal bool IsRsa => _key is RSA;

    internal X509SignatureGenerator SignatureGenerator => _key is RSA rsa
        ? X509SignatureGenerator.CreateForRSA(rsa, RSASignaturePadding.Pkcs1)
        : X509SignatureGenerator.CreateForECDsa((ECDsa)_key);

    /// <summary>Makes a new key.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.UnsupportedKeyAlgorithm"/>.</exception>
    public static CertificateKey Generate(string algorithm) => new(KeyAlgorithms.Create(algorithm), algorithm);

    /// <summary>Reads a key file.</summary>
    /// <param name="path">An absolute path.</param>
    /// <param name="passphrase">For an encrypted key; null for none.</param>
    /// <param name="algorithm">The expected algorithm; null if any is possible.</param>
    /// <exception cref="PgSslException">
    /// <see cref="PgSslError.FileNotFound"/>, <see cref="PgSslError.FileUnreadable"/>, <see cref="PgSslError.ContradictoryParameters"/>
    /// for another algorithm, or as <see cref="Read"/>.
    /// </exception>
    public static CertificateKey ReadFile(string path, char[]? passphrase, string? algorithm = null)
    {
        byte[] content = PemFile.ReadBytes(path);
        try
        {
            CertificateKey key = Read(content, passphrase, path);
            if (algorithm is null || key.Algorithm == algorithm)
                return key;
            key.Dispose();
            throw new PgSslException(
                PgSslError.ContradictoryParameters,
                $"The key in {path} is {key.Algorithm}, but -KeyAlgorithm is {algorithm}.",
                "Omit -KeyAlgorithm to use that key, or omit -ExistingKey to make a new key.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }

    /// <summary>Reads the content of a key file: PKCS #8, PKCS #1 or SEC 1, in PEM or DER, encrypted or not.</summary>
    /// <param name="content">The bytes of the file; the caller clears them.</param>
    /// <param name="passphrase">For an encrypted key; null for none.</param>
    /// <param name="path">The file, for messages.</param>
    /// <exception cref="PgSslException">
    /// <see cref="PgSslError.InvalidKeyFile"/>; <see cref="PgSslError.UnsupportedKeyAlgorithm"/> for a weak key, and for Ed25519.
    /// </exception>
    public static CertificateKey Read(byte[] content, char[]? passphrase, string path)
    {
        AsymmetricAlgorithm key;
        try
        {
            key = PrivateKeyReader.Read(content, passphrase, PassphraseSource.Parameter, path);
        }
        catch (PgSslException) when (PrivateKeyReader.FindEdwardsAlgorithm(content) is { } algorithm)
        {
            throw KeyAlgorithms.Edwards(algorithm);
        }
        try
        {
            if (!HoldsPrivateKey(key))
                throw new PgSslException(
                    PgSslError.InvalidKeyFile,
                    $"\"{path}\" contains a public key, not a private key.",
                    "Name the file of its private key, or omit -ExistingKey to make a new key.");
            return new CertificateKey(key, KeyAlgorithms.NameOf(key));
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    /// <summary>The private key as PKCS #8 in PEM; encrypted (PBES2: PBKDF2 with HMAC-SHA-256, AES-256) with a passphrase.</summary>
    /// <returns>The bytes; the caller clears them.</returns>
    public byte[] ExportPem(ReadOnlySpan<char> passphrase)
    {
        byte[] der = passphrase.IsEmpty ? _key.ExportPkcs8PrivateKey() : _key.ExportEncryptedPkcs8PrivateKey(passphrase, Encryption);
        char[] pem = PemEncoding.Write(passphrase.IsEmpty ? "PRIVATE KEY" : "ENCRYPTED PRIVATE KEY", der);
        try
        {
            byte[] file = new byte[pem.Length + 1];
            Encoding.ASCII.GetBytes(pem, file);
            file[^1] = (byte)'\n';
            return file;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(der);
            Array.Clear(pem);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();

    /// <summary>Runs a function that signs with a key.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.InvalidKeyFile"/>: the key cannot sign.</exception>
    internal static T Sign<T>(Func<T> sign)
    {
        try
        {
            return sign();
        }
        catch (CryptographicException exception)
        {
            throw new PgSslException(
                PgSslError.InvalidKeyFile,
                $"Signing with the key failed: {exception.Message}",
                "Check the key with: openssl pkey -check -noout -in KEYFILE; or omit -ExistingKey to make a new key.",
                exception);
        }
    }

    internal DotNetRequest CreateRequest(X500DistinguishedName subject) => _key is RSA rsa
        ? new DotNetRequest(subject, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
        : new DotNetRequest(subject, (ECDsa)_key, _key.KeySize switch
        {
            // The strength of the digest corresponds to that of the curve (RFC 5480 4).
            <= 256 => HashAlgorithmName.SHA256,
            <= 384 => HashAlgorithmName.SHA384,
            _ => HashAlgorithmName.SHA512,
        });

    private static bool HoldsPrivateKey(AsymmetricAlgorithm key)
    {
        byte[]? exported = null;
        try
        {
            exported = key.ExportPkcs8PrivateKey();
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(exported);
        }
    }
}
