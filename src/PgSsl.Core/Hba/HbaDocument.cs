using PgSsl.Files;

namespace PgSsl.Hba;

/// <summary>
/// pg_hba.conf with the files that it includes: their bytes, which only a plan changes, and the records that the server reads in them, in the
/// order in which it looks for a match.
/// </summary>
internal sealed class HbaDocument
{
    private readonly Lazy<HbaNeighbours> _neighbours;

    private HbaDocument(HbaDialect dialect, IReadOnlyList<HbaFile> files, IReadOnlyList<HbaEntry> entries, IReadOnlyList<HbaLine> swallowing)
    {
        (Dialect, Files, Entries, SwallowingComments) = (dialect, files, entries, swallowing);
        _neighbours = new(() => new HbaNeighbours(entries));
        Records = entries.All(entry => entry.Record is not null) ? entries : [.. entries.Where(entry => entry.Record is not null)];
    }

    /// <summary>How the server reads the file.</summary>
    public HbaDialect Dialect { get; }

    /// <summary>The files, the main one first.</summary>
    public IReadOnlyList<HbaFile> Files { get; }

    /// <summary>The directories that are included (include_dir).</summary>
    public IReadOnlyList<string> Directories { get; private init; } = [];

    /// <summary>The files that would be included if they were there (include_if_exists).</summary>
    public IReadOnlyList<string> Missing { get; private init; } = [];

    /// <summary>Lines that are meant as records, in order, including those that the server refuses.</summary>
    public IReadOnlyList<HbaEntry> Entries { get; }

    /// <summary>The entries that the server takes.</summary>
    public IReadOnlyList<HbaEntry> Records { get; }

    /// <summary>Comments that end in a backslash, so the server does not see the next line.</summary>
    public IReadOnlyList<HbaLine> SwallowingComments { get; }

    /// <summary>The lines because of which the server refuses the file and keeps the rules that it has.</summary>
    public IEnumerable<HbaEntry> Refused => Entries.Where(entry => entry.Record is null);

    /// <summary>Whether the server would load the file: it has at least one record, and no refused line (hba.c, load_hba).</summary>
    public bool IsLoadable => Entries.Count > 0 && Records.Count == Entries.Count;

    /// <summary>How the rules relate to each other, worked out when somebody asks.</summary>
    internal HbaNeighbours Neighbours => _neighbours.Value;

    /// <summary>The rules that let clients in without TLS, from elsewhere than the server's own host.</summary>
    public IEnumerable<HbaEntry> LettingPlaintextIn => Entries.Where((_, index) => Neighbours.LetsPlaintextIn(index));

    /// <summary>Reads the file.</summary>
    /// <param name="path">The main file, absolute.</param>
    /// <param name="dialect">How the server reads the file.</param>
    /// <param name="files">Where files are read.</param>
    /// <exception cref="PgSslException"><see cref="PgSslError.FileNotFound"/> or <see cref="PgSslError.FileUnreadable"/>: the main file.</exception>
    public static HbaDocument Read(string path, HbaDialect dialect, IServerFiles files)
    {
        var reader = new HbaReader(files, dialect);
        var parser = new HbaParser(dialect);
        var entries = new List<HbaEntry>();
        int number = 0;
        reader.Read(path, line =>
        {
            HbaEntry entry = parser.Understand(line, number + 1);
            number = entry.Number ?? number;
            entries.Add(entry);
        });
        return new HbaDocument(dialect, reader.Files, entries.ToArray(), reader.SwallowingComments)
        {
            Directories = [.. reader.Directories.Distinct()], Missing = [.. reader.Missing.Distinct()],
        };
    }

    /// <summary>Where a line is: the file's name and the line's number, with the whole path where two files have the same name.</summary>
    internal string PlaceOf(HbaLine line)
    {
        string name = line.File.Path[(line.File.Path.LastIndexOfAny(['/', '\\']) + 1)..];
        bool isAmbiguous = Files.Count > 1 && Files.Any(file => file != line.File && file.Path.EndsWith(name, StringComparison.Ordinal));
        return $"{(isAmbiguous ? line.File.Path : name)}:{line.Number}";
    }
}
