namespace PgSsl.Hba;

/// <summary>
/// Reads pg_hba.conf and what it includes into lines of fields, in the order in which the server takes them (hba.c, tokenize_auth_file,
/// next_field_expand, tokenize_include_file, tokenize_expand_file).
/// </summary>
internal sealed class HbaReader(IHbaFiles files, HbaDialect dialect)
{
    // Files that include each other several times over are read as often as that: bounds on what hostile ones can cost, those that
    // include themselves above all, of which the server may not see the end.
    private const int MaxReads = 20_000;
    private const int MaxReadsWithin = 2_000;
    private const int MaxBytesAgain = 1 << 25;

    private readonly Dictionary<string, HbaFile> _files = [];
    private readonly TokenTexts _texts = new();
    private byte[] _buffer = new byte[256];
    private readonly List<HbaFile> _open = [];
    private int _reads;
    private int _readsWithin;
    private int _bytesAgain;

    /// <summary>The files that were read, the main one first.</summary>
    public HbaFile[] Files => [.. _files.Values];

    /// <summary>Lines that are nothing but a comment which swallows the next line.</summary>
    public List<HbaLine> SwallowingComments { get; } = [];

    /// <summary>Reads the main file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="take">Takes each line as it comes.</param>
    /// <exception cref="PgSslException"><see cref="PgSslError.FileNotFound"/> or <see cref="PgSslError.FileUnreadable"/>.</exception>
    public void Read(string path, Action<HbaLine> take)
    {
        HbaFileContent content = files.Read(path);
        if (content.Bytes is null)
            throw content.IsMissing
                ? new PgSslException(PgSslError.FileNotFound, $"{path} does not exist.", "Name the server's pg_hba.conf: SHOW hba_file tells where it is.")
                : new PgSslException(
                    PgSslError.FileUnreadable, $"{path} cannot be read: {content.Error}", "Run this as the server's account or as an administrator.");
        var file = new HbaFile(path, content.Bytes);
        _files[path] = file;
        ReadLines(file, 0, take);
    }

    private void ReadLines(HbaFile file, int depth, Action<HbaLine> take)
    {
        _open.Add(file);
        var reader = new HbaLineReader(file.Content, dialect.HasContinuation);
        var tokens = new List<HbaToken>();
        var fieldEnds = new List<int>();
        while (reader.Read())
        {
            tokens.Clear();
            fieldEnds.Clear();
            ReadOnlySpan<byte> text = reader.Text;
            if (text.Length == 0)
                continue;
            if (_buffer.Length < text.Length)
                _buffer = new byte[text.Length * 2];
            var lexer = new HbaLexer(text, _buffer);
            string? error = null;
            while (!lexer.IsAtEnd && error is null)
                ReadField(ref lexer, reader, file, depth, tokens, fieldEnds, ref error);

            bool swallows = lexer.CommentStart >= 0 && reader.LastGlue >= lexer.CommentStart;
            if (fieldEnds.Count == 0 && error is null && !swallows)
                continue;
            string? comment = lexer.CommentStart < 0 ? null : HbaText.Decode(text[lexer.CommentStart..]).Trim();
            var line = new HbaLine(file, reader.Number, reader.Start, reader.End, tokens, fieldEnds)
            {
                Error = error,
                Comment = string.IsNullOrEmpty(comment) ? null : comment,
                SwallowsNextLine = swallows,
                IsPlain = !reader.IsGlued && !tokens.Exists(token => token.IsFromFile),
            };
            if (fieldEnds.Count == 0 && error is null)
                SwallowingComments.Add(line);
            else if (error is not null || !IsInclude(line, depth, take, out error))
                take(line);
            else if (error is not null)
                take(line = new HbaLine(file, line.Number, line.Start, line.End, tokens, fieldEnds) { Error = error, Comment = line.Comment });
            line.Settle();
        }
        _open.RemoveAt(_open.Count - 1);
    }

