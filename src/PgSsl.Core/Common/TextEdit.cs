namespace PgSsl.Common;

/// <summary>An edit of a file: some bytes are replaced by a text.</summary>
/// <param name="Start">Where they start.</param>
/// <param name="Length">How many they are; 0 to insert.</param>
/// <param name="Text">The new text.</param>
internal readonly record struct TextEdit(int Start, int Length, string Text)
{
    /// <summary>
    /// Applies edits that do not overlap. At one position an insertion comes before a replacement. The same edit twice counts once, because a
    /// file may be included twice.
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

    // Edits that were made in one pass through a file are in order already.
    private static IEnumerable<TextEdit> InOrder(IReadOnlyList<TextEdit> edits)
    {
        for (int i = 1; i < edits.Count; i++)
            if (edits[i].Start <= edits[i - 1].Start)
                return edits.Distinct().OrderBy(edit => edit.Start).ThenBy(edit => edit.Length > 0);
        return edits;
    }
}
