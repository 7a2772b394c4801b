using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;
using PgSsl.Certificates;

namespace PgSsl.RootFiles;

/// <summary>
/// The comment above a certificate: <c># ISRG Root X1, valid until 2035-06-04, SHA-256 96BC…</c>. OpenSSL, Java, Go and .NET skip
/// text between blocks.
/// </summary>
internal static partial class RootComment
{
    // OpenSSL reads lines in pieces of 254 bytes, and a piece may begin a block. So the whole comment must be shorter than that.
    private const int MaximumNameBytes = 120;

    /// <summary>The line for a certificate, without its line end.</summary>
    public static string For(X509Certificate2 certificate) => string.Create(
        CultureInfo.InvariantCulture,
        $"# {Shorten(CertificateNames.Display(certificate))}, valid until {certificate.NotAfter.ToUniversalTime():yyyy-MM-dd}, " +
        $"SHA-256 {Fingerprint.Of(certificate)}");

    /// <summary>Where the comment of a block starts, if the line above it is one; else where the block starts.</summary>
    public static int StartAbove(ReadOnlySpan<byte> bytes, int blockStart, string fingerprint)
    {
        if (blockStart == 0 || bytes[blockStart - 1] != '\n')
            return blockStart;
        int lineStart = bytes[..(blockStart - 1)].LastIndexOf((byte)'\n') + 1;
        string line = Encoding.UTF8.GetString(bytes[lineStart..(blockStart - 1)]).TrimEnd('\r');
        return Form().IsMatch(line) && line.EndsWith(fingerprint, StringComparison.Ordinal) ? lineStart : blockStart;
    }

    /// <summary>Whoever made the certificate chose the name: nothing in it may end the line or look like BEGIN.</summary>
    private static string Shorten(string name)
    {
        var text = new StringBuilder();
        int length = 0;
        foreach (Rune rune in name.EnumerateRunes())
        {
            Rune shown = Rune.GetUnicodeCategory(rune)
                is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
                ? new Rune('?') : rune;
            length += shown.Utf8SequenceLength;
            if (length > MaximumNameBytes)
            {
                text.Append("...");
                break;
            }
            text.Append(shown.ToString());
        }
        return Dashes().Replace(text.ToString(), "-");
    }

    [GeneratedRegex("^# .*, valid until [0-9]{4}-[0-9]{2}-[0-9]{2}, SHA-256 [0-9A-F]{64}$")]
    private static partial Regex Form();

    [GeneratedRegex("-{5,}")]
    private static partial Regex Dashes();
}
