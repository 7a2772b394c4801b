using PgSsl.Common;
using PgSsl.Files;

namespace PgSsl.Hba;

/// <summary>
/// Reads pg_hba.conf and what it includes into lines of fields, in the order in which the server takes them (hba.c, tokenize_auth_file,
/// next_field_expand, tokenize_include_file, tokenize_expand_file).
/// </summary>
internal sealed class HbaReader(IServerFiles files, HbaDialect dialect)
{
    // Files that include each other several times are read that often. These limits bound what hostile files can cost, above all files that
    // include themselves: the server may never finish reading those.
    private const int MaxReads = 20_000;
    private const int MaxReadsWithin = 2_000;
    private const int MaxBytesAgain = 1 << 25;

    private readonly Dictionary<string, HbaFile> _files = [];
    private readonly TokenTexts _texts = new();
    private readonly List<HbaFile> _open = [];
    private int _reads;
    private int _readsWithin;
    private int _bytesAgain;

    /// <summary>The files that were read, the main one first.</summary>
    public HbaFile[] Files => [.. _files.Values];

    /// <summary>The directories that were included: a file that is taken away there leaves no other trace.</summary>
    public List<string> Directories { get; } = [];

    /// <summary>The files that may be missing, and are.</summary>
    public List<string> Missing { get; } = [];

    /// <summary>Lines that consist of a comment that swallows the next line.</summary>
    public List<HbaLine> SwallowingComments { get; } = [];

    /// <summary>Reads the main file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="take">Receives each line; the object is used again for the next one.</param>
    /// <exception cref="PgSslException"><see cref="PgSslError.FileNotFound"/> or <see cref="PgSslError.FileUnreadable"/>.</exception>
    public void Read(string path, Action<HbaFields> take)
    {
        FileContent content = files.Read(path);
        if (content.IsDirectory)
            throw new PgSslException(
                PgSslError.FileUnreadable, $"{path} is a directory, not a file.", "Give the path of pg_hba.conf itself: SHOW hba_file shows it.");
        if (content.Bytes is null)
            throw content.IsMissing
                ? new PgSslException(
                    PgSslError.FileNotFound, $"{path} does not exist.", "Give the path of the server's pg_hba.conf: SHOW hba_file shows it.")
                : new PgSslException(
                    PgSslError.FileUnreadable, $"{path} cannot be read: {content.Error}", "Run this as the server's account or as an administrator.");
        var file = new HbaFile(path, content.Bytes);
        _files[path] = file;
        ReadLines(file, 0, take);
    }

    private void ReadLines(HbaFile file, int depth, Action<HbaFields> take)
    {
        _open.Add(file);
        var reader = new HbaLineReader(file.Content, dialect.HasContinuation);
        var line = new HbaFields(file);
        while (reader.Read())
        {
            line.Begin(reader);
            var lexer = new HbaLexer(reader.Text);
            while (!lexer.IsAtEnd && line.Error is null)
                ReadField(ref lexer, reader, line, depth);

            if (!line.IsPlain && lexer.CommentStart >= 0)
            {
                line.Comment = ServerText.DecodeComment(reader.Text[lexer.CommentStart..]);
                line.SwallowsNextLine = reader.LastGlue >= lexer.CommentStart;
            }
            if (line.Count > 0 || line.Error is not null)
                TakeOrInclude(line, depth, take);
            else if (line.SwallowsNextLine)
                SwallowingComments.Add(new HbaLine(line));
        }
        _open.RemoveAt(_open.Count - 1);
    }

    private void ReadField(ref HbaLexer lexer, HbaLineReader reader, HbaFields line, int depth)
    {
        do
        {
            if (!lexer.Next())
                break;
            int start = reader.PlaceOf(lexer.Start), end = reader.PlaceOf(lexer.End - 1) + 1;
            string text = _texts.Get(lexer.Text);
            if (!lexer.IsQuoted && text.Length > 1 && text[0] == '@')
                Expand(text[1..], line, depth + 1, start, end);
            else
                line.Add(new HbaToken(text, lexer.IsQuoted, start, end));
        }
        while (lexer.HasComma && line.Error is null);
        line.EndField();
    }

