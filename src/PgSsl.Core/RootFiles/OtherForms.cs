using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace PgSsl.RootFiles;

/// <summary>Files of certificates that are not PEM in ASCII or UTF-8: as <c>sslrootcert</c>, OpenSSL reads nothing from them.</summary>
internal static class OtherForms
{
    public const string Utf16 = "UTF-16";
    public const string Der = "DER";
    public const string Pkcs7 = "PKCS #7";

    /// <summary>The whole file as one segment; null where it has none of these forms.</summary>
    public static RootFileSegment? Read(ReadOnlyMemory<byte> bytes) => ReadUtf16(bytes) ?? ReadDer(bytes);

    private static RootFileSegment? ReadUtf16(ReadOnlyMemory<byte> bytes)
    {
        if (EncodingOf(bytes.Span) is not { } encoding)
            return null;
        byte[] text = Encoding.UTF8.GetBytes(encoding.GetString(bytes.Span).TrimStart('\uFEFF'));
        RootFile inner = RootFile.Parse(text, "").Normalize(out _);
        if (inner.Certificates.Count == 0)
            return null;
        return Whole(bytes, Utf16, inner.Certificates, inner.Refusal is null ? inner.ToBytes() : null);
    }

    /// <summary>UTF-16 of text that is mostly ASCII: every second byte is zero. There is not always a byte order mark.</summary>
    internal static Encoding? EncodingOf(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 4 || bytes.Length % 2 != 0)
            return null;
        if (bytes.StartsWith(Encoding.Unicode.Preamble) || (bytes[0] != 0 && bytes[1] == 0 && bytes[2] != 0 && bytes[3] == 0))
            return Encoding.Unicode;
        if (bytes.StartsWith(Encoding.BigEndianUnicode.Preamble) || (bytes[0] == 0 && bytes[1] != 0 && bytes[2] == 0 && bytes[3] != 0))
            return Encoding.BigEndianUnicode;
        return null;
    }

    private static RootFileSegment? ReadDer(ReadOnlyMemory<byte> bytes)
    {
        if (DerCertificates.TryReadCertificate(bytes) is { } certificate)
            return Whole(bytes, Der, [certificate], ToPem([certificate]));
        return DerCertificates.TryReadPkcs7(bytes) is { Count: > 0 } certificates
            ? Whole(bytes, Pkcs7, certificates, ToPem(certificates))
            : null;
    }

    private static byte[] ToPem(IEnumerable<X509Certificate2> certificates) =>
        Encoding.ASCII.GetBytes(string.Concat(certificates.Select(certificate => certificate.ExportCertificatePem() + "\n")));

    private static RootFileSegment Whole(
        ReadOnlyMemory<byte> bytes, string form, IReadOnlyList<X509Certificate2> certificates, byte[]? normalized) =>
        new(RootFileSegmentKind.OtherForm, 0, bytes.Length)
        {
            Label = form,
            Certificates = certificates,
            Fault = $"the file is {form}, but OpenSSL reads only PEM here, in ASCII or UTF-8",
            Normalized = normalized,
        };
}
