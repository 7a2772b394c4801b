using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PgSsl.Certificates.Requests;

/// <summary>Reads one certificate, in PEM or DER.</summary>
public static class CertificateFileReader
{
    /// <summary>Reads a file: its first certificate.</summary>
    /// <param name="path">An absolute path.</param>
    /// <exception cref="PgSslException">
    /// <see cref="PgSslError.FileNotFound"/>, <see cref="PgSslError.FileUnreadable"/> or <see cref="PgSslError.InvalidCertificateFile"/>.
    /// </exception>
    public static X509Certificate2 Read(string path)
    {
        try
        {
            return Parse(File.ReadAllBytes(path), path);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new PgSslException(
                PgSslError.FileNotFound,
                $"The certificate file {path} does not exist.",
                "Name a file; a host's name goes to -CommonName.",
                exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new PgSslException(
                PgSslError.FileUnreadable, $"{path} cannot be read: {exception.Message}", "Let the user who runs this read the file.", exception);
        }
    }

    /// <summary>Reads the first certificate of a file's bytes; <paramref name="path"/> names it in messages.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.InvalidCertificateFile"/>.</exception>
    public static X509Certificate2 Parse(byte[] content, string path)
    {
        ArgumentNullException.ThrowIfNull(content);
        PemReader.ReadAll(content, out IReadOnlyList<PemBlock> blocks);
        ReadOnlyMemory<byte> der = blocks.FirstOrDefault(block => PemFile.IsCertificate(block.Label))?.Data ?? content;
        try
        {
            return new X509Certificate2(der.Span);
        }
        catch (CryptographicException exception)
        {
            throw new PgSslException(
                PgSslError.InvalidCertificateFile,
                $"{path} holds no certificate, neither in PEM nor in DER form.",
                $"Look at it with: openssl x509 -noout -text -in '{path}'",
                exception);
        }
    }
}
