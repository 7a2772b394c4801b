using System.Runtime.InteropServices;

namespace PgSsl.Hba;

/// <summary>A line of a file that says something, with what continues it, taken apart into fields (hba.c, TokenizedAuthLine).</summary>
public sealed class HbaLine
{
    private static readonly int[][] OneEach = [.. Enumerable.Range(0, 16).Select(count => Enumerable.Range(1, count).ToArray())];

    private readonly int[] _fieldEnds;
    private List<HbaToken>? _borrowed;
    private HbaToken[]? _tokens;

    /// <summary>Makes a line whose tokens are the reader's, until it is settled.</summary>
    internal HbaLine(HbaFile file, int number, int start, int end, List<HbaToken> tokens, List<int> fieldEnds)
    {
        (File, Number, Start, End, _borrowed) = (file, number, start, end, tokens);
        // Nearly every field has one token.
        _fieldEnds = fieldEnds.Count == tokens.Count && tokens.Count < OneEach.Length ? OneEach[tokens.Count] : [.. fieldEnds];
    }

    /// <summary>The file it is in.</summary>
    public HbaFile File { get; }

    /// <summary>The number of its first physical line, from 1.</summary>
    public int Number { get; }

    /// <summary>Where it starts in the file, in bytes.</summary>
    public int Start { get; }

    /// <summary>Where it ends, without the line break.</summary>
    public int End { get; }

    /// <summary>Why it could not be taken apart (a file that is named in it); null if it could.</summary>
    public string? Error { get; internal init; }

    /// <summary>The comment at its end, without the number sign and the blanks around it; null without one.</summary>
    public string? Comment { get; internal init; }

    /// <summary>Whether a comment in it ends in a backslash: then the next line belongs to the comment.</summary>
    public bool SwallowsNextLine { get; internal init; }

    /// <summary>How many fields it has.</summary>
    public int FieldCount => _fieldEnds.Length;

    /// <summary>The tokens of a field, at least one.</summary>
    public ReadOnlySpan<HbaToken> Field(int index)
    {
        int start = index == 0 ? 0 : _fieldEnds[index - 1];
        return Tokens[start.._fieldEnds[index]];
    }

    /// <summary>All tokens, in order.</summary>
    public ReadOnlySpan<HbaToken> Tokens => _borrowed is not null ? CollectionsMarshal.AsSpan(_borrowed) : _tokens ?? ReadAgain();

    /// <summary>Whether its tokens are in its bytes as they are: lines are not glued, and no file is named with @.</summary>
    internal bool IsPlain { get; init; }

    /// <summary>
    /// Gives the tokens back to the reader once they are understood. They would be half of what a file takes in memory, and few lines are
    /// edited: there they are read again.
    /// </summary>
    internal void Settle()
    {
        if (!IsPlain)
            _tokens = [.. _borrowed!];
        _borrowed = null;
    }

    private HbaToken[] ReadAgain()
    {
        ReadOnlySpan<byte> text = File.Content.AsSpan(Start, End - Start);
        var lexer = new HbaLexer(text, new byte[text.Length]);
        var tokens = new List<HbaToken>();
        while (lexer.Next())
            tokens.Add(new HbaToken(HbaText.Decode(lexer.Text), lexer.IsQuoted, Start + lexer.Start, Start + lexer.End));
        return [.. tokens];
    }

    /// <summary>The line as it is in the file.</summary>
    public string Raw => HbaText.Decode(File.Content.AsSpan(Start, End - Start));
}
