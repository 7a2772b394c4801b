using System.Buffers;
using System.Globalization;
using System.Text;

namespace PgSsl.Common;

/// <summary>
/// Makes text of others safe to show: names in certificates, names of roles and files, messages of servers. What a terminal obeys, what nobody
/// sees, and what changes the order of other characters is shown as <c>&lt;U+202E&gt;</c>; text of all languages stays.
/// </summary>
/// <remarks>
/// By Unicode category (Unicode Standard, 4.5): Cc, Cf, Zl, Zp, Cs without its other half, Co and Cn; and the letters and marks that have no
/// look of their own (DerivedCoreProperties.txt, Default_Ignorable_Code_Point), with the blank of Braille. A tab becomes a blank. Decision 64.
/// </remarks>
internal static class PrintableText
{
    // Space to tilde, and the letters that are written most often: nothing of it has to be looked up.
    private static readonly SearchValues<char> Plain = SearchValues.Create(
        [.. Enumerable.Range(' ', 0x17F - ' ' + 1).Select(code => (char)code).Where(letter => !char.IsControl(letter) && letter != '\u00AD')]);

    /// <summary>One piece of text. Line breaks in it are shown, too. What is printable already is returned as it is.</summary>
    public static string Of(string text)
    {
        int first = text.AsSpan().IndexOfAnyExcept(Plain);
        if (first < 0)
            return text;
        StringBuilder? shown = null;
        for (int i = first; i < text.Length;)
        {
            bool isWhole = Rune.TryGetRuneAt(text, i, out Rune rune);
            int length = isWhole ? rune.Utf16SequenceLength : 1;
            if (!isWhole || !IsPrintable(rune))
            {
                shown ??= new StringBuilder(text.Length + 16).Append(text, 0, i);
                Append(shown, isWhole ? rune.Value : text[i]);
            }
            else
                shown?.Append(text, i, length);
            i += length;
        }
        return shown?.ToString() ?? text;
    }

    /// <summary>Lines, one below the other: the breaks between them are the only ones. A carriage return at the end of one is left out.</summary>
    public static string Join(IEnumerable<string> lines) =>
        string.Join('\n', lines.Select(line => Of(line.EndsWith('\r') ? line[..^1] : line)));

    private static bool IsPrintable(Rune rune) => !IsInvisible(rune.Value) && Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.Surrogate);

    private static bool IsInvisible(int code) => code is 0x034F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or (>= 0x180B and <= 0x180F) or 0x2800
        or 0x3164 or (>= 0xFE00 and <= 0xFE0F) or 0xFFA0 or (>= 0xE0100 and <= 0xE01EF);

    private static void Append(StringBuilder shown, int code)
    {
        if (code == '\t')
            shown.Append(' ');
        else
            shown.Append(CultureInfo.InvariantCulture, $"<U+{code:X4}>");
    }
}
