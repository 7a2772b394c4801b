using PgSsl.Common;

namespace PgSsl.Hba.Policy;

/// <summary>Some bytes of a file that give way to others.</summary>
/// <param name="Start">Where they start.</param>
/// <param name="Length">How many they are; 0 to insert.</param>
/// <param name="Text">What comes in their place.</param>
internal readonly record struct HbaEdit(int Start, int Length, string Text)
{
    /// <summary>
    /// Makes edits that do not overlap; an insertion comes before what starts where it is. The same edit twice is one: a file may be
    /// included twice.
    /// </summary>
    public static byte[] Apply(ReadOnlySpan<byte> content, IReadOnlyList<HbaEdit> edits)
    {
        HbaEdit[] ordered = [.. InOrder(edits)];
        byte[][] texts = Array.ConvertAll(ordered, edit => HbaText.Encode(edit.Text));
        var result = new byte[content.Length + texts.Sum(text => text.Length) - ordered.Sum(edit => edit.Length)];
        Span<byte> rest = result;
        int from = 0;
        for (int i = 0; i < ordered.Length; i++)
        {
            Write(content[from..ordered[i].Start], ref rest);
            Write(texts[i], ref rest);
            from = ordered[i].Start + ordered[i].Length;
        }
        Write(content[from..], ref rest);
        return result;
    }

    private static void Write(ReadOnlySpan<byte> bytes, ref Span<byte> rest)
    {
        bytes.CopyTo(rest);
        rest = rest[bytes.Length..];
    }

    // Whoever goes through a file once makes them in order, each once.
    private static IEnumerable<HbaEdit> InOrder(IReadOnlyList<HbaEdit> edits)
    {
        for (int i = 1; i < edits.Count; i++)
            if (edits[i].Start <= edits[i - 1].Start)
                return edits.Distinct().OrderBy(edit => edit.Start).ThenBy(edit => edit.Length > 0);
        return edits;
    }

    /// <summary>Another word in the place of a token.</summary>
    public static HbaEdit Replace(HbaLine line, HbaToken token, string word)
    {
        bool isPlain = !token.IsFromFile && !line.File.Content.AsSpan(token.Start, token.End - token.Start).Contains((byte)'"');
        // host -> hostssl leaves the bytes of host alone, whatever lines they are in.
        return isPlain && word.StartsWith(token.Text, StringComparison.Ordinal)
            ? new HbaEdit(token.End, 0, word[token.Text.Length..])
            : new HbaEdit(token.Start, token.End - token.Start, word);
    }

    /// <summary>An option at the end of a record.</summary>
    public static HbaEdit Append(HbaLine line, string option) => new(line.Tokens[^1].End, 0, $" {option}");

    /// <summary>An option away, with the blanks before it, or with the comma behind it.</summary>
    public static HbaEdit Remove(HbaLine line, HbaToken token)
    {
        int index = line.Tokens.IndexOf(token);
        int end = token.End;
        bool isBeforeComma = line.File.Content.AsSpan(end) is [(byte)',', ..];
        return isBeforeComma && index + 1 < line.Tokens.Length
            ? new HbaEdit(token.Start, line.Tokens[index + 1].Start - token.Start, "")
            : new HbaEdit(line.Tokens[index - 1].End, end - line.Tokens[index - 1].End, "");
    }

    /// <summary>A line behind another one.</summary>
    public static HbaEdit InsertAfter(HbaLine line, string text)
    {
        byte[] content = line.File.Content;
        int feed = content.AsSpan(line.End).IndexOf((byte)'\n');
        return feed < 0 ? AtEnd(line.File, text) : new HbaEdit(line.End + feed + 1, 0, text + line.File.LineBreak);
    }

    /// <summary>A line before another one.</summary>
    public static HbaEdit InsertBefore(HbaLine line, string text) => new(line.Start, 0, text + line.File.LineBreak);

    /// <summary>A line at the end of a file, whatever that ends in: a backslash would swallow it.</summary>
    public static HbaEdit AtEnd(HbaFile file, string text)
    {
        string lineBreak = file.LineBreak;
        string before = file.Content switch
        {
            [] or [.., (byte)'\n'] => EndsInBackslash(file.Content) ? lineBreak : "",
            [.., (byte)'\\'] => lineBreak + lineBreak,
            _ => lineBreak,
        };
        return new HbaEdit(file.Content.Length, 0, before + text + lineBreak);
    }

    /// <summary>A whole line away.</summary>
    public static HbaEdit RemoveLine(HbaLine line)
    {
        int feed = line.File.Content.AsSpan(line.End).IndexOf((byte)'\n');
        int end = feed < 0 ? line.File.Content.Length : line.End + feed + 1;
        return new HbaEdit(line.Start, end - line.Start, "");
    }

    private static bool EndsInBackslash(byte[] content) =>
        content.AsSpan().TrimEnd("\r\n"u8) is [.., (byte)'\\'] trimmed && content.AsSpan(trimmed.Length).Count((byte)'\n') == 1;
}
