using System.Globalization;
using System.Text;

namespace PgSsl.Formatting;

/// <summary>
/// How many cells of a terminal a text takes: two for a wide character, none for a mark that is put on another one. As Unicode's UAX #11 has it (East
/// Asian Wide and Fullwidth, and what has emoji presentation by default), with the gaps inside of blocks filled.
/// </summary>
internal static class CellWidth
{
    private const int FirstWide = 0x1100;

    // The first and the last character of each range.
    private static readonly int[] Wide =
    [
        FirstWide, 0x115F, 0x231A, 0x231B, 0x2329, 0x232A, 0x23E9, 0x23EC, 0x23F0, 0x23F0, 0x23F3, 0x23F3, 0x25FD, 0x25FE, 0x2614, 0x2615,
        0x2630, 0x2637, 0x2648, 0x2653, 0x267F, 0x267F, 0x268A, 0x268F, 0x2693, 0x2693, 0x26A1, 0x26A1, 0x26AA, 0x26AB, 0x26BD, 0x26BE,
        0x26C4, 0x26C5, 0x26CE, 0x26CE, 0x26D4, 0x26D4, 0x26EA, 0x26EA, 0x26F2, 0x26F3, 0x26F5, 0x26F5, 0x26FA, 0x26FA, 0x26FD, 0x26FD,
        0x2705, 0x2705, 0x270A, 0x270B, 0x2728, 0x2728, 0x274C, 0x274C, 0x274E, 0x274E, 0x2753, 0x2755, 0x2757, 0x2757, 0x2795, 0x2797,
        0x27B0, 0x27B0, 0x27BF, 0x27BF, 0x2B1B, 0x2B1C, 0x2B50, 0x2B50, 0x2B55, 0x2B55, 0x2E80, 0x303E, 0x3041, 0xA4CF, 0xA960, 0xA97F,
        0xAC00, 0xD7A3, 0xF900, 0xFAFF, 0xFE10, 0xFE19, 0xFE30, 0xFE6F, 0xFF01, 0xFF60, 0xFFE0, 0xFFE6, 0x16FE0, 0x18DFF, 0x1AFF0, 0x1B2FF,
        0x1F004, 0x1F004, 0x1F0CF, 0x1F0CF, 0x1F18E, 0x1F18E, 0x1F191, 0x1F19A, 0x1F200, 0x1F265, 0x1F300, 0x1F320, 0x1F32D, 0x1F335,
        0x1F337, 0x1F37C, 0x1F37E, 0x1F393, 0x1F3A0, 0x1F3CA, 0x1F3CF, 0x1F3D3, 0x1F3E0, 0x1F3F0, 0x1F3F4, 0x1F3F4, 0x1F3F8, 0x1F43E,
        0x1F440, 0x1F440, 0x1F442, 0x1F4FC, 0x1F4FF, 0x1F53D, 0x1F54B, 0x1F567, 0x1F57A, 0x1F57A, 0x1F595, 0x1F596, 0x1F5A4, 0x1F5A4,
        0x1F5FB, 0x1F64F, 0x1F680, 0x1F6C5, 0x1F6CC, 0x1F6CC, 0x1F6D0, 0x1F6D2, 0x1F6D5, 0x1F6DF, 0x1F6EB, 0x1F6EC, 0x1F6F4, 0x1F6FC,
        0x1F7E0, 0x1F7F0, 0x1F90C, 0x1F9FF, 0x1FA70, 0x1FAFF, 0x20000, 0x3FFFD,
    ];

    /// <summary>The cells of a text.</summary>
    public static int Of(string text)
    {
        int width = 0;
        foreach (Rune rune in text.EnumerateRunes())
            width += Of(rune);
        return width;
    }

    /// <summary>How many chars at the start of a text fit into so many cells. No character is broken, and marks stay with theirs.</summary>
    public static int Fit(string text, int width)
    {
        int chars = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            width -= Of(rune);
            if (width < 0)
                break;
            chars += rune.Utf16SequenceLength;
        }
        return chars;
    }

    /// <summary>The index from which on the end of a text fits into so many cells.</summary>
    public static int FitEnd(string text, int width)
    {
        int index = 0, rest = Of(text);
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (rest <= width && Of(rune) > 0)
                break;
            rest -= Of(rune);
            index += rune.Utf16SequenceLength;
        }
        return index;
    }

    private static int Of(Rune rune)
    {
        if (rune.Value < FirstWide && !IsMark(rune))
            return 1;
        int found = Array.BinarySearch(Wide, rune.Value);
        // Between the two ends of a range is an odd index.
        return found >= 0 || (~found & 1) == 1 ? 2 : IsMark(rune) ? 0 : 1;
    }

    private static bool IsMark(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format;
}
