using PgSsl.Files;

namespace PgSsl.Backups;

/// <summary>Removes backups and their records.</summary>
internal static class BackupRemoval
{
    /// <summary>Chooses backups: keys first, then the oldest.</summary>
    /// <param name="backups">All that were named.</param>
    /// <param name="keepLast">How many of each file stay, the newest that can be restored; null for no such rule.</param>
    /// <param name="before">Only older ones; null for no such rule.</param>
    public static IReadOnlyList<StoredBackup> Choose(IEnumerable<StoredBackup> backups, int? keepLast, DateTime? before)
    {
        IEnumerable<StoredBackup> chosen = backups.DistinctBy(backup => backup.Path);
        if (keepLast is { } count)
            chosen = chosen.GroupBy(backup => backup.Target, RealPath.Comparer).SelectMany(
                group => Superfluous(group.OrderByDescending(backup => backup.Name), count));
        if (before is { } moment)
            chosen = chosen.Where(backup => backup.Time < moment);
        return [.. chosen.OrderBy(backup => backup.Kind != FileKind.PrivateKey).ThenBy(backup => backup.Name)];
    }

    /// <summary>What is older than the backups that stay. One that cannot be restored does not count as one that stays.</summary>
    private static IEnumerable<StoredBackup> Superfluous(IEnumerable<StoredBackup> newestFirst, int count)
    {
        int kept = 0;
        foreach (StoredBackup backup in newestFirst)
        {
            if (kept >= count)
                yield return backup;
            else if (backup.IsRestorable)
                kept++;
        }
    }

    /// <summary>Removes a backup, and then its record; what is there in the record's place and is no file stays.</summary>
    /// <exception cref="PgSslException">
    /// <see cref="PgSslError.NotABackup"/>: it is not named as one, or is no regular file; <see cref="PgSslError.FileNotFound"/>;
    /// <see cref="PgSslError.FileNotWritten"/>: it could not be removed.
    /// </exception>
    public static void Remove(string backup)
    {
        IFileLayer files = DiskFiles.Open();
        try
        {
            string path = Path.Combine(RealPath.Of(Path.GetDirectoryName(backup)!), Path.GetFileName(backup));
            if (BackupName.Parse(path) is null)
                throw NotABackup(backup, "it is not named as one");
            using IDisposable pinned = files.Pin([Path.GetDirectoryName(path)!]);
            if (!TryRemove(files, path))
                throw new PgSslException(PgSslError.FileNotFound, $"{backup} does not exist.", "Get-PgBackup shows which backups there are.");
            string record = BackupName.RecordOf(path);
            if (File.Exists(record) && BackupOwner.StatusOf(PinnedDirectories.At(record)) is null or { Identity.Type: FileType.Regular })
                TryRemove(files, record);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new PgSslException(
                PgSslError.FileNotWritten, $"{backup} could not be removed: {PinnedDirectories.Readable(failure.Message)}",
                "Check the directory's permissions.", failure);
        }
    }

    /// <summary>The error for what is not a backup.</summary>
    /// <param name="path">The file.</param>
    /// <param name="why">Why it is none.</param>
    public static PgSslException NotABackup(string path, string why) => new(
        PgSslError.NotABackup, $"{path} is not a backup of this module: {why}.",
        "Backups are named FILE.yyyyMMddTHHmmssZ.bak; Get-PgBackup shows them.");

    private static bool TryRemove(IFileLayer files, string path)
    {
        try
        {
            if (BackupOwner.StatusOf(PinnedDirectories.At(path)) is { Identity.Type: not FileType.Regular and var type })
                throw NotABackup(path, $"it is {FileType.Describe(type)}");
            if (!File.Exists(PinnedDirectories.At(path)))
                return false;
            files.Delete(path);
            return true;
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
    }
}
