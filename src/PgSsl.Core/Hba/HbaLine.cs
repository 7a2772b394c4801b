using System.Globalization;
using PgSsl.Common;

namespace PgSsl.Hba;

/// <summary>
/// A line of a file that says something, with what continues it. It knows where it is, and is taken apart again for whoever asks for its
/// tokens: with them, a file of a hundred thousand lines, of which few are edited, would take several times the memory.
/// </summary>
internal readonly record struct HbaLine
{
    // What does not follow from its bytes alone; null where all does.
    private readonly Parts? _parts;

    /// <summary>Keeps a line.</summary>
    internal HbaLine(HbaFields fields)
    {
        (File, Number, Start, End) = (fields.File, fields.Number, fields.Start, fields.End);
        if (!fields.IsPlain)
            _parts = new Parts([.. fields.Tokens], fields.Comment, fields.SwallowsNextLine);
    }

    /// <summary>The file it is in.</summary>
    public HbaFile File { get; }

    /// <summary>The number of its first physical line, from 1.</summary>
    public int Number { get; }

    /// <summary>Where it starts in the file, in bytes.</summary>
    public int Start { get; }

    /// <summary>Where it ends, without the line break.</summary>
    public int End { get; }

    /// <summary>The line as it is in the file.</summary>
    public string Raw => ServerText.Decode(Bytes);

    /// <summary>All tokens, in order.</summary>
    public ReadOnlySpan<HbaToken> Tokens
    {
        get
        {
            if (_parts is not null)
                return _parts.Tokens;
            var tokens = new List<HbaToken>();
            var lexer = new HbaLexer(Bytes);
            while (lexer.Next())
                tokens.Add(TokenOf(lexer));
            return tokens.ToArray();
        }
    }

    /// <summary>One of the tokens.</summary>
    internal HbaToken Token(int index) => _parts is not null ? _parts.Tokens[index] : TokenOf(LexerAt(index));

    /// <summary>Where in the file is what stands between two tokens.</summary>
    internal Range Between(int first, int last) => _parts is not null
        ? _parts.Tokens[first].End.._parts.Tokens[last].Start
        : (Start + LexerAt(first).End)..(Start + LexerAt(last).Start);

    /// <summary>The comment at its end, without the number sign and the blanks around it; null without one.</summary>
    public string? Comment
    {
        get
        {
            if (_parts is not null)
                return _parts.Comment;
            int start = LexerAt(int.MaxValue).CommentStart;
            return start < 0 ? null : ServerText.DecodeComment(Bytes[start..]);
        }
    }

    /// <summary>Whether a comment in it ends in a backslash: then the next line belongs to the comment.</summary>
    public bool SwallowsNextLine => _parts?.SwallowsNextLine == true;

    /// <summary>Where it is. What it says may hold secrets.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{File?.Path}:{Number}");

    private ReadOnlySpan<byte> Bytes => File.Content.AsSpan(Start, End - Start);

    /// <summary>A lexer that has read a token, or the whole line.</summary>
    private HbaLexer LexerAt(int index)
    {
        var lexer = new HbaLexer(Bytes);
        for (int i = 0; i <= index && lexer.Next(); i++)
        {
        }
        return lexer;
    }

    private HbaToken TokenOf(HbaLexer lexer) => new(ServerText.Decode(lexer.Text), lexer.IsQuoted, Start + lexer.Start, Start + lexer.End);

    private sealed record Parts(HbaToken[] Tokens, string? Comment, bool SwallowsNextLine);
}
