using PgSsl.Backups;
using PgSsl.Files;

namespace PgSsl.Hba.Policy;

/// <summary>Restores the backups that a change made.</summary>
internal static class HbaBackup
{
    /// <summary>Finds the file that each backup belongs to.</summary>
    /// <param name="backups">The backups.</param>
    /// <param name="main">The file that a single backup belongs to that has no record, whatever its name is; null where the names tell.</param>
    /// <param name="document">The file as it is.</param>
    /// <param name="server">The server; null if none is known.</param>
    /// <returns>The content of each file to restore, by the file's path.</returns>
    /// <exception cref="PgSslException"><see cref="PgSslError.ForeignBackup"/>; <see cref="PgSslError.ContradictoryParameters"/>.</exception>
    public static IReadOnlyDictionary<string, byte[]> Assign(
        IReadOnlyList<ChosenBackup> backups, string? main, HbaDocument document, BackupServer? server)
    {
        var contents = new Dictionary<string, byte[]>();
        foreach (ChosenBackup backup in backups)
        {
            string target = backup.Record is null && backups.Count == 1 && main is not null ? main : backup.Target ?? document.Files[0].Path;
            // The rules may name the file otherwise: through a link.
            target = document.Files.FirstOrDefault(file => RealPath.AreSame(file.Path, target))?.Path ?? target;
            backup.Check(target, server);
            if (!contents.TryAdd(target, backup.Content))
                throw ChosenBackup.Several(target, backups.Where(other => other.Target == backup.Target));
        }
        return contents;
    }

    /// <summary>The plan that restores backups.</summary>
    /// <param name="document">The file as it is.</param>
    /// <param name="backups">The content of each file to restore, by the file's path.</param>
    /// <param name="files">Where the files of the document were read.</param>
    /// <exception cref="PgSslException">
    /// <see cref="PgSslError.InvalidHbaFile"/>: the server would not load the content of the backups; <see cref="PgSslError.ForeignBackup"/>: one
    /// is of a file that has nothing to do with this one.
    /// </exception>
    public static HbaPlan Plan(HbaDocument document, IReadOnlyDictionary<string, byte[]> backups, IServerFiles files)
    {
        // A file that only the old state includes is read from the disk, and a restored one from its backup.
        HbaDocument restored = HbaDocument.Read(document.Files[0].Path, document.Dialect, new OverlaidFiles(files, backups));
        HbaPlanner.CheckLoadable(restored);
        if (backups.Keys.FirstOrDefault(IsStrange) is { } strange)
            throw new PgSslException(
                PgSslError.ForeignBackup, $"A backup of {strange} was given, which {document.Files[0].Path} does not include. Nothing was changed.",
                "Give the backups of this file, and of the files that it includes.");
        return HbaPlanner.Between(document, restored, []) with { IsRestored = true, MayLoosen = true };

        bool IsStrange(string path) => !restored.Files.Concat(document.Files).Any(file => file.Path == path);
    }
}
