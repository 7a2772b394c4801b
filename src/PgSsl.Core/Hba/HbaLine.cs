using System.Globalization;
using PgSsl.Common;

namespace PgSsl.Hba;

/// <summary>
/// A line of a file that is not empty, with the lines that continue it. It stores where it is, and is divided into tokens again each time
/// that somebody asks for them: with its tokens, a file of a hundred thousand lines, few of which are edited, would take several times the
/// memory.
/// </summary>
internal readonly record struct HbaLine
{
    // What does not follow from its bytes alone; null where everything does.
    private readonly Parts? _parts;

    /// <summary>Keeps a line.</summary>
    internal HbaLine(HbaFields fields)
    {
        (File, Number, Start, End) = (fields.File, fields.Number, fields.Start, fields.End);
        if (!fields.IsPlain)
            _parts = new Parts([.. fields.Tokens], fields.Comment, fields.SwallowsNextLine);
    }

    /// <summary>The file that contains it.</summary>
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

    /// <summary>The part of the file between two tokens.</summary>
    internal Range Between(int first, int last) => _parts is not null
        ? _parts.Tokens[first].End.._parts.Tokens[last].Start
        : (Start + LexerAt(first).End)..(Start + LexerAt(last).Start);

    /// <summary>The comment at its end, without the number sign and the blanks around it; null without a comment.</summary>
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

    /// <summary>Whether a comment in it ends in a backslash: then the next line is a part of the comment.</summary>
    public bool SwallowsNextLine => _parts?.SwallowsNextLine == true;

    /// <summary>Where the line is. Its text is not shown, because it may contain secrets.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{File?.Path}:{Number}");

    private ReadOnlySpan<byte> Bytes => File.Content.AsSpan(Start, End - Start);

    /// <summary>A lexer that has read up to a token, or the whole line.</summary>
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
