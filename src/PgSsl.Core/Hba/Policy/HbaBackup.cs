using System.Text.RegularExpressions;
using PgSsl.Files;

namespace PgSsl.Hba.Policy;

/// <summary>Restores the backups that a change made.</summary>
internal static partial class HbaBackup
{
    /// <summary>The file that a backup belongs to; null where the name is not that of a backup.</summary>
    public static string? TargetOf(string backup) => BackupName().Match(backup) is { Success: true } match ? match.Groups["target"].Value : null;

    /// <summary>Reads backups.</summary>
    /// <param name="backups">Their paths.</param>
    /// <param name="main">The file that a single backup belongs to, whatever its name is; null where the names tell.</param>
    /// <param name="otherwise">The file that a backup belongs to whose name does not tell.</param>
    /// <returns>The content of each file to restore, by the file's path.</returns>
    /// <exception cref="PgSslException"><see cref="PgSslError.FileNotFound"/>: a backup cannot be read.</exception>
    public static IReadOnlyDictionary<string, byte[]> Read(IReadOnlyList<string> backups, string? main, string otherwise)
    {
        var contents = new Dictionary<string, byte[]>();
        foreach (string backup in backups)
        {
            FileContent content = DiskServerFiles.Instance.Read(backup);
            string target = backups.Count == 1 && main is not null ? main : TargetOf(backup) ?? otherwise;
            contents[target] = content.Bytes ?? throw new PgSslException(
                PgSslError.FileNotFound, $"The backup {backup} cannot be read: {content.Error}.",
                "Give a file that Set-PgHbaSsl reported as Backup.");
        }
        return contents;
    }

    /// <summary>The plan that restores backups.</summary>
    /// <param name="document">The file as it is.</param>
    /// <param name="backups">The content of each file to restore, by the file's path.</param>
    /// <param name="files">Where the files of the document were read.</param>
    /// <exception cref="PgSslException"><see cref="PgSslError.InvalidHbaFile"/>: the server would not load the content of the backups.</exception>
    public static HbaPlan Plan(HbaDocument document, IReadOnlyDictionary<string, byte[]> backups, IServerFiles files)
    {
        // A file that only the old state includes is read from the disk, and a restored one from its backup.
        HbaDocument restored = HbaDocument.Read(document.Files[0].Path, document.Dialect, new OverlaidFiles(files, backups));
        HbaPlanner.CheckLoadable(restored);
        return HbaPlanner.Between(document, restored, []) with { IsRestored = true, MayLoosen = true };
    }

    [GeneratedRegex(@"^(?<target>.+)\.\d{8}T\d{6}Z(-\d+)?\.bak$", RegexOptions.ExplicitCapture)]
    private static partial Regex BackupName();
}
