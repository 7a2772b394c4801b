namespace PgSsl.Hba;

/// <summary>
/// Cuts a file into logical lines as the server does (hba.c, tokenize_auth_file; pg_get_line.c): line breaks and carriage returns at the
/// end of a line are removed, and a line that ends in a backslash is joined to the next one, before anything looks for quotes or comments.
/// A backslash counts only behind the place where lines were joined last. Files with NUL bytes are read differently: <see cref="HbaFile.Nul"/>.
/// </summary>
internal sealed class HbaLineReader(byte[] content, bool hasContinuation)
{
    private readonly List<byte> _glued = [];
    private readonly List<int> _places = [];
    private byte[] _gluedBytes = [];
    private int _continuations;
    private int _next;

    /// <summary>The number of the line's first physical line, from 1.</summary>
    public int Number { get; private set; }

    /// <summary>Where the line starts in the file.</summary>
    public int Start { get; private set; }

    /// <summary>Where it ends, without the last line break.</summary>
    public int End { get; private set; }

    /// <summary>Where in the text lines were joined last; 0 if they were not.</summary>
    public int LastGlue { get; private set; }

    /// <summary>Whether the line is more than its bytes from start to end.</summary>
    public bool IsGlued { get; private set; }

    /// <summary>The line without line breaks.</summary>
    public ReadOnlySpan<byte> Text => IsGlued ? _gluedBytes : content.AsSpan(Start, End - Start);

    /// <summary>Where a byte of the text is in the file.</summary>
    public int PlaceOf(int index) => IsGlued ? _places[index] : Start + index;

    /// <summary>Reads the next logical line.</summary>
    public bool Read()
    {
        if (_next >= content.Length)
            return false;
        Number = Number == 0 ? 1 : Number + _continuations + 1;
        _continuations = 0;
        LastGlue = 0;
        Start = _next;
        (int from, int to) = NextPhysicalLine();
        End = Strip(from, to);
        IsGlued = hasContinuation && End > from && content[End - 1] == '\\';
        if (IsGlued)
            Glue(from, to);
        return true;
    }

    private (int From, int To) NextPhysicalLine()
    {
        int from = _next;
        int feed = content.AsSpan(from).IndexOf((byte)'\n');
        int to = feed < 0 ? content.Length : from + feed;
        _next = feed < 0 ? to : to + 1;
        return (from, to);
    }

    private int Strip(int from, int to)
    {
        while (to > from && content[to - 1] == '\r')
            to--;
        return to;
    }

    private void Glue(int from, int to)
    {
        _glued.Clear();
        _places.Clear();
        while (true)
        {
            for (int i = from; i < to; i++)
                Keep(i);
            End = Strip(from, to);
            // pg_strip_crlf looks at all that was collected, not only at the last line.
            while (_glued.Count > 0 && _glued[^1] == '\r')
                Drop();
            if (_glued.Count <= LastGlue || _glued[^1] != '\\')
                break;
            Drop();
            LastGlue = _glued.Count;
            _continuations++;
            if (_next >= content.Length)
                break;
            (from, to) = NextPhysicalLine();
        }
        _gluedBytes = [.. _glued];
    }

    private void Keep(int place)
    {
        _glued.Add(content[place]);
        _places.Add(place);
    }

    private void Drop()
    {
        _glued.RemoveAt(_glued.Count - 1);
        _places.RemoveAt(_places.Count - 1);
    }
}
