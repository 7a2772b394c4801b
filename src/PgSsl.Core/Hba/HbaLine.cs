namespace PgSsl.Hba;

/// <summary>A line of a file that says something, with what continues it, taken apart into fields (hba.c, TokenizedAuthLine).</summary>
public sealed class HbaLine
{
    private readonly HbaToken[] _tokens;
    private readonly int[] _fieldEnds;

    internal HbaLine(HbaFile file, int number, int start, int end, HbaToken[] tokens, int[] fieldEnds)
    {
        (File, Number, Start, End) = (file, number, start, end);
        (_tokens, _fieldEnds) = (tokens, fieldEnds);
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
        return _tokens.AsSpan(start, _fieldEnds[index] - start);
    }

    /// <summary>All tokens, in order.</summary>
    public ReadOnlySpan<HbaToken> Tokens => _tokens;

    /// <summary>The line as it is in the file.</summary>
    public string Raw => HbaText.Decode(File.Content.AsSpan(Start, End - Start));
}
