using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using PgSsl.Asn1;
using PgSsl.Certificates.Trust;
using PgSsl.Common;

namespace PgSsl.RootFiles;

/// <summary>
/// Reads certificates in whatever form people have them: PEM with one or many, also in UTF-16 or with damaged line breaks, DER,
/// PKCS #7 in PEM or DER. Private keys beside them are skipped.
/// </summary>
internal static class CertificateInput
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="wanted">What remedies ask for; a root if null.</param>
    /// <exception cref="PgSslException">FileNotFound, FileUnreadable, or as <see cref="Read"/>.</exception>
    public static IReadOnlyList<X509Certificate2> ReadFile(string path, CertificateWanted? wanted = null) =>
        Read(PemFile.ReadBytes(path), path, wanted);

    /// <summary>Reads text, such as the content of a variable.</summary>
    /// <param name="text">PEM.</param>
    /// <param name="name">Names it in messages.</param>
    /// <param name="wanted">What remedies ask for; a root if null.</param>
    /// <exception cref="PgSslException">As <see cref="Read"/>.</exception>
    public static IReadOnlyList<X509Certificate2> ReadText(string text, string name, CertificateWanted? wanted = null) =>
        Read(Encoding.UTF8.GetBytes(text), name, wanted);

    /// <summary>Reads bytes, and returns at least one certificate.</summary>
    /// <param name="bytes">The whole content.</param>
    /// <param name="name">Names it in messages.</param>
    /// <param name="wanted">What remedies ask for; a root if null.</param>
    /// <exception cref="PgSslException">
    /// InvalidCertificateFile: a block is broken, or there is no certificate; the message says what there is.
    /// </exception>
    public static IReadOnlyList<X509Certificate2> Read(ReadOnlyMemory<byte> bytes, string name, CertificateWanted? wanted = null) =>
        Find(bytes, name) is { Count: > 0 } certificates
            ? certificates : throw Refuse(bytes, name, wanted ?? CertificateWanted.Root);

    /// <summary>Reads bytes; returns nothing where there is no certificate.</summary>
    /// <param name="bytes">The whole content.</param>
    /// <param name="name">Names it in messages.</param>
    /// <exception cref="PgSslException">InvalidCertificateFile: a block is broken.</exception>
    public static IReadOnlyList<X509Certificate2> Find(ReadOnlyMemory<byte> bytes, string name)
    {
        RootFile file = RootFile.Parse(bytes, name);
        return file.Segments.FirstOrDefault(segment => segment.Kind == RootFileSegmentKind.Broken) is { } broken
            ? throw Invalid($"{name} cannot be used: {broken.Fault}.", "Get an intact copy.")
            : [.. file.Segments.SelectMany(segment => CertificatesOf(segment, bytes))];
    }

    /// <summary>Whether bytes are PKCS #12 (RFC 7292 4, PFX: version 3, then a ContentInfo).</summary>
    internal static bool IsPkcs12(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            AsnReader outer = new AsnReader(bytes, AsnEncodingRules.BER).ReadSequence();
            return outer.PeekTag() == Asn1Tag.Integer && outer.TryReadInt32(out int version) && version == 3
                && outer.HasData && outer.PeekTag() == Asn1Tag.Sequence;
        }
        catch (AsnContentException)
        {
            return false;
        }
    }

    private static IReadOnlyList<X509Certificate2> CertificatesOf(RootFileSegment segment, ReadOnlyMemory<byte> bytes)
    {
        // The labels that OpenSSL and certutil use for PKCS #7 (include/openssl/pem.h, RFC 7468 section 8).
        if (segment is not { Kind: RootFileSegmentKind.OtherBlock, Label: "PKCS7" or "PKCS #7 SIGNED DATA" or "CMS" })
            return segment.Certificates;
        return new PemReader(bytes.Slice(segment.Start, segment.Length)).ReadBlock(out PemBlock? block) is null
            ? DerCertificates.TryReadPkcs7(block!.Data) ?? []
            : [];
    }

    /// <summary>The error for bytes that hold no certificate: what they are instead.</summary>
    public static PgSslException Refuse(ReadOnlyMemory<byte> bytes, string name, CertificateWanted wanted)
    {
        string[] labels = [.. RootFile.Parse(bytes, name).Segments.Select(segment => segment.Label).OfType<string>().Distinct()];
        if (labels.Any(label => label.Contains("PRIVATE KEY", StringComparison.Ordinal)))
            return Invalid(
                $"{name} holds a private key, but no certificate.",
                $"Give {wanted.Name}. Only its owner needs the key.");
        if (labels.Any(label => label.EndsWith("CERTIFICATE REQUEST", StringComparison.Ordinal)))
            return Invalid($"{name} is a certificate signing request (CSR), not a certificate.", wanted.InPlaceOfRequest);
        if (labels.Length > 0)
            return Invalid($"{name} holds no certificate, only {string.Join(", ", labels)}.", wanted.Remedy);
        if (bytes.IsEmpty)
            return Invalid($"{name} is empty.", "Download or export the certificate again.");
        return bytes.Span[0] == 0x30 ? RefuseDer(bytes, name, wanted) : RefuseText(bytes.Span, name, wanted);
    }

    /// <summary>The first elements show what it is: RFC 7292 4 (PKCS #12), RFC 2986 4.2 (CSR), RFC 5958 2 (PKCS #8), PKCS #7.</summary>
    private static PgSslException RefuseDer(ReadOnlyMemory<byte> bytes, string name, CertificateWanted wanted)
    {
        try
        {
            AsnReader outer = new AsnReader(bytes, AsnEncodingRules.BER).ReadSequence();
            Asn1Tag first = outer.PeekTag();
            if (first == Asn1Tag.Integer)
            {
                return IsPkcs12(bytes)
                    ? Invalid(
                        $"{name} is PKCS #12 (.pfx, .p12), which carries a private key.",
                        $"Take {wanted.Name} out of it: openssl pkcs12 -in {CommandText.ShellPath(name)} {wanted.Pkcs12Options}")
                    : Invalid($"{name} is a private key, not a certificate.", wanted.Remedy);
            }
            if (first == Asn1Tag.ObjectIdentifier)
                return Invalid($"{name} is a PKCS #7 message without certificates.", wanted.Remedy);
            if (first == Asn1Tag.Sequence && outer.ReadSequence().PeekTag() == Asn1Tag.Integer)
                return Invalid(
                    $"{name} is DER, but not a certificate: it is a certificate signing request (CSR) or a revocation list.", wanted.Remedy);
        }
        catch (AsnContentException)
        {
            // It only begins like DER.
        }
        return Invalid($"{name} is binary, but not a certificate.", wanted.Remedy);
    }

    private static PgSslException RefuseText(ReadOnlySpan<byte> bytes, string name, CertificateWanted wanted)
    {
        Encoding encoding = OtherForms.EncodingOf(bytes) ?? Encoding.UTF8;
        string text = encoding.GetString(bytes[..Math.Min(bytes.Length, 1024)]).TrimStart('\uFEFF', ' ', '\t', '\r', '\n');
        if (text.StartsWith('<'))
            return Invalid(
                $"{name} is an HTML or XML page, not a certificate: probably an error or log-in page.",
                "Open the address in a browser and save the certificate itself.");
        return Invalid(
            $"{name} holds no certificate: PEM has a line -----BEGIN CERTIFICATE-----, and DER starts with the byte 30.", wanted.Remedy);
    }

    private static PgSslException Invalid(string message, string remedy) => new(PgSslError.InvalidCertificateFile, message, remedy);
}
