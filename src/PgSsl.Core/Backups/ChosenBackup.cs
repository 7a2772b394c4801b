using System.Globalization;
using PgSsl.Files;

namespace PgSsl.Backups;

/// <summary>A backup that is to be restored, read once: what is judged is what is installed.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Content">Its content.</param>
/// <param name="Kind">What it is.</param>
internal sealed record ChosenBackup(string Path, byte[] Content, FileKind Kind)
{
    private const string Copy = "If it is the right one, copy it under a name of your own, look at it, and restore the copy.";

    private UnixStatus? _status;

    // The end of a sentence: which one it is, and whose.
    private string _whose = ".";

    /// <summary>Its record; null if it has none that is trusted.</summary>
    public BackupRecord? Record { get; private init; }

    /// <summary>The file whose old content it has; null if not even its name says that.</summary>
    public string? Target { get; private init; }

    /// <summary>Which one is taken, and whose it is, as a sentence.</summary>
    public string Remark => $"{Path} is restored{_whose}";

    /// <summary>The same where the file has this content already.</summary>
    public string RemarkIfPresent => $"Nothing is restored, because what is there is the same as in {Path}{_whose}";

    /// <summary>What could not be looked at when it was chosen, a sentence each.</summary>
    public IReadOnlyList<string> Warnings { get; private init; } = [];

    /// <summary>
    /// Chooses what -Restore names: a backup; of a file the newest backup, which undoes the last change, but not one that put a backup back; or any
    /// other file, as it is.
    /// </summary>
    /// <param name="path">What was named, absolute.</param>
    /// <param name="usualDirectory">The account's backup directory; null if it has none.</param>
    /// <param name="named">The directory that the user named for backups; null for none.</param>
    /// <exception cref="PgSslException">
    /// <see cref="PgSslError.FileNotFound"/>, <see cref="PgSslError.FileUnreadable"/>, <see cref="PgSslError.NotABackup"/>: it is no regular file;
    /// <see cref="PgSslError.BackupDamaged"/>; <see cref="PgSslError.FileChanged"/>: the backup of the last change is not known.
    /// </exception>
    public static ChosenBackup Choose(string path, string? usualDirectory, string? named = null)
    {
        if (BackupName.Parse(path) is not null)
            return Of(StoredBackup.Load(path) ?? throw Missing(path, "there is no such file"), "");
        var search = new BackupSearch(usualDirectory, named);
        IReadOnlyList<StoredBackup> found = search.Of(path);
        if (found.Count == 0)
            return OfCopy(path) with { Warnings = search.Warnings };
        StoredBackup[] usable = [.. found.Where(backup => backup.IsRestorable)];
        StoredBackup[] ofChanges = [.. usable.Where(backup => backup.Record?.IsOfRestore != true)];
        if (usable.Length > 0 && ofChanges.Length == 0)
            throw new PgSslException(
                PgSslError.FileChanged,
                $"The backups of {path} that are left were made when older ones were put back: to restore one would undo that. Nothing was changed.",
                "Give the backup itself if that is what you want. Get-PgBackup shows what there is.");
        StoredBackup newest = ofChanges.MaxBy(backup => backup.Name) ?? found[^1];
        StoredBackup[] passed = [.. found.Where(backup => !backup.IsRestorable && backup.Name.CompareTo(newest.Name) > 0)];
        string which = found.Count == 1 ? "the only backup of its file" : passed.Length == 0 ? $"of {found.Count} backups the newest"
            : $"of {found.Count} backups the newest that can be restored (and not {string.Join(", ", passed.Select(backup => backup.Path))})";
        return Of(newest, $", {which}{DescribeChangeSince(newest, path)}") with { Warnings = search.Warnings };
    }

    /// <summary>What was changed after a backup was made, as the end of a sentence; nothing if nothing was.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.FileChanged"/>: it is a key or a certificate, which nobody edits.</exception>
    private static string DescribeChangeSince(StoredBackup newest, string path)
    {
        if (newest.Record?.ReplacedBy is not { } expected || Try(() => RegularFile.Read(path)) is not { } present
            || BackupRecord.HashOf(present) == expected || present.AsSpan().SequenceEqual(newest.Content))
            return "";
        if (newest.Kind != FileKind.PrivateKey && newest.Kind != FileKind.Certificate)
            return " (the file was changed since then, which is undone as well)";
        throw new PgSslException(
            PgSslError.FileChanged,
            $"{path} was changed after its newest backup that is known, {newest.Path}: what -Restore should undo is not known. Nothing was changed.",
            "Give the backup itself, or the -BackupDirectory of the last change. Get-PgBackup shows what there is.");
    }

