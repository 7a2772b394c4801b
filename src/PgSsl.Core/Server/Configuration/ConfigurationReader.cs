using PgSsl.Common;
using PgSsl.Files;

namespace PgSsl.Server.Configuration;

/// <summary>
/// Reads postgresql.conf and the files that it includes into entries, in the server's order (guc-file.l, ParseConfigFile, ParseConfigFp,
/// ParseConfigDirectory; conffiles.c).
/// </summary>
/// <param name="files">Where files are read.</param>
/// <param name="mostErrors">The number of syntax errors after which a file is given up: 100 for the postmaster, 1 for pg_file_settings.</param>
internal sealed class ConfigurationReader(IServerFiles files, int mostErrors)
{
    // CONF_FILE_MAX_DEPTH.
    private const int MaxDepth = 10;

    // A file that is included several times is read several times. These bounds limit what hostile files can cost.
    private const int MaxReads = 20_000;
    private const int MaxBytes = 1 << 28;

    private readonly Dictionary<string, ConfigurationFile> _files = [];
    private int _reads;
    private long _bytes;

    /// <summary>What was found, in order.</summary>
    public List<ConfigurationEntry> Entries { get; } = [];

    /// <summary>The files that were read, the main one first.</summary>
    public ConfigurationFile[] Files => [.. _files.Values];

    /// <summary>Reads a file that no other file names.</summary>
    /// <param name="path">Its absolute path.</param>
    /// <param name="content">Its content.</param>
    /// <returns>Whether it and the files that it includes have no error.</returns>
    public bool Read(string path, byte[] content) => ReadLines(_files[path] = new ConfigurationFile(path, content), 0);

    private bool ReadLines(ConfigurationFile file, int depth)
    {
        _bytes += file.Content.Length;
        var lexer = new GucLexer(file.Content);
        bool isGood = true;
        int errors = 0;
        for (GucToken first = lexer.Next(); first.Kind != GucTokenKind.End; first = lexer.Next())
        {
            if (first.Kind == GucTokenKind.EndOfLine)
                continue;
            int line = lexer.Line;
            GucToken last = first;
            if (first.IsName && ReadValue(lexer, out GucToken value, out last))
            {
                isGood &= Take(file, line, first, value, depth);
            }
            else
            {
                // At the end of a file, the server reports one line too few.
                Fail("syntax error", file.Path, last.Kind == GucTokenKind.End ? line - 1 : line);
                isGood = false;
                if (++errors >= mostErrors)
                    return false;
                while (!last.EndsLine)
                    last = lexer.Next();
            }
            if (last.Kind == GucTokenKind.End)
                break;
        }
        return isGood;
    }

    /// <param name="lexer">The lexer, behind the name.</param>
    /// <param name="value">The value.</param>
    /// <param name="last">The end of the line, or the token that does not belong there.</param>
    private static bool ReadValue(GucLexer lexer, out GucToken value, out GucToken last)
    {
        value = lexer.Next();
        if (value.Kind == GucTokenKind.EqualsSign)
            value = lexer.Next();
        last = value;
        if (!value.IsValue)
            return false;
        last = lexer.Next();
        return last.EndsLine;
    }

    private bool Take(ConfigurationFile file, int line, GucToken name, GucToken value, int depth)
    {
        string Text(GucToken token) => ServerText.Decode(UpToNul(file.Content.AsSpan(token.Start, token.End - token.Start)));
        string parameter = Text(name);
        string text = value.Kind == GucTokenKind.String
            ? GucString.Unquote(file.Content.AsSpan(value.Start, value.End - value.Start))
            : Text(value);
        switch (parameter.ToLowerInvariant())
        {
            case "include":
                return Include(text, file.Path, line, depth + 1, mayBeMissing: false);
            case "include_if_exists":
                return Include(text, file.Path, line, depth + 1, mayBeMissing: true);
            case "include_dir":
                return IncludeDirectory(text, file.Path, line, depth + 1);
            default:
                Entries.Add(new ConfigurationEntry(file.Path, line, parameter, text, null)
                {
                    NameStart = name.Start,
                    ValueStart = value.Start,
                    ValueEnd = value.End,
                });
                return true;
        }
    }

    private bool Include(string name, string namedIn, int line, int depth, bool mayBeMissing)
    {
        if (IsBlank(name))
            return Fail("empty configuration file name", namedIn, line);
        if (depth > MaxDepth || ++_reads > MaxReads || _bytes > MaxBytes)
            return Fail("nesting depth exceeded", namedIn, line);
        string path = ServerPath.Resolve(name, namedIn);
        if (path == namedIn)
            return Fail("configuration file recursion", namedIn, line);
        if (!_files.TryGetValue(path, out ConfigurationFile? file))
        {
            FileContent content = files.Read(path);
            if (content.Bytes is null)
                return mayBeMissing || Fail($"could not open file \"{path}\"", namedIn, line);
            if (content.IsDirectory)
                return Fail("input in flex scanner failed", path, 1);
            _files[path] = file = new ConfigurationFile(path, content.Bytes);
        }
        return ReadLines(file, depth);
    }

    private bool IncludeDirectory(string name, string namedIn, int line, int depth)
    {
        if (IsBlank(name))
            return Fail("empty configuration directory name", namedIn, line);
        string directory = ServerPath.Resolve(name, namedIn);
        IReadOnlyList<string> found = files.List(directory, out string? problem);
        if (problem is not null)
            return Fail($"could not open directory \"{directory}\"", namedIn, line);
        foreach (string path in found)
            if (!Include(path, namedIn, line, depth, mayBeMissing: false))
                return false;
        return true;
    }

    private bool Fail(string error, string path, int line)
    {
        Entries.Add(new ConfigurationEntry(path, line, null, null, error));
        return false;
    }

    private static bool IsBlank(string name) => name.AsSpan().Trim(" \t\r\n").IsEmpty;

    private static ReadOnlySpan<byte> UpToNul(ReadOnlySpan<byte> text) =>
        text.IndexOf((byte)0) is >= 0 and int nul ? text[..nul] : text;
}
