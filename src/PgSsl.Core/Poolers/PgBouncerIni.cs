using System.Globalization;
using PgSsl.Files;

namespace PgSsl.Poolers;

/// <summary>
/// pgbouncer.ini, byte for byte, with the files that it includes; and which settings count: the last value of a key in [pgbouncer], after the
/// last header of that name, which sets everything back to its default (cfparser.c, fill_defaults).
/// </summary>
internal sealed class PgBouncerIni
{
    /// <summary>The section with PgBouncer's own settings.</summary>
    public const string MainSection = "pgbouncer";

    private readonly PgBouncerScanner _scanner;
    private readonly int _header;

    private PgBouncerIni(PgBouncerScanner scanner)
    {
        _scanner = scanner;
        _header = scanner.Sections.FindLastIndex(section => section.Section == MainSection);
        if (_header < 0)
            throw new PgSslException(
                PgSslError.InvalidPgBouncerFile, $"{scanner.Files[0].Path} has no section [{MainSection}].",
                "Name the pgbouncer.ini that PgBouncer is started with.");
    }

    /// <summary>pgbouncer.ini itself, and the files that it includes.</summary>
    public IReadOnlyList<PgBouncerFile> Files => _scanner.Files;

    /// <summary>The file that PgBouncer is started with.</summary>
    public string Path => Files[0].Path;

    /// <summary>All keys of all sections, in the order in which PgBouncer sets them.</summary>
    public IReadOnlyList<PgBouncerEntry> Entries => _scanner.Entries;

    /// <summary>The settings that count, in the order in which they are written.</summary>
    public IEnumerable<PgBouncerEntry> Settings =>
        Entries.Skip(_scanner.Sections[_header].EntriesBefore).Where(entry => entry.Section == MainSection);

    /// <summary>Where the section's last header ends.</summary>
    internal (PgBouncerFile File, int End) Header => (_scanner.Sections[_header].File, _scanner.Sections[_header].End);

    /// <summary>Reads a configuration.</summary>
    /// <param name="path">pgbouncer.ini.</param>
    /// <param name="read">Reads a file; from the disk if null.</param>
    /// <exception cref="PgSslException">
    /// <see cref="PgSslError.InvalidPgBouncerFile"/>: PgBouncer would not load it; FileNotFound, FileUnreadable.
    /// </exception>
    public static PgBouncerIni Read(string path, Func<string, byte[]>? read = null)
    {
        var scanner = new PgBouncerScanner(read ?? ReadFile);
        scanner.Read(path);
        return new PgBouncerIni(scanner);
    }

    /// <summary>The entry that decides a setting; null where the default does.</summary>
    public PgBouncerEntry? Find(string key) => Settings.LastOrDefault(entry => entry.Key == key);

    /// <summary>A setting's value; null where the default decides, or the value is empty.</summary>
    public string? this[string key] => Find(key)?.Value is { Length: > 0 } value ? value : null;

    /// <summary>listen_port: also the socket's, whether there is a listen_addr or not (pgbouncer(5)).</summary>
    public int Port => int.TryParse(this["listen_port"], NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 6432;

    /// <summary>The TCP addresses for clients: listen_addr and listen_port, with the loopback address for <c>*</c>.</summary>
    public IReadOnlyList<(string Host, int Port)> Listens
    {
        get
        {
            string[] addresses = (this["listen_addr"] ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            return [.. addresses.Select(address => (Reachable(address), Port)).Distinct()];
        }
    }

    private static string Reachable(string address) => address switch { "*" or "0.0.0.0" => "127.0.0.1", "::" => "::1", _ => address };

    private static byte[] ReadFile(string path)
    {
        try
        {
            return RegularFile.Read(path, RegularFile.ConfigurationLimit);
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new PgSslException(
                PgSslError.FileNotFound, $"There is no file {path}.", "Name the pgbouncer.ini that PgBouncer is started with.", failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new PgSslException(
                PgSslError.FileUnreadable, $"{path} cannot be read: {failure.Message}", "Run this as a user who may read it.", failure);
        }
    }
}
