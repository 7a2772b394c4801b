using PgSsl.Common;
using PgSsl.Files;
using PgSsl.Server.Settings;

namespace PgSsl.Server.Configuration;

/// <summary>
/// postgresql.conf with the files that it includes, and postgresql.auto.conf behind them: the bytes, and how the server reads them (guc.c,
/// ProcessConfigFileInternal: the last assignment wins).
/// </summary>
internal sealed class ConfigurationDocument
{
    /// <summary>The file that ALTER SYSTEM writes, in the data directory (guc.h, PG_AUTOCONF_FILENAME).</summary>
    public const string AutoFileName = "postgresql.auto.conf";

    private const int PostmasterErrors = 100;

    private readonly Dictionary<string, ConfigurationEntry> _effective = new(StringComparer.OrdinalIgnoreCase);

    private ConfigurationDocument(string dataDirectory, IReadOnlyList<ConfigurationFile> files, IReadOnlyList<ConfigurationEntry> entries)
    {
        (DataDirectory, Files) = (dataDirectory, files);
        foreach (ConfigurationEntry entry in entries.Where(entry => entry.Name is not null))
            _effective[entry.Name!] = entry;
        // The server checks values only if there is no other error.
        Entries = entries.Any(entry => entry.Error is not null) ? entries : Judge(entries);
    }

    /// <summary>The data directory. ALTER SYSTEM writes in it, and the server resolves relative paths from it.</summary>
    public string DataDirectory { get; }

    /// <summary>The files, postgresql.conf first; postgresql.auto.conf last, if there is one.</summary>
    public IReadOnlyList<ConfigurationFile> Files { get; }

    /// <summary>Assignments and errors, in the order in which the server reads them.</summary>
    public IReadOnlyList<ConfigurationEntry> Entries { get; }

    /// <summary>The errors, because of which the server would keep its present settings.</summary>
    public IEnumerable<ConfigurationEntry> Problems => Entries.Where(entry => entry.Error is not null);

    /// <summary>The path of postgresql.auto.conf; the file need not exist.</summary>
    public string AutoPath => ServerPath.Join(DataDirectory, AutoFileName);

    /// <summary>The effective assignment to a parameter, which is the last one; null where there is none.</summary>
    public ConfigurationEntry? Effective(string name) => _effective.GetValueOrDefault(name);

    /// <summary>Makes a path in a value absolute: the server resolves it from the data directory, which is its working directory.</summary>
    public string ResolvePath(string value) => ServerPath.Resolve(value, AutoPath);

    /// <summary>One of the files.</summary>
    public ConfigurationFile? File(string path) => Files.FirstOrDefault(file => file.Path == path);

    /// <summary>Reads a configuration.</summary>
    /// <param name="path">postgresql.conf, absolute.</param>
    /// <param name="dataDirectory">
    /// The data directory; null for the one that the file names, or else the file's own directory (guc.c, SelectConfigFiles).
    /// </param>
    /// <param name="files">Where files are read.</param>
    /// <exception cref="PgSslException">
    /// <see cref="PgSslError.FileNotFound"/> or <see cref="PgSslError.FileUnreadable"/>: the main file.
    /// </exception>
    public static ConfigurationDocument Read(string path, string? dataDirectory, IServerFiles files) =>
        Read(path, dataDirectory, files, PostmasterErrors);

    /// <summary>The same, with the number of syntax errors after which the server gives up a file.</summary>
    internal static ConfigurationDocument Read(string path, string? dataDirectory, IServerFiles files, int mostErrors)
    {
        FileContent content = files.Read(path);
        if (content.Bytes is null || content.IsDirectory)
            throw Unreadable(path, content);
        var reader = new ConfigurationReader(files, mostErrors);
        bool isGood = reader.Read(path, content.Bytes);
        dataDirectory ??= reader.Entries.LastOrDefault(entry => entry.Assigns("data_directory"))?.Value is { Length: > 0 } named
            ? ServerPath.Resolve(named, path)
            : ServerPath.Resolve(".", path);
        // If postgresql.conf has an error, the server does not read it.
        if (isGood && files.Read(ServerPath.Join(dataDirectory, AutoFileName)) is { Bytes: { } automatic, IsDirectory: false })
            reader.Read(ServerPath.Join(dataDirectory, AutoFileName), automatic);
        return new ConfigurationDocument(dataDirectory, reader.Files, reader.Entries);
    }

    // The server ignores an assignment, and does not check its value, if a later one has the same spelling of the name (strcmp).
    private static ConfigurationEntry[] Judge(IReadOnlyList<ConfigurationEntry> entries)
    {
        var judged = new ConfigurationEntry[entries.Count];
        var later = new HashSet<string>(StringComparer.Ordinal);
        for (int i = entries.Count - 1; i >= 0; i--)
        {
            bool isWrong = later.Add(entries[i].Name!) && SslParameters.Find(entries[i].Name!)?.Accepts(entries[i].Value!) == false;
            judged[i] = isWrong ? entries[i] with { Error = "setting could not be applied" } : entries[i];
        }
        return judged;
    }

    private static PgSslException Unreadable(string path, FileContent content) => content.IsMissing
        ? new PgSslException(
            PgSslError.FileNotFound, $"{path} does not exist.", "Name the server's postgresql.conf: SHOW config_file says where it is.")
        : new PgSslException(
            PgSslError.FileUnreadable, $"{path} cannot be read: {(content.IsDirectory ? "it is a directory." : content.Error)}",
            "Name the server's postgresql.conf, and run this as the server's account or as an administrator.");
}
