namespace PgSsl.Common;

/// <summary>Some bytes of a file that give way to others.</summary>
/// <param name="Start">Where they start.</param>
/// <param name="Length">How many they are; 0 to insert.</param>
/// <param name="Text">What comes in their place.</param>
internal readonly record struct TextEdit(int Start, int Length, string Text)
{
    /// <summary>
    /// Makes edits that do not overlap; an insertion comes before what starts where it is. The same edit twice is one: a file may be
    /// included twice.
    /// </summary>
    public static byte[] Apply(ReadOnlySpan<byte> content, IReadOnlyList<TextEdit> edits)
    {
        TextEdit[] ordered = [.. InOrder(edits)];
        byte[][] texts = Array.ConvertAll(ordered, edit => ServerText.Encode(edit.Text));
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
    private static IEnumerable<TextEdit> InOrder(IReadOnlyList<TextEdit> edits)
    {
        for (int i = 1; i < edits.Count; i++)
            if (edits[i].Start <= edits[i - 1].Start)
                return edits.Distinct().OrderBy(edit => edit.Start).ThenBy(edit => edit.Length > 0);
        return edits;
    }
}
