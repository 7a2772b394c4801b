using System.Text.RegularExpressions;

namespace PgSsl.Hba.Policy;

/// <summary>Backups that a change left behind, on their way back.</summary>
public static partial class HbaBackup
{
    /// <summary>The file that a backup belongs to; null for a name that no backup has.</summary>
    public static string? TargetOf(string backup) => BackupName().Match(backup) is { Success: true } match ? match.Groups["target"].Value : null;

    /// <summary>The plan that puts backups back.</summary>
    /// <param name="document">The file as it is.</param>
    /// <param name="backups">The content of each file to be put back, by the file's path.</param>
    /// <param name="files">Where its files were read.</param>
    /// <exception cref="PgSslException"><see cref="PgSslError.InvalidHbaFile"/>: the server would not load what is in the backups.</exception>
    public static HbaPlan Plan(HbaDocument document, IReadOnlyDictionary<string, byte[]> backups, IHbaFiles files)
    {
        ArgumentNullException.ThrowIfNull(document);
        // A file that only the old state includes is read from the disk; one that is put back, from its backup.
        HbaDocument restored = HbaDocument.Read(document.Files[0].Path, document.Dialect, new OverlaidHbaFiles(files, backups));
        HbaPlanner.CheckLoadable(restored);
        return HbaPlanner.Between(document, restored, []);
    }

    [GeneratedRegex(@"^(?<target>.+)\.\d{8}T\d{6}Z(-\d+)?\.bak$", RegexOptions.ExplicitCapture)]
    private static partial Regex BackupName();
}
