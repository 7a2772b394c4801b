using System.Buffers;

namespace PgSsl.Hba;

/// <summary>
/// Divides a logical line into tokens (hba.c, next_token). Blanks and commas separate tokens, quotes protect, and a number sign begins a
/// comment, even in the middle of a token. A missing closing quote is not an error: the rest of the line is the token.
/// </summary>
/// <param name="line">The line.</param>
internal ref struct HbaLexer(ReadOnlySpan<byte> line)
{
    private static readonly SearchValues<byte> Special = SearchValues.Create(" \t\r,\"#"u8);

    private readonly ReadOnlySpan<byte> _line = line;
    private Span<byte> _text;
    private int _position;

    /// <summary>The text of the token that was found last.</summary>
    public ReadOnlySpan<byte> Text { get; private set; }

    /// <summary>Whether the token starts with a quote. <c>@"a b"</c> does not.</summary>
    public bool IsQuoted { get; private set; }

    /// <summary>Whether a comma follows the token immediately, so the field continues.</summary>
    public bool HasComma { get; private set; }

    /// <summary>Where the token starts in the line.</summary>
    public int Start { get; private set; }

    /// <summary>Where it ends.</summary>
    public int End { get; private set; }

    /// <summary>Where the comment starts, behind its number sign; -1 while there is none.</summary>
    public int CommentStart { get; private set; } = -1;

    /// <summary>Whether the whole line has been read.</summary>
    public readonly bool IsAtEnd => _position >= _line.Length;

    // Few lines have quotes. Those need room for the text without them.
    private Span<byte> Room => _text.IsEmpty ? _text = new byte[_line.Length] : _text;

    private static bool IsBlank(byte c) => c is (byte)' ' or (byte)'\t' or (byte)'\r';

    /// <summary>Finds the next token.</summary>
    public bool Next()
    {
        IsQuoted = HasComma = false;
        bool inQuote = false, wasQuote = false, sawQuote = false;
        while (_position < _line.Length && (IsBlank(_line[_position]) || _line[_position] == ','))
            _position++;
        Start = _position;
        if (TakePlainToken())
            return true;
        int length = 0;
        for (; _position < _line.Length; _position++)
        {
            byte c = _line[_position];
            if (!inQuote)
            {
                if (IsBlank(c))
                    break;
                if (c == '#')
                {
                    CommentStart = _position + 1;
                    break;
                }
                if (c == ',')
                {
                    HasComma = true;
                    break;
                }
            }
            if (c != '"' || wasQuote)
                Room[length++] = c;
            wasQuote = inQuote && c == '"' && !wasQuote;
            if (c != '"')
                continue;
            inQuote = !inQuote;
            sawQuote = true;
            IsQuoted |= length == 0;
        }
        End = _position;
        if (CommentStart >= 0)
            _position = _line.Length;
        Text = _text[..length];
        return sawQuote || length > 0;
    }

    /// <summary>Nearly every token: without a quote in it, and without a comment at its end.</summary>
    private bool TakePlainToken()
    {
        ReadOnlySpan<byte> rest = _line[_position..];
        int length = rest.IndexOfAny(Special);
        if (length < 0)
            length = rest.Length;
        else if (rest[length] is (byte)'"' or (byte)'#')
            return false;
        HasComma = length < rest.Length && rest[length] == ',';
        _position += length;
        End = _position;
        Text = rest[..length];
        return length > 0;
    }
}
