using PgSsl.Common;
using PgSsl.Files;
using PgSsl.Server.Settings;

namespace PgSsl.Server.Configuration;

/// <summary>
/// postgresql.conf with the files it includes, and postgresql.auto.conf behind them: bytes that nobody but a plan changes, and what the
/// server makes of them (guc.c, ProcessConfigFileInternal: the last assignment wins).
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
        // Values are looked at only where nothing else is wrong.
        Entries = entries.Any(entry => entry.Error is not null) ? entries : Judge(entries);
    }

    /// <summary>The data directory, in which ALTER SYSTEM writes, and from which the server resolves relative paths.</summary>
    public string DataDirectory { get; }

    /// <summary>The files, postgresql.conf first; postgresql.auto.conf last, if there is one.</summary>
    public IReadOnlyList<ConfigurationFile> Files { get; }

    /// <summary>Assignments and errors, in the order in which the server comes to them.</summary>
    public IReadOnlyList<ConfigurationEntry> Entries { get; }

    /// <summary>What is wrong, for which the server would keep the settings that it has.</summary>
    public IEnumerable<ConfigurationEntry> Problems => Entries.Where(entry => entry.Error is not null);

    /// <summary>The path of postgresql.auto.conf; the file need not exist.</summary>
    public string AutoPath => ServerPath.Join(DataDirectory, AutoFileName);

    /// <summary>The assignment to a parameter that counts, which is the last one; null where there is none.</summary>
    public ConfigurationEntry? Effective(string name) => _effective.GetValueOrDefault(name);

    /// <summary>A path in a value, absolute: the server resolves it from the data directory, which is its working directory.</summary>
    public string ResolvePath(string value) => ServerPath.Resolve(value, AutoPath);

    /// <summary>One of the files.</summary>
    public ConfigurationFile? File(string path) => Files.FirstOrDefault(file => file.Path == path);

    /// <summary>Reads it.</summary>
    /// <param name="path">postgresql.conf, absolute.</param>
    /// <param name="dataDirectory">
    /// The data directory; null where it is as the file says, or else where the file is (guc.c, SelectConfigFiles).
    /// </param>
    /// <param name="files">Where files are read.</param>
    /// <exception cref="PgSslException"><see cref="PgSslError.FileNotFound"/> or <see cref="PgSslError.FileUnreadable"/>: the main file.</exception>
    public static ConfigurationDocument Read(string path, string? dataDirectory, IServerFiles files) => Read(path, dataDirectory, files, PostmasterErrors);

    /// <summary>The same, where a file is given up after so many syntax errors.</summary>
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
        // What is in it does not count where postgresql.conf has an error.
        if (isGood && files.Read(ServerPath.Join(dataDirectory, AutoFileName)) is { Bytes: { } automatic, IsDirectory: false })
            reader.Read(ServerPath.Join(dataDirectory, AutoFileName), automatic);
        return new ConfigurationDocument(dataDirectory, reader.Files, reader.Entries);
    }

    // An earlier assignment is put aside, and its value not looked at, if a later one spells the name the same (strcmp).
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
        ? new PgSslException(PgSslError.FileNotFound, $"{path} does not exist.", "Name the server's postgresql.conf: SHOW config_file tells where it is.")
        : new PgSslException(
            PgSslError.FileUnreadable, $"{path} cannot be read: {(content.IsDirectory ? "it is a directory." : content.Error)}",
            "Name the server's postgresql.conf, and run this as the server's account or as an administrator.");
}
