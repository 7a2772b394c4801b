using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace PgSsl.Certificates;

/// <summary>Reads private keys as libpq does: PEM first, DER if that fails.</summary>
internal static class PrivateKeyReader
{
    /// <summary>Reads a key of whatever algorithm TLS certificates have.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.InvalidKeyFile"/>; the message never holds key or passphrase.</exception>
    public static AsymmetricAlgorithm Read(byte[] content, string? passphrase, string path)
    {
        string text = Encoding.Latin1.GetString(content);
        if (text.Contains("Proc-Type: 4,ENCRYPTED", StringComparison.Ordinal))
            throw new PgSslException(
                PgSslError.InvalidKeyFile,
                $"Private key file \"{path}\" is encrypted in OpenSSL's traditional format, which .NET cannot read (libpq can).",
                $"Convert it: openssl pkcs8 -topk8 -in '{path}' -out key.pem");

        bool encrypted = text.Contains("BEGIN ENCRYPTED PRIVATE KEY", StringComparison.Ordinal);
        if (encrypted && passphrase is null)
            throw new PgSslException(
                PgSslError.InvalidKeyFile,
                $"Private key file \"{path}\" is encrypted and no sslpassword is given: libpq would ask on the terminal, and fail without one.",
                "Add sslpassword to the connection string or the service file.");

        foreach (Func<AsymmetricAlgorithm> algorithm in (ReadOnlySpan<Func<AsymmetricAlgorithm>>)[RSA.Create, ECDsa.Create])
        {
            AsymmetricAlgorithm key = algorithm();
            if (TryImport(key, content, text, encrypted ? passphrase : null))
                return key;
            key.Dispose();
        }
        throw new PgSslException(
            PgSslError.InvalidKeyFile,
            encrypted
                ? $"Private key file \"{path}\" cannot be decrypted: sslpassword is wrong, or the key is neither RSA nor ECDSA."
                : $"Private key file \"{path}\" holds no RSA or ECDSA private key, neither in PEM nor in DER form.",
            $"Look at it with: openssl pkey -noout -text -in '{path}'");
    }

    /// <summary>Joins certificate and key.</summary>
    /// <exception cref="ArgumentException">They do not belong together.</exception>
    public static X509Certificate2 Attach(X509Certificate2 certificate, AsymmetricAlgorithm key)
    {
        using X509Certificate2 joined = key switch
        {
            RSA rsa when certificate.GetRSAPublicKey() is not null => certificate.CopyWithPrivateKey(rsa),
            ECDsa ecdsa when certificate.GetECDsaPublicKey() is not null => certificate.CopyWithPrivateKey(ecdsa),
            _ => throw new ArgumentException("The key is of another algorithm.", nameof(key)),
        };
        // Windows' TLS cannot use a key that lives in memory only; a round trip through PKCS#12 gives it one that it can.
        byte[] pkcs12 = joined.Export(X509ContentType.Pkcs12);
        try
        {
            return new X509Certificate2(pkcs12);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pkcs12);
        }
    }

    private static bool TryImport(AsymmetricAlgorithm key, byte[] content, string text, string? passphrase)
    {
        try
        {
            if (passphrase is not null)
                key.ImportFromEncryptedPem(text, passphrase);
            else if (text.Contains("-----BEGIN ", StringComparison.Ordinal))
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
}
