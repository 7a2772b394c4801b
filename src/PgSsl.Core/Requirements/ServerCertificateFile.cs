using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using PgSsl.Asn1;
using PgSsl.Certificates.Trust;

namespace PgSsl.Requirements;

/// <summary>
/// The content of <c>ssl_cert_file</c> as the server's OpenSSL reads it (ssl/ssl_rsa.c, SSL_CTX_use_certificate_chain_file): PEM, the
/// server's own certificate first, then the others that it sends. Other blocks are skipped; because of a broken one the file is refused.
/// </summary>
/// <param name="Certificates">The certificates in the order of the file, up to the first that could not be read.</param>
/// <param name="Fault">Why the server would refuse the file; null where it reads it.</param>
internal sealed record ServerCertificateFile(IReadOnlyList<X509Certificate2> Certificates, string? Fault)
{
    /// <summary>Reads a file's content.</summary>
    public static ServerCertificateFile Parse(ReadOnlyMemory<byte> content)
    {
        PemFault end = PemReader.ReadAll(content, out IReadOnlyList<PemBlock> blocks);
        var certificates = new List<X509Certificate2>();
        foreach (PemBlock block in blocks)
        {
            // Only the first may be one with trust settings (PEM_read_bio_X509_AUX, then PEM_read_bio_X509).
            if (!PemFile.IsCertificate(block.Label) || (block.Label == "TRUSTED CERTIFICATE" && certificates.Count > 0))
                continue;
            try
            {
                certificates.Add(PemFile.ReadAnchor(block).Certificate.Certificate);
            }
            catch (Exception exception) when (exception is AsnContentException or CryptographicException)
            {
                return new ServerCertificateFile(
                    certificates, $"block {certificates.Count + 1} has the label {block.Label}, but is not a valid certificate");
            }
        }
        // OpenSSL 3.0 skips it, 1.1.1 does not (pem_lib.c, get_name).
        if (content.Span.StartsWith(Encoding.UTF8.Preamble) && content.Span[Encoding.UTF8.Preamble.Length..].StartsWith("-----BEGIN"u8))
            return new ServerCertificateFile(certificates, "it begins with a byte order mark, which OpenSSL before 3.0 does not read");
        if (end != PemFault.NoStartLine)
            return new ServerCertificateFile(certificates, PemFile.Describe(end));
        return new ServerCertificateFile(certificates, certificates.Count > 0 ? null : DescribeNothing(content.Span, blocks));
    }

    private static string DescribeNothing(ReadOnlySpan<byte> content, IReadOnlyList<PemBlock> blocks)
    {
        if (content.IsEmpty)
            return "it is empty";
        if (blocks.Count > 0)
            return $"it holds no certificate, only {string.Join(", ", blocks.Select(block => block.Label).Distinct())}";
        return content[0] == 0x30 ? "it is binary (DER, PKCS #7 or PKCS #12), and the server reads PEM only" : "it holds no PEM block";
    }
}
