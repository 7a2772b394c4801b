namespace PgSsl.Common;

/// <summary>The line ends of a text file, which edits use as well.</summary>
internal static class LineEnds
{
    /// <summary>CRLF if the first line ends with it, else LF.</summary>
    public static string Of(ReadOnlySpan<byte> text)
    {
        int newline = text.IndexOf((byte)'\n');
        return newline > 0 && text[newline - 1] == '\r' ? "\r\n" : "\n";
    }

    /// <summary>The position behind the next line end, if only blanks precede it; else the given position.</summary>
    public static int EndOfLine(ReadOnlySpan<byte> text, int position)
    {
        int end = position;
        while (end < text.Length && text[end] is (byte)' ' or (byte)'\t' or (byte)'\r')
            end++;
        return end < text.Length && text[end] == '\n' ? end + 1 : position;
    }
}
