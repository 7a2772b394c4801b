using System.Globalization;
using PgSsl.Common;

namespace PgSsl.Hba;

/// <summary>
/// Characters that nobody sees, or that look like others: word processors, web pages and chat programs put them in. The server separates
/// words at blanks and tabs only, and quotes are only " (hba.c, next_token); everything else is a part of the word.
/// </summary>
/// <param name="What">Where it is, and what: <c>Column 9 has a no-break space (U+00A0)</c>.</param>
/// <param name="Remedy">What to do about it, as a sentence.</param>
internal sealed record HbaOddCharacter(string What, string Remedy)
{
    private const char ByteA0 = '\uDCA0';

    // Letters of Cyrillic and Greek, and the letters of ASCII that look the same.
    private const string LookAlikes = "аеорсухіјѕһԁАВЕКМНОРСТХοΑΒΕΖΗΙΚΜΝΟΡΤΥΧ";
    private const string LookedLike = "aeopcyxijshdABEKMHOPCTXoABEZHIKMNOPTYX";

    /// <summary>The first one of a line; null for none. What is in quotes is meant as it is, unless the server refuses the line.</summary>
    public static HbaOddCharacter? In(HbaEntry entry)
    {
        // Nothing of a secret is told, and a refused line does not show where it ends.
        ReadOnlySpan<HbaToken> tokens = entry.Line.Tokens;
        foreach (HbaToken token in tokens[..HbaSecrets.FirstIn(tokens)])
        {
            if (token.IsFromFile || (entry.Record is not null && (token.IsQuoted || token.Text.StartsWith('/'))))
                continue;
            if (In(entry, token) is { } found)
                return found;
        }
        return null;
    }

    private static HbaOddCharacter? In(HbaEntry entry, HbaToken token)
    {
        ReadOnlySpan<byte> content = entry.Line.File.Content;
        string text = ServerText.Decode(content[token.Start..token.End]);
        for (int i = 0; i < text.Length; i++)
        {
            if (Describe(text, i) is not var (name, instead))
                continue;
            // A name may have an apostrophe inside.
            if (instead == "\"" && entry.Record is not null && i > 0 && i < text.Length - 1)
                continue;
            string before = ServerText.Decode(content[entry.Line.Start..token.Start]) + text[..i];
            int line = before.Count(letter => letter == '\n');
            int column = before.Length - before.LastIndexOf('\n');
            string place = line == 0 ? $"Column {column}" : $"Line {entry.Line.Number + line}, column {column}";
            int code = text[i] == ByteA0 ? 0xA0 : text[i];
            return new(
                string.Create(CultureInfo.InvariantCulture, $"{place} has {name} (U+{code:X4})"),
                instead.Length == 0 ? "Remove it." : $"Write {instead} instead.");
        }
        return null;
    }

    private static (string Name, string Instead)? Describe(string text, int index) => text[index] switch
    {
        >= '!' and <= '~' => null,
        '\u00A0' or '\u2007' or '\u202F' or ByteA0 => ("a no-break space", "a blank"),
        '\v' or '\f' or '\u0085' => ("a control character", "a blank"),
        >= '\u0001' and < ' ' and not ('\t' or '\r' or '\n') or '\u007F' => ("a control character", ""),
        '\u1680' or (>= '\u2000' and <= '\u200A') or '\u2028' or '\u2029' or '\u205F' or '\u3000' => ("a space of another kind", "a blank"),
        '\u00AD' or (>= '\u200B' and <= '\u200F') or (>= '\u202A' and <= '\u202E') or (>= '\u2060' and <= '\u206F') or '\uFEFF' =>
            ("an invisible character", ""),
        (>= '\u2018' and <= '\u201F') or '\u00AB' or '\u00BB' or '\u2032' or '\u2033' => ("a typographic quote", "\""),
        (>= '\u2010' and <= '\u2015') or '\u2212' => ("a typographic dash", "-"),
        '\u2044' or '\u2215' => ("a slash of another kind", "/"),
        >= '\uFF01' and <= '\uFF5E' => ("a full-width character", ((char)(text[index] - '\uFF01' + '!')).ToString()),
        var letter when LookAlikes.IndexOf(letter, StringComparison.Ordinal) is >= 0 and int at && IsMixed(text) =>
            ($"a letter that looks like {LookedLike[at]}", LookedLike[at].ToString()),
        _ => null,
    };

    // A word in Cyrillic or Greek is a name. One whose letters are of ASCII, except those that look so, is not meant.
    private static bool IsMixed(string text) =>
        text.Any(char.IsAsciiLetter)
        && text.All(letter => char.IsAscii(letter) || !char.IsLetter(letter) || LookAlikes.Contains(letter, StringComparison.Ordinal));
}
