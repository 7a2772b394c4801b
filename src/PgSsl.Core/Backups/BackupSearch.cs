using PgSsl.Files;

namespace PgSsl.Backups;

/// <summary>Finds backups: in directories, and of files.</summary>
/// <param name="usualDirectory">The account's backup directory; null if it has none.</param>
/// <param name="named">A further directory that the user named; null for none.</param>
internal sealed class BackupSearch(string? usualDirectory, string? named = null)
{
    /// <summary>The most backups that are looked at in one directory.</summary>
    public const int MostBackups = 100_000;

    private static readonly EnumerationOptions Options = new() { IgnoreInaccessible = false, AttributesToSkip = 0, ReturnSpecialDirectories = false };

    /// <summary>The account's backup directory; null if it has none.</summary>
    public string? UsualDirectory => usualDirectory;

    /// <summary>What could not be looked at, a sentence each.</summary>
    public List<string> Warnings { get; } = [];

    /// <summary>All backups in a directory, and those in the account's backup directory whose files are in it; oldest first.</summary>
    public IReadOnlyList<StoredBackup> InDirectory(string directory) => Sort(
    [
        .. Load(NamesIn(directory)),
        .. IsUsual(directory) ? [] : Load(UsualNames()).Where(backup => IsIn(directory, backup.Target)),
    ]);

    /// <summary>The backups of a file; oldest first.</summary>
    /// <param name="target">The file; it need not exist.</param>
    public IReadOnlyList<StoredBackup> Of(string target)
    {
        string real = TryReal(target), name = Path.GetFileName(real);
        return Sort(
        [
            .. Load(NamesIn(Path.GetDirectoryName(real)!).Where(found => Path.GetFileName(found.Target) == name)),
            .. Load(UsualNames().Where(found => Path.GetFileName(found.Target) == name)),
        ]).Where(backup => RealPath.Comparer.Equals(TryReal(backup.Target), real)).ToArray();
    }

    /// <summary>The backups of a file by their names alone, for completion: nothing is read.</summary>
    public IEnumerable<BackupName> NamesOf(string target)
    {
        string real = TryReal(target), name = Path.GetFileName(real);
        return NamesIn(Path.GetDirectoryName(real)!).Concat(UsualNames()).Where(found => Path.GetFileName(found.Target) == name);
    }

    private static IReadOnlyList<StoredBackup> Sort(IEnumerable<StoredBackup> backups) =>
        [.. backups.DistinctBy(backup => backup.Path).OrderBy(backup => backup.Target, StringComparer.Ordinal).ThenBy(backup => backup.Name)];

    private static IEnumerable<StoredBackup> Load(IEnumerable<BackupName> names) =>
        names.Select(name => StoredBackup.Load(name.Path)).OfType<StoredBackup>();

    private IEnumerable<BackupName> UsualNames() =>
        new[] { usualDirectory, named }.OfType<string>().Distinct().Where(Directory.Exists).SelectMany(NamesIn);

    /// <summary>The backups in a directory by their names alone.</summary>
    public IEnumerable<BackupName> NamesIn(string directory)
    {
        try
        {
            if (!Directory.Exists(directory))
                return [];
            string[] files = [.. Directory.EnumerateFiles(directory, "*.bak", Options).Take(MostBackups + 1)];
            if (files.Length > MostBackups)
                Warnings.Add($"{directory} has more than {MostBackups} backups: the others are not looked at.");
            return [.. files.Take(MostBackups).Select(BackupName.Parse).OfType<BackupName>()];
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            Warnings.Add($"{directory} cannot be looked at: {unreadable.Message}");
            return [];
        }
    }

    private bool IsUsual(string directory) => usualDirectory is not null && RealPath.AreSame(directory, usualDirectory);

    private static bool IsIn(string directory, string target) =>
        Path.GetDirectoryName(target) is { } parent && RealPath.AreSame(parent, directory);

    private static string TryReal(string path)
    {
        try
        {
            return RealPath.Of(path);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return Path.GetFullPath(path);
        }
    }
}