    /// <summary>Adds all tokens of a file that is named with @, as if they were written in this line.</summary>
    private void Expand(string name, HbaFields namedIn, int depth, int start, int end)
    {
        namedIn.NamesFile();
        if (Open(name, namedIn, depth, out HbaError? error, out _) is not { } file)
        {
            namedIn.Error = error;
            return;
        }
        // An error in that file is an error of this line.
        ReadLines(file, depth, line =>
        {
            if (line.Error is { } inner)
                namedIn.Error ??= HbaSecrets.Holds(namedIn.Tokens) ? new HbaError(inner.Text, "could not open file \"***\"") : inner;
            if (namedIn.Error is null)
                namedIn.AddFrom(line, start, end);
        });
    }

    /// <summary>A line that includes files is not a record, unless the inclusion fails.</summary>
    private void TakeOrInclude(HbaFields line, int depth, Action<HbaFields> take)
    {
        if (line.Error is not null || !IsInclude(line, depth, take) || line.Error is not null)
            take(line);
    }

    private bool IsInclude(HbaFields line, int depth, Action<HbaFields> take)
    {
        if (!dialect.HasIncludes || line.Count != 2)
            return false;
        string name = line[1][0].Text;
        switch (line[0][0].Text)
        {
            case "include":
                Include(name, line, depth + 1, mayBeMissing: false, take);
                return true;
            case "include_if_exists":
                Include(name, line, depth + 1, mayBeMissing: true, take);
                return true;
            case "include_dir":
                IncludeDirectory(name, line, depth + 1, take);
                return true;
            default:
                return false;
        }
    }

    private void Include(string name, HbaFields namedIn, int depth, bool mayBeMissing, Action<HbaFields> take)
    {
        if (Open(name, namedIn, depth, out HbaError? error, out bool isMissing) is { } file)
            ReadLines(file, depth, take);
        else if (mayBeMissing && isMissing)
            Missing.Add(ServerPath.Resolve(name, namedIn.File.Path));
        else
            namedIn.Error = error;
    }

    private void IncludeDirectory(string name, HbaFields namedIn, int depth, Action<HbaFields> take)
    {
        if (name.All(char.IsWhiteSpace))
        {
            namedIn.Error = new HbaError($"empty configuration directory name: \"{name}\"");
            return;
        }
        string directory = ServerPath.Resolve(name, namedIn.File.Path);
        IReadOnlyList<string> found = files.List(directory, out string? problem);
        if (problem is not null)
        {
            namedIn.Error = Problem("could not open directory", name, directory, problem, namedIn);
            return;
        }
        Directories.Add(directory);
        foreach (string path in found)
            Include(path, namedIn, depth, mayBeMissing: false, take);
    }

    private HbaFile? Open(string name, HbaFields namedIn, int depth, out HbaError? error, out bool isMissing)
    {
        (error, isMissing) = (null, false);
        string path = ServerPath.Resolve(name, namedIn.File.Path);
        if (depth > dialect.MaxDepth || ++_reads > MaxReads || _readsWithin > MaxReadsWithin || _bytesAgain > MaxBytesAgain)
        {
            error = Problem("could not open file", name, path, "maximum nesting depth exceeded", namedIn);
            return null;
        }
        if (_files.TryGetValue(path, out HbaFile? known))
        {
            _bytesAgain += known.Content.Length;
            _readsWithin += _open.Contains(known) ? 1 : 0;
            return known;
        }
        FileContent content = files.Read(path);
        if (content.Bytes is null)
        {
            isMissing = content.IsMissing;
            error = Problem("could not open file", name, path, content.Error, namedIn);
            return null;
        }
        return _files[path] = new HbaFile(path, content.Bytes);
    }

    // What looks like the name of a file may be a part of a secret: an unquoted password with a blank and an @ in it.
    private static HbaError Problem(string what, string name, string path, string? why, HbaFields namedIn)
    {
        string text = $"{what} \"{path}\": {why}";
        return HbaSecrets.Holds(namedIn.Tokens) || SecretText.MaskWord(name, isRefused: true) != name
            ? new HbaError(text, $"{what} \"***\"")
            : new HbaError(text);
    }
}
