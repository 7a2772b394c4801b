using PgSsl.Common;

namespace PgSsl.Hba.Policy;

/// <summary>The edits that make up a change of pg_hba.conf.</summary>
internal static class HbaEdit
{
    /// <summary>Replaces a token by another word.</summary>
    public static TextEdit Replace(HbaLine line, HbaToken token, string word)
    {
        bool isPlain = !token.IsFromFile && !line.File.Content.AsSpan(token.Start, token.End - token.Start).Contains((byte)'"');
        // host -> hostssl does not touch the bytes of host, even where a backslash divides them.
        return isPlain && word.StartsWith(token.Text, StringComparison.Ordinal)
            ? new TextEdit(token.End, 0, word[token.Text.Length..])
            : new TextEdit(token.Start, token.End - token.Start, word);
    }

    /// <summary>
    /// Adds an option at the end of a record; before the last word if a comment belongs to that, perhaps as the rest of a secret: behind another
    /// word it would not be known as that.
    /// </summary>
    public static TextEdit Append(HbaLine line, string option)
    {
        var written = HbaWritten.Of(line);
        return line.Tokens[^1].Text.Contains('=', StringComparison.Ordinal) && (written.IsCommentInWord || written.HidesComment(isRefused: false))
            ? new TextEdit(line.Tokens[^1].Start, 0, $"{option} ")
            : new TextEdit(line.Tokens[^1].End, 0, written.IsCommentInWord ? $" {option} " : $" {option}");
    }

    /// <summary>Removes an option, with the blanks before it or the comma behind it.</summary>
    public static TextEdit Remove(HbaLine line, HbaToken token)
    {
        int index = line.Tokens.IndexOf(token);
        int end = token.End;
        bool isBeforeComma = line.File.Content.AsSpan(end) is [(byte)',', ..];
        return isBeforeComma && index + 1 < line.Tokens.Length
            ? new TextEdit(token.Start, line.Tokens[index + 1].Start - token.Start, "")
            : new TextEdit(line.Tokens[index - 1].End, end - line.Tokens[index - 1].End, "");
    }

    /// <summary>Inserts a line behind another one.</summary>
    public static TextEdit InsertAfter(HbaLine line, string text)
    {
        byte[] content = line.File.Content;
        int feed = content.AsSpan(line.End).IndexOf((byte)'\n');
        return feed < 0 ? AtEnd(line.File, text) : new TextEdit(line.End + feed + 1, 0, text + line.File.LineBreak);
    }

    /// <summary>Inserts a line before another one.</summary>
    public static TextEdit InsertBefore(HbaLine line, string text) => new(line.Start, 0, text + line.File.LineBreak);

    /// <summary>Adds a line at the end of a file. A backslash at the end of the file would swallow it, so a line break comes first.</summary>
    public static TextEdit AtEnd(HbaFile file, string text)
    {
        string lineBreak = file.LineBreak;
        string before = file.Content switch
        {
            [] or [.., (byte)'\n'] => EndsInBackslash(file.Content) ? lineBreak : "",
            [.., (byte)'\\'] => lineBreak + lineBreak,
            _ => lineBreak,
        };
        return new TextEdit(file.Content.Length, 0, before + text + lineBreak);
    }

    /// <summary>Removes a whole line.</summary>
    public static TextEdit RemoveLine(HbaLine line)
    {
        int feed = line.File.Content.AsSpan(line.End).IndexOf((byte)'\n');
        int end = feed < 0 ? line.File.Content.Length : line.End + feed + 1;
        return new TextEdit(line.Start, end - line.Start, "");
    }

    private static bool EndsInBackslash(byte[] content) =>
        content.AsSpan().TrimEnd("\r\n"u8) is [.., (byte)'\\'] trimmed && content.AsSpan(trimmed.Length).Count((byte)'\n') == 1;
}
