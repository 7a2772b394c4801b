using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using PgSsl.Asn1;
using PgSsl.Certificates;
using PgSsl.Certificates.Verification;
using PgSsl.Common;
using PgSsl.Connections;
using PgSsl.Files;

namespace PgSsl.SslModes;

/// <summary>Loads the client certificate that libpq would send, by its rules (fe-secure-openssl.c, initialize_SSL).</summary>
internal static class ClientCertificateFile
{
    /// <summary>Loads certificate and key.</summary>
    /// <param name="settings">The files (sslcert, sslkey, or the default paths), the passphrase and sslcertmode.</param>
    /// <returns>Null if there is no certificate, which is not an error: libpq continues without one.</returns>
    /// <exception cref="PgSslException">
    /// libpq would fail on it: <see cref="PgSslError.InvalidCertificateFile"/>, <see cref="PgSslError.InvalidKeyFile"/>,
    /// <see cref="PgSslError.FileNotFound"/> (the key), <see cref="PgSslError.FileUnreadable"/>, <see cref="PgSslError.KeyMismatch"/>.
    /// </exception>
    public static ClientCertificate? Load(ConnectionSettings settings)
    {
        if (settings.SslCertMode == "disable" || settings.ClientCertificatePath is not { } certificatePath || !File.Exists(certificatePath))
            return null;

        // The key is needed only if there is a certificate.
        string keyPath = settings.ClientKeyPath ?? throw new PgSslException(
            PgSslError.InvalidKeyFile,
            $"The key of client certificate \"{certificatePath}\" is not in a file (sslkey=\"{settings["sslkey"]}\"); " +
            "PgSsl cannot use a key in an OpenSSL engine.",
            "Test with a key file, or with psql itself.");
        X509Certificate2Collection certificates = ReadCertificates(certificatePath);
        PrivateKey key = ReadKey(certificates[0], keyPath, settings.GetSecret("sslpassword"));
        return new ClientCertificate(certificates[0], key, [.. certificates.Skip(1)], certificatePath);
    }

    private static X509Certificate2Collection ReadCertificates(string path)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(Encoding.UTF8.GetString(RegularFile.Read(path)));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, exception);
        }
        catch (CryptographicException exception)
        {
            throw NoCertificate(path, exception);
        }
        if (certificates.Count == 0)
            throw NoCertificate(path, null);
        for (int i = 0; i < certificates.Count; i++)
            if (FindWeakness(certificates[i], isLeaf: i == 0) is { } weakness)
                throw new PgSslException(
                    PgSslError.InvalidCertificateFile,
                    $"Client certificate file \"{path}\" cannot be loaded at OpenSSL's security level 2: "
                        + $"'{CertificateNames.Display(certificates[i])}': {weakness}.",
                    "Ask the CA for a certificate with an RSA key from 2048 bits, or an ECDSA key, signed with SHA-256 (New-PgCsr).");
        return certificates;
    }

    /// <summary>ssl/ssl_rsa.c, ssl/t1_lib.c (ssl_security_cert): it is judged when it is loaded, whether a server asks for it or not.</summary>
    private static string? FindWeakness(X509Certificate2 certificate, bool isLeaf) => ParsedCertificate.Of(certificate) switch
    {
        null => null,
        { PublicKey: var key } when !ChainChecks.IsStrongEnough(key) => isLeaf ? "ee key too small" : "ca key too small",
        { IsSelfSigned: false, OuterSignatureAlgorithm.SecurityBits: < ChainChecks.MinimumSecurityBits } => "ca md too weak",
        _ => null,
    };

    private static PrivateKey ReadKey(X509Certificate2 certificate, string keyPath, string? passphrase)
    {
        if (!File.Exists(keyPath) && !Directory.Exists(keyPath))
            throw new PgSslException(
                PgSslError.FileNotFound,
                $"There is a client certificate, but no private key file \"{keyPath}\": libpq would not connect.",
                "Set sslkey, put the key into that file, or set sslcertmode=disable to connect without a client certificate.");
        PrivateKeyFile.CheckAccess(keyPath);

        byte[] content;
        try
        {
            content = RegularFile.Read(keyPath);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(keyPath, exception);
        }
        try
        {
            PrivateKey key = PrivateKeyReader.ReadAny(content, passphrase?.ToCharArray(), PassphraseSource.ConnectionParameter, keyPath);
            KeyIdentity identity = KeyIdentity.Of(key)
                ?? throw PrivateKeyReader.Unusable(isEncrypted: false, PassphraseSource.ConnectionParameter, keyPath);
            return identity.Matches(certificate) != false ? key : throw new PgSslException(
                PgSslError.KeyMismatch,
                $"Certificate and private key file \"{keyPath}\" do not belong together.",
                "Check which key the certificate was made for: compare the output of openssl x509 -noout -pubkey and openssl pkey -pubout.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }

    private static PgSslException NoCertificate(string path, Exception? cause) => new(
        PgSslError.InvalidCertificateFile,
        $"Client certificate file \"{path}\" contains no certificate in PEM form.",
        $"Convert it: openssl x509 -inform DER -in {CommandText.ShellPath(path)} -out postgresql.crt",
        cause);

    private static PgSslException Unreadable(string path, Exception cause) => new(
        PgSslError.FileUnreadable,
        $"File \"{path}\" exists, but cannot be read: {cause.Message}",
        "Give this user the right to read it.",
        cause);
}
