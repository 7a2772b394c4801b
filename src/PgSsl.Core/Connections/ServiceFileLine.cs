using System.Text;

namespace PgSsl.Connections;

/// <summary>A line of a service file, as libpq reads it, and its position (fe-connect.c, parseServiceFile).</summary>
/// <param name="Number">The number of the line, counted from 1.</param>
/// <param name="Text">The line, without the blanks around it.</param>
/// <param name="TextStart">Where <paramref name="Text"/> starts in the file, in bytes.</param>
/// <param name="TextEnd">Where it ends.</param>
/// <param name="End">Where the line ends, including its line end.</param>
internal sealed record ServiceFileLine(int Number, string Text, int TextStart, int TextEnd, int End)
{
    /// <summary>fgets() reads at most 1023 bytes, including the newline, and for libpq a line that fills them is too long.</summary>
    internal const int Limit = 1023;

    internal bool IsHeader => Text.StartsWith('[');

    internal bool IsEntry => Text.Length > 0 && Text[0] is not ('#' or '[');

    /// <summary>The parameter that an entry sets; null for other lines.</summary>
    internal string? EntryName => IsEntry && Text.IndexOf('=') is >= 0 and int equals ? Text[..equals] : null;

    /// <summary>Reads the lines one by one; throws at a line that libpq would not read.</summary>
    internal static IEnumerable<ServiceFileLine> ReadAll(Stream file, string path)
    {
        var buffer = new byte[Limit];
        int number = 1, length = 0, start = 0;
        for (int next = file.ReadByte(); next >= 0; next = file.ReadByte())
        {
            buffer[length++] = (byte)next;
            if (length == Limit)
                throw ServiceFile.Invalid($"{path}:{number}", "is longer than libpq reads (1022 bytes)", "Shorten the line.");
            if (next == 0) throw ServiceFile.Invalid($"{path}:{number}", "contains a NUL byte", "Save the file as UTF-8 text.");
            if (next != '\n') continue;
            yield return Trim(number++, buffer.AsSpan(0, length), start);
            (start, length) = (start + length, 0);
        }
        if (length > 0) yield return Trim(number, buffer.AsSpan(0, length), start);
    }

    /// <summary>A byte order mark stays: then the first line is not a section for libpq, either.</summary>
    private static ServiceFileLine Trim(int number, ReadOnlySpan<byte> line, int lineStart)
    {
        int start = 0, end = line.Length;
        while (end > start && ConninfoParser.IsBlank((char)line[end - 1])) end--;
        while (start < end && ConninfoParser.IsBlank((char)line[start])) start++;
        return new(number, Encoding.UTF8.GetString(line[start..end]), lineStart + start, lineStart + end, lineStart + line.Length);
    }
}
