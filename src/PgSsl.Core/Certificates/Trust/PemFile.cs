using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PgSsl.Asn1;
using PgSsl.Files;

namespace PgSsl.Certificates.Trust;

/// <summary>
/// Reads files of certificates and CRLs as OpenSSL reads <c>sslrootcert</c> and <c>sslcrl</c>
/// (crypto/x509/by_file.c, X509_load_cert_crl_file): all of it, or nothing after the first broken block.
/// </summary>
internal static class PemFile
{
    /// <summary>
    /// Reads a file. Throws <see cref="PgSslException"/>: FileNotFound, FileUnreadable, or InvalidCertificateFile where OpenSSL
    /// would refuse it (empty, DER, a broken block, no certificate and no CRL in it).
    /// </summary>
    public static PemContents Read(string path) => Parse(ReadBytes(path), path);

    /// <summary>Reads the bytes of a file; <paramref name="path"/> names it in messages.</summary>
    public static PemContents Parse(ReadOnlyMemory<byte> bytes, string path) => Parse(bytes, path, ReadAnchor);

    /// <summary>The same, where some of its certificates are known already.</summary>
    public static PemContents Parse(ReadOnlyMemory<byte> bytes, string path, KnownAnchors known) => Parse(bytes, path, known.Read);

    private static PemContents Parse(ReadOnlyMemory<byte> bytes, string path, Func<PemBlock, TrustAnchor> readAnchor)
    {
        PemFault fault = PemReader.ReadAll(bytes, out IReadOnlyList<PemBlock> blocks);
        if (fault != PemFault.NoStartLine)
            throw Invalid(path, Describe(fault), "Fix or remove the broken block: OpenSSL reads nothing from a file that has one.");
        var anchors = new List<TrustAnchor>();
        var crls = new List<CertificateRevocationList>();
        foreach (PemBlock block in blocks)
        {
            try
            {
                if (IsCertificate(block.Label))
                    anchors.Add(readAnchor(block));
                else if (block.Label == "X509 CRL")
                    crls.Add(ReadCrl(block));
                else if (PrivateKeyBlock.IsOne(block))
                    PrivateKeyBlock.Check(block);
            }
            catch (Exception e) when (e is AsnContentException or CryptographicException)
            {
                throw Invalid(path, $"a {block.Label} block in it is not a valid one", "Replace that block with an intact one.", e);
            }
        }
        if (anchors.Count + crls.Count == 0)
            throw Invalid(path, DescribeNothing(bytes.Span, blocks), "Put PEM certificates into it (-----BEGIN CERTIFICATE-----).");
        return new PemContents(anchors, crls);
    }

    internal static bool IsCertificate(string label) => label is "CERTIFICATE" or "X509 CERTIFICATE" or "TRUSTED CERTIFICATE";

    internal static TrustAnchor ReadAnchor(PemBlock block)
    {
        ReadOnlyMemory<byte> der = FirstValue(block);
        // The constructor below would accept PKCS #7 and PKCS #12, too. Neither starts with a sequence inside of the sequence.
        if (new AsnReader(der, AsnEncodingRules.BER).ReadSequence().PeekTag() != Asn1Tag.Sequence)
            throw new CryptographicException("The block is not a certificate.");
        ParsedCertificate certificate = ParsedCertificate.Of(new X509Certificate2(der.Span))
            ?? throw new CryptographicException("The certificate cannot be read.");
        ReadOnlyMemory<byte> rest = block.Data[der.Length..];
        bool hasSettings = block.Label == "TRUSTED CERTIFICATE" && !rest.IsEmpty;
        return new TrustAnchor(certificate, hasSettings ? TrustSettings.Read(rest) : null);
    }

    internal static CertificateRevocationList ReadCrl(PemBlock block) => CertificateRevocationList.Parse(FirstValue(block));

    /// <summary>OpenSSL ignores what follows the first value. Only an encrypted block has header lines.</summary>
    private static ReadOnlyMemory<byte> FirstValue(PemBlock block) => block.Header.Length == 0
        ? new AsnReader(block.Data, AsnEncodingRules.BER).PeekEncodedValue()
        : throw new CryptographicException("The block has header lines.");

    internal static byte[] ReadBytes(string path)
    {
        try
        {
            return RegularFile.Read(path);
        }
        catch (UnusableFileException e)
        {
            throw new PgSslException(
                PgSslError.FileUnreadable, e.IsDirectory ? $"{path} is a directory, not a file." : e.Message,
                e.IsDirectory ? "Name a file in it." : "Name a file with certificates.", e);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new PgSslException(PgSslError.FileNotFound, $"{path} does not exist.", "Create the file, or name another one.", e);
        }
        catch (UnauthorizedAccessException e) when (!File.Exists(path) && !Directory.Exists(path))
        {
            // The directory may not be searched. libpq's stat() fails as well, and libpq then takes the file for missing.
            throw new PgSslException(PgSslError.FileNotFound, $"{path} does not exist for this user: {e.Message}",
                "Give the user who connects the permission to search the directory.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PgSslException(PgSslError.FileUnreadable, $"{path} cannot be read: {e.Message}",
                "Give the user who connects the permission to read the file.", e);
        }
    }

    private static PgSslException Invalid(string path, string what, string remedy, Exception? cause = null) =>
        new(PgSslError.InvalidCertificateFile, $"OpenSSL reads no certificate from {path}: {what}.", remedy, cause);

    internal static string Describe(PemFault fault) => fault switch
    {
        PemFault.BadEndLine => "an END line is missing or not on a line of its own, as when two files are joined without a line break (bad end line)",
        PemFault.BadBase64 => "a block in it is not base64 (bad base64 decode)",
        _ => "a block in it is empty",
    };

    private static string DescribeNothing(ReadOnlySpan<byte> bytes, IReadOnlyList<PemBlock> blocks)
    {
        if (bytes.IsEmpty)
            return "the file is empty";
        if (blocks.Count > 0)
            return "it holds only " + string.Join(", ", blocks.Select(block => block.Label).Distinct());
        return bytes[0] == 0x30 ? "it is DER, and PEM is needed (no start line)" : "it holds no PEM block (no start line)";
    }
}