    /// <summary>The error where several backups of one file are to be restored: the last one would win.</summary>
    /// <param name="target">The file.</param>
    /// <param name="backups">Its backups.</param>
    public static PgSslException Several(string target, IEnumerable<ChosenBackup> backups) => new(
        PgSslError.ContradictoryParameters,
        $"Several backups of {target} are given: {string.Join(", ", backups.Select(backup => backup.Path))}. Nothing was changed.",
        "Give one of each file. Get-PgBackup has the newest last: put Select-Object -Last 1 behind it.");

    /// <summary>Throws if it is not a backup of this file, or if somebody else could have put it there.</summary>
    /// <param name="target">The file that is to get its content.</param>
    /// <param name="server">The server of that file; null if none is known.</param>
    /// <exception cref="PgSslException"><see cref="PgSslError.ForeignBackup"/>.</exception>
    public void Check(string target, BackupServer? server)
    {
        string real = RealPath.Of(target);
        if (Record?.Server is { } recorded && server?.DifferenceFrom(recorded) is { } difference)
            throw Foreign($"it was made on another server: its record names {difference}", "Restore it on its own server. " + Copy);
        bool isSame = server?.IsSurely(Record?.Server) == true;
        if (Target is { } own && !RealPath.AreSame(own, real) && !isSame && (Record is not null || File.Exists(own)))
            throw Foreign($"it is the backup of {own}, and not of {target}", "Name that file, or its server. " + Copy);
        if (BackupOwner.FindDoubt(Path, _status, real) is { } doubt)
            throw Foreign(doubt, "Whoever may write it could have changed what it holds. " + Copy);
    }

    private PgSslException Foreign(string why, string remedy) =>
        new(PgSslError.ForeignBackup, $"{Path} is not restored: {why}. Nothing was changed.", remedy);

    private static ChosenBackup Of(StoredBackup backup, string which)
    {
        if (backup.Record is not null && backup.Content is not null && !backup.IsWhole)
            throw new PgSslException(
                PgSslError.BackupDamaged,
                $"{backup.Path} is not restored: it was changed since its record was made, which has another hash. Nothing was changed.",
                Copy);
        if (backup.Content is not { } content)
            throw backup.Status is { Identity.Type: not FileType.Regular and var type }
                ? BackupRemoval.NotABackup(backup.Path, $"it is {FileType.Describe(type)}")
                : new PgSslException(PgSslError.FileUnreadable, $"{backup.Path}: {string.Join(" ", backup.Problems)}", "Run this as its owner.");
        string made = backup.Record is { } record
            ? $" by {record.Command}{(record.Server?.Endpoint is { } endpoint ? $" on {endpoint}" : "")}" : "";
        string whose = BackupOwner.NameOf(backup.Status) is { } owner ? $"; it belongs to {owner}" : "";
        string problems = backup.Problems.Count > 0 ? $" {string.Join(" ", backup.Problems)}" : "";
        return new ChosenBackup(backup.Path, content, backup.Kind)
        {
            Record = backup.Record,
            Target = backup.Target,
            _status = backup.Status,
            _whose = string.Create(CultureInfo.InvariantCulture, $"{which}, made {backup.Time:yyyy-MM-dd HH:mm:ss}Z{made}{whose}.{problems}"),
        };
    }

    private static ChosenBackup OfCopy(string path)
    {
        try
        {
            using Microsoft.Win32.SafeHandles.SafeFileHandle file = RegularFile.Open(path);
            byte[] content = RegularFile.Read(file, path, RegularFile.ConfigurationLimit);
            UnixStatus? status = OperatingSystem.IsWindows() ? null : UnixStatus.Of(file);
            string whose = BackupOwner.NameOf(status) is { } owner ? $", and belongs to {owner}" : "";
            return new ChosenBackup(path, content, FileKind.Of(content))
            {
                _status = status, _whose = $". It is not named as a backup{whose}.",
            };
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Missing(path, failure.Message.TrimEnd('.'));
        }
    }

    private static PgSslException Missing(string path, string why) => new(
        PgSslError.FileNotFound, $"The backup {path} cannot be read: {why}.",
        "Give a file that was reported as Backup. Get-PgBackup shows which there are.");

    private static byte[]? Try(Func<byte[]> read)
    {
        try
        {
            return read();
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
