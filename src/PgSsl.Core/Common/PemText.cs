using System.Text.RegularExpressions;

namespace PgSsl.Common;

/// <summary>
/// Tells a name from the text of a PEM file, which somebody may give where a file is expected, as one text or line by line. It may be a private
/// key, so it is not repeated in messages.
/// </summary>
internal static partial class PemText
{
    /// <summary>Whether a text looks like PEM, or like a line of it.</summary>
    public static bool MayBe(string text) =>
        text.AsSpan().ContainsAny('\r', '\n') || text.StartsWith("-----", StringComparison.Ordinal) || Line().IsMatch(text);

    // RFC 7468 section 2: base64 in lines of 64. The last line is shorter, and a name seldom has capitals, small letters and digits without a dot.
    [GeneratedRegex("^(?=.*[A-Z])(?=.*[a-z])(?=.*[0-9])[A-Za-z0-9+][A-Za-z0-9+/]{23,}={0,2}$")]
    private static partial Regex Line();
}