    private void ReadField(
        ref HbaLexer lexer, HbaLineReader reader, HbaFile file, int depth, List<HbaToken> tokens, List<int> fieldEnds, ref string? error)
    {
        int before = tokens.Count;
        do
        {
            if (!lexer.Next())
                break;
            int start = reader.PlaceOf(lexer.Start), end = reader.PlaceOf(lexer.End - 1) + 1;
            string text = _texts.Get(lexer.Text);
            if (!lexer.IsQuoted && text.Length > 1 && text[0] == '@')
                Expand(text[1..], file, depth + 1, new HbaToken("", false, start, end), tokens, ref error);
            else
                tokens.Add(new HbaToken(text, lexer.IsQuoted, start, end));
        }
        while (lexer.HasComma && error is null);
        if (tokens.Count > before)
            fieldEnds.Add(tokens.Count);
    }

    /// <summary>All tokens of a file that is named with @, as if they stood there.</summary>
    private void Expand(string name, HbaFile namedIn, int depth, HbaToken place, List<HbaToken> tokens, ref string? error)
    {
        if (Open(name, namedIn, depth, ref error, out _) is not { } file)
            return;
        byte[] buffer = _buffer;
        var lines = new List<HbaLine>();
        _buffer = new byte[256];
        ReadLines(file, depth, lines.Add);
        _buffer = buffer;
        foreach (HbaLine line in lines)
        {
            if (line.Error is not null)
            {
                error = line.Error;
                return;
            }
            foreach (HbaToken token in line.Tokens)
                tokens.Add(token with { Start = place.Start, End = place.End, IsFromFile = true });
        }
    }

    /// <summary>Whether the line includes files; then it is no record, unless that went wrong.</summary>
    private bool IsInclude(HbaLine line, int depth, Action<HbaLine> take, out string? error)
    {
        error = null;
        if (!dialect.HasIncludes || line.FieldCount != 2)
            return false;
        string name = line.Field(1)[0].Text;
        switch (line.Field(0)[0].Text)
        {
            case "include":
                Include(name, line.File, depth + 1, mayBeMissing: false, take, ref error);
                return true;
            case "include_if_exists":
                Include(name, line.File, depth + 1, mayBeMissing: true, take, ref error);
                return true;
            case "include_dir":
                IncludeDirectory(name, line.File, depth + 1, take, ref error);
                return true;
            default:
                return false;
        }
    }

    private void Include(string name, HbaFile namedIn, int depth, bool mayBeMissing, Action<HbaLine> take, ref string? error)
    {
        string? problem = null;
        if (Open(name, namedIn, depth, ref problem, out bool isMissing) is { } file)
            ReadLines(file, depth, take);
        else if (!(mayBeMissing && isMissing))
            error = problem;
    }

    private void IncludeDirectory(string name, HbaFile namedIn, int depth, Action<HbaLine> take, ref string? error)
    {
        if (name.All(char.IsWhiteSpace))
        {
            error = $"empty configuration directory name: \"{name}\"";
            return;
        }
        string directory = HbaPath.Resolve(name, namedIn.Path);
        IReadOnlyList<string> found = files.List(directory, out string? problem);
        if (problem is not null)
        {
            error = $"could not open directory \"{directory}\": {problem}";
            return;
        }
        foreach (string path in found)
            Include(path, namedIn, depth, mayBeMissing: false, take, ref error);
    }

    private HbaFile? Open(string name, HbaFile namedIn, int depth, ref string? error, out bool isMissing)
    {
        isMissing = false;
        string path = HbaPath.Resolve(name, namedIn.Path);
        if (depth > dialect.MaxDepth || ++_reads > MaxReads || _readsWithin > MaxReadsWithin || _bytesAgain > MaxBytesAgain)
        {
            error = $"could not open file \"{path}\": maximum nesting depth exceeded";
            return null;
        }
        if (_files.TryGetValue(path, out HbaFile? known))
        {
            _bytesAgain += known.Content.Length;
            _readsWithin += _open.Contains(known) ? 1 : 0;
            return known;
        }
        HbaFileContent content = files.Read(path);
        if (content.Bytes is null)
        {
            isMissing = content.IsMissing;
            error = $"could not open file \"{path}\": {content.Error}";
            return null;
        }
        return _files[path] = new HbaFile(path, content.Bytes);
    }
}
