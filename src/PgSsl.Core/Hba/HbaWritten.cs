using PgSsl.Common;

namespace PgSsl.Hba;

/// <summary>A line as it is written: its tokens, of which <c>@file</c> is one, and where its comment begins.</summary>
internal sealed class HbaWritten
{
    private readonly byte[] _content;

    private HbaWritten(byte[] content, HbaToken[] tokens, int hash) => (_content, Tokens, Hash) = (content, tokens, hash);

    /// <summary>The tokens.</summary>
    public HbaToken[] Tokens { get; }

    /// <summary>Where the number sign of its comment is in the file; -1 without a comment.</summary>
    public int Hash { get; }

    /// <summary>Whether the comment begins directly behind a word, so that it may be meant as a part of the word.</summary>
    public bool IsCommentInWord => Hash >= 0 && Tokens is [.., var last] && !Between(last).ContainsAny((byte)' ', (byte)'\t', (byte)',');

    /// <summary>
    /// Whether the comment may be a part of a secret: the server begins a comment at every number sign outside of quotes, even in the middle of a
    /// value (hba.c, next_token).
    /// </summary>
    /// <param name="isRefused">Whether the server refuses the line: then it is not known where a secret ends.</param>
    public bool HidesComment(bool isRefused)
    {
        if (Hash < 0 || Tokens is not [.., var last])
            return false;
        if (isRefused && HbaSecrets.Holds(Tokens))
            return true;
        int equals = last.Text.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0 || !SecretText.IsSecretName(last.Text.AsSpan(0, equals)))
            return equals >= 0 && IsCommentInWord && last.Text.Contains("://", StringComparison.Ordinal);
        // A comma goes on with the field, and #word is not how most people begin a comment.
        return equals == last.Text.Length - 1 || IsCommentInWord || Between(last).Contains((byte)',')
            || (Hash + 1 < _content.Length && _content[Hash + 1] is not ((byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n'));
    }

    /// <summary>Divides a line.</summary>
    public static HbaWritten Of(HbaLine line)
    {
        byte[] bytes = line.File.Content[line.Start..line.End];
        // A line break is inside of a line only where a backslash joins the next line to it.
        var reader = new HbaLineReader(bytes, hasContinuation: bytes.Contains((byte)'\n'));
        var tokens = new List<HbaToken>();
        if (!reader.Read())
            return new HbaWritten(line.File.Content, [], -1);
        var lexer = new HbaLexer(reader.Text);
        while (lexer.Next())
        {
            int start = line.Start + reader.PlaceOf(lexer.Start), end = line.Start + reader.PlaceOf(lexer.End - 1) + 1;
            tokens.Add(new HbaToken(ServerText.Decode(lexer.Text), lexer.IsQuoted, start, end));
        }
        return new HbaWritten(
            line.File.Content, [.. tokens], lexer.CommentStart < 0 ? -1 : line.Start + reader.PlaceOf(lexer.CommentStart - 1));
    }

    private ReadOnlySpan<byte> Between(HbaToken last) => _content.AsSpan(last.End, Hash - last.End);
}
