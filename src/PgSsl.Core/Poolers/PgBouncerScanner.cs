using PgSsl.Common;

namespace PgSsl.Poolers;

/// <summary>
/// Reads a configuration as PgBouncer does (libusual, cfparser.c, parse_ini_file_internal): sections and keys in their order, included files
/// in their place. A comment needs its own line; behind a value it is part of the value. PgBouncer 1.18 and older refuse keys in quotes.
/// </summary>
internal sealed class PgBouncerScanner(Func<string, byte[]> read)
{
    // cfparser.c, MAX_INCLUDE
    private const int DeepestInclude = 10;

    private string? _section;

    /// <summary>The files, in the order in which they are read.</summary>
    public List<PgBouncerFile> Files { get; } = [];

    /// <summary>All keys, in the order in which they are set.</summary>
    public List<PgBouncerEntry> Entries { get; } = [];

    /// <summary>Where each header <c>[section]</c> ends, and how many keys come before it.</summary>
    public List<(string Section, PgBouncerFile File, int End, int EntriesBefore)> Sections { get; } = [];

    /// <summary>Reads a file and what it includes.</summary>
    /// <exception cref="PgSslException">PgBouncer would not load it; or a file cannot be read.</exception>
    public void Read(string path, int depth = 0)
    {
        var file = new PgBouncerFile(path, read(path));
        Files.Add(file);
        ReadOnlySpan<byte> text = file.Content;
        // A NUL ends C's strings.
        int nul = text.IndexOf((byte)0);
        if (nul >= 0)
            text = text[..nul];
        for (int at = SkipBlanks(text, 0); at < text.Length; at = SkipBlanks(text, at))
        {
            if (text[at..].StartsWith("%include"u8) && at + 8 < text.Length && IsBlank(text[at + 8]))
                at = Include(file, text, at + 8, depth);
            else if (text[at] is (byte)'#' or (byte)';')
                at = LineEnd(text, at);
            else
                at = text[at] == (byte)'[' ? ReadHeader(file, text, at) : ReadKey(file, text, at);
        }
    }

    private int Include(PgBouncerFile file, ReadOnlySpan<byte> text, int at, int depth)
    {
        int end = LineEnd(text, at);
        string path = ServerText.Decode(Trim(text[at..end]));
        if (depth >= DeepestInclude)
            throw Fault(file, at, "includes are nested too deep");
        // PgBouncer resolves it from the directory in which it was started, which is not known here.
        if (!Path.IsPathFullyQualified(path))
            throw Fault(
                file, at, $"%include {path} is relative to the directory in which PgBouncer was started, which is not known here",
                "Write the whole path.");
        Read(path, depth + 1);
        return end;
    }

    private int ReadHeader(PgBouncerFile file, ReadOnlySpan<byte> text, int at)
    {
        int length = text[(at + 1)..].IndexOfAny((byte)']', (byte)'\n');
        if (length < 0 || text[at + 1 + length] != (byte)']')
            throw Fault(file, at, "a section has no closing bracket");
        _section = ServerText.Decode(text.Slice(at + 1, length));
        Sections.Add((_section, file, at + length + 2, Entries.Count));
        return at + length + 2;
    }

    private int ReadKey(PgBouncerFile file, ReadOnlySpan<byte> text, int at)
    {
        int start = at, end;
        if (text[at] == (byte)'\'')
        {
            int length = text[(at + 1)..].IndexOf((byte)'\'');
            if (length <= 0)
                throw Fault(file, at, "a quoted key has no end, or is empty");
            (start, end) = (at + 1, at + 1 + length);
            at = end + 1;
        }
        else
        {
            while (at < text.Length && (char.IsAsciiLetterOrDigit((char)text[at]) || "_.-*"u8.Contains(text[at])))
                at++;
            end = at;
        }
        at = SkipSpaces(text, at);
        if (at >= text.Length || text[at] != (byte)'=')
            throw Fault(file, at, "an equals sign is missing behind a key");
        int valueStart = SkipSpaces(text, at + 1);
        int lineEnd = LineEnd(text, valueStart);
        ReadOnlySpan<byte> value = TrimEnd(text[valueStart..lineEnd]);
        if (_section is null)
            throw Fault(file, start, "a key comes before any section");
        Entries.Add(new PgBouncerEntry(
            file, _section, ServerText.Decode(text[start..end]), ServerText.Decode(value), valueStart, valueStart + value.Length));
        return lineEnd;
    }

    private static int LineEnd(ReadOnlySpan<byte> text, int at) =>
        text[at..].IndexOf((byte)'\n') is >= 0 and int length ? at + length : text.Length;

    private static int SkipSpaces(ReadOnlySpan<byte> text, int at)
    {
        while (at < text.Length && IsBlank(text[at]))
            at++;
        return at;
    }

    private static int SkipBlanks(ReadOnlySpan<byte> text, int at)
    {
        while (at < text.Length && IsSpace(text[at]))
            at++;
        return at;
    }

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text) => TrimEnd(text[SkipSpaces(text, 0)..]);

    private static ReadOnlySpan<byte> TrimEnd(ReadOnlySpan<byte> text)
    {
        while (text is [.., byte last] && IsSpace(last))
            text = text[..^1];
        return text;
    }

    private static bool IsBlank(byte character) => character is (byte)' ' or (byte)'\t';

    // isspace(3) in the C locale
    private static bool IsSpace(byte character) => character is (byte)' ' or (>= 9 and <= 13);

    private static PgSslException Fault(
        PgBouncerFile file, int at, string what, string remedy = "PgBouncer would not load this file. Correct it first.") => new(
        PgSslError.InvalidPgBouncerFile, $"{file.Path}:{1 + file.Content.AsSpan(0, at).Count((byte)'\n')}: {what}.", remedy);
}
