using System.Runtime.InteropServices;

namespace PgSsl.Hba;

/// <summary>
/// A line divided into fields (hba.c, TokenizedAuthLine), as the reader passes it on. The reader fills the same object again with the next
/// line: an <see cref="HbaLine"/> keeps one.
/// </summary>
internal sealed class HbaFields(HbaFile file)
{
    private readonly List<HbaToken> _tokens = [];
    private readonly List<int> _ends = [];

    /// <summary>The file that contains the line.</summary>
    public HbaFile File => file;

    /// <summary>The number of its first physical line, from 1.</summary>
    public int Number { get; private set; }

    /// <summary>Where it starts in the file, in bytes.</summary>
    public int Start { get; private set; }

    /// <summary>Where it ends, without the line break.</summary>
    public int End { get; private set; }

    /// <summary>Whether all of this follows from its bytes alone: lines are not joined, and no file is named with @.</summary>
    public bool IsPlain { get; private set; }

    /// <summary>The comment at its end, without the number sign and the blanks around it; null without a comment, and in a plain line.</summary>
    public string? Comment { get; set; }

    /// <summary>Whether a comment in it ends in a backslash: then the next line is a part of the comment.</summary>
    public bool SwallowsNextLine { get; set; }

    /// <summary>Why the line could not be divided (because of a file that is named in it); null if it could.</summary>
    public HbaError? Error { get; set; }

    /// <summary>The number of fields.</summary>
    public int Count => _ends.Count;

    /// <summary>All tokens, in order.</summary>
    public ReadOnlySpan<HbaToken> Tokens => CollectionsMarshal.AsSpan(_tokens);

    /// <summary>The tokens of a field, at least one.</summary>
    public ReadOnlySpan<HbaToken> this[int index] => Tokens[TokensBefore(index)..TokensBefore(index + 1)];

    /// <summary>The number of tokens before a field.</summary>
    public int TokensBefore(int index) => index == 0 ? 0 : _ends[index - 1];

    /// <summary>Begins the next line.</summary>
    public void Begin(HbaLineReader line)
    {
        _tokens.Clear();
        _ends.Clear();
        (Number, Start, End, IsPlain) = (line.Number, line.Start, line.End, !line.IsGlued);
        (Comment, SwallowsNextLine, Error) = (null, false, null);
    }

    /// <summary>Adds a token to the current field.</summary>
    public void Add(HbaToken token) => _tokens.Add(token);

    /// <summary>Adds all tokens of a line of a file that is named with @, as if they were written in this line.</summary>
    /// <param name="other">The line.</param>
    /// <param name="start">Where the name of the file starts.</param>
    /// <param name="end">Where it ends.</param>
    public void AddFrom(HbaFields other, int start, int end)
    {
        bool isFirst = true;
        foreach (HbaToken token in other.Tokens)
        {
            // The first word is a name.
            HbaTokenOrigin origin = other.File.IsPasswordList && !isFirst ? HbaTokenOrigin.PasswordList : HbaTokenOrigin.File;
            isFirst = false;
            _tokens.Add(token with { Start = start, End = end, Origin = token.Origin > origin ? token.Origin : origin });
        }
    }

    /// <summary>Records that the line names a file.</summary>
    public void NamesFile() => IsPlain = false;

    /// <summary>Ends a field, if it has tokens.</summary>
    public void EndField()
    {
        if (_tokens.Count > TokensBefore(Count))
            _ends.Add(_tokens.Count);
    }
}
