using System.Security.Cryptography;
using PgSsl.Files;

namespace PgSsl.Backups;

/// <summary>A change that is made and proven, as the records of its backups tell it.</summary>
/// <param name="Command">The cmdlet.</param>
/// <param name="Edits">The files that it wrote.</param>
internal sealed record BackupOrigin(string Command, IReadOnlyList<FileEdit> Edits)
{
    /// <summary>Whether it puts older backups back.</summary>
    public bool IsRestore { get; init; }

    /// <summary>The server; null if no server was asked.</summary>
    public BackupServer? Server { get; init; }

    /// <summary>The directory that the user wants all backups in, absolute; null for each beside its file, except keys in a data directory.</summary>
    public string? Directory { get; init; }

    /// <summary>Where keys go that must not stay (<see cref="BackupDirectory.Usual"/>); null if there is no such directory.</summary>
    public string? UsualDirectory { get; init; }
}

/// <summary>Where the backups of a change are in the end, and what the user should know about that.</summary>
/// <param name="Backups">Their paths, in the order in which they were given.</param>
/// <param name="Warnings">What could not be done.</param>
internal sealed record KeptBackups(IReadOnlyList<string> Backups, IReadOnlyList<string> Warnings);

/// <summary>
/// Keeps the backups of a change, after it was proven: each gets a record, and what must not stay where it is moves. Until then a backup is beside
/// its file, because the undo needs it there. A change never fails for what happens here.
/// </summary>
/// <param name="files">The file system; the real one if null.</param>
internal sealed class BackupKeeper(IFileLayer? files = null)
{
    private const string NoDirectory = "";

    private readonly IFileLayer _files = files ?? DiskFiles.Open();

    /// <summary>Writes the records, and moves what must not stay.</summary>
    /// <param name="backups">The backups. Files that are not named as backups are left as they are: an old pair that keeps its names.</param>
    /// <param name="origin">The change.</param>
    public KeptBackups Keep(IReadOnlyList<string> backups, BackupOrigin origin)
    {
        var warnings = new List<string>();
        Kept[] kept = [.. backups.Select(path => Look(path, origin)).OfType<Kept>()];
        string?[] places = [.. kept.Select(backup => FindPlace(backup, origin))];
        foreach (string place in places.OfType<string>().Distinct().ToArray())
        {
            string? obstacle = place == NoDirectory ? "this account has no home directory." :
                BackupDirectory.FindObstacle(place, isNamed: place == origin.Directory);
            if (obstacle is null)
                continue;
            warnings.Add(Stays(kept.Where((_, i) => places[i] == place), obstacle));
            places = [.. places.Select(other => other == place ? null : other)];
        }
        if (kept.Length == 0)
            return new KeptBackups(backups, warnings);
        try
        {
            FindNames(kept, places);
            Write(kept, origin);
        }
        catch (Exception failure) when (failure is PgSslException or IOException or UnauthorizedAccessException)
        {
            Kept[] moving = [.. kept.Where((_, i) => places[i] is not null)];
            kept = [.. kept.Select(backup => backup with { Final = backup.Path })];
            warnings.Add(moving.Length > 0 ? Stays(moving, failure.Message) : NoRecord(kept, failure.Message));
            if (moving.Length > 0)
                TryWrite(kept, origin, warnings);
        }
        foreach (Kept moved in kept.Where(backup => backup.IsMoving))
            Delete(moved, warnings);
        foreach (Kept key in kept.Where(backup => backup.IsKey))
            CryptographicOperations.ZeroMemory(key.Old.Content);
        string FinalOf(string path) => Array.Find(kept, backup => backup.Path == path)?.Final ?? path;
        return new KeptBackups([.. backups.Select(FinalOf)], warnings);
    }

    private void FindNames(Kept[] kept, string?[] places)
    {
        for (int i = 0; i < kept.Length; i++)
        {
            // Two files of one change may have the same name in different directories.
            bool IsTaken(string path) => _files.Read(path) is not null || Array.Exists(kept, other => other.Final == path);
            if (places[i] is { } place)
                kept[i] = kept[i] with { Final = kept[i].Name.In(place, IsTaken) };
        }
    }

    private void TryWrite(Kept[] kept, BackupOrigin origin, List<string> warnings)
    {
        try
        {
            Write(kept, origin);
        }
        catch (PgSslException failure)
        {
            warnings.Add(NoRecord(kept, failure.Message));
        }
    }

    /// <summary>All records, and the copies of what moves, in one transaction. It is not taken back if the old places cannot be cleared.</summary>
    private void Write(Kept[] kept, BackupOrigin origin)
    {
        var edits = new List<FileEdit>();
        foreach (Kept backup in kept)
        {
            // A key that moves belongs to this account alone. Others keep owner and mode; and whoever may read a backup may read its record, and
            // nobody else: the hash of a short text would tell the text.
            bool isPrivate = backup.IsMoving && backup.IsKey;
            FileEdit Like(string path, byte[] content) => new(path, content)
            {
                Protection = isPrivate ? FileProtection.PrivateKey() : FileProtection.Public,
                InsteadOf = isPrivate ? null : backup.Path,
                CreatesDirectory = true,
            };
            if (backup.IsMoving)
                edits.Add(Like(backup.Final, backup.Old.Content));
            string[] others = [.. kept.Where(other => other != backup).Select(other => other.Final)];
            edits.Add(Like(BackupName.RecordOf(backup.Final), RecordOf(backup, others, origin).ToJson()));
        }
        FileTransaction.Apply(edits, DateTimeOffset.UtcNow, _files);
    }

    private static BackupRecord RecordOf(Kept backup, string[] others, BackupOrigin origin) => new()
    {
        Backup = Path.GetFileName(backup.Final),
        Target = backup.Name.Target,
        Kind = backup.Kind.Name,
        Time = backup.Name.Time,
        Command = origin.Command,
        Sha256 = BackupRecord.HashOf(backup.Old.Content),
        ReplacedBy = origin.Edits.FirstOrDefault(edit => RealPath.AreSame(edit.Path, backup.Name.Target)) is { Content.Length: > 0 } edit
            ? BackupRecord.HashOf(edit.Content) : null,
        IsOfRestore = origin.IsRestore,
        Machine = Environment.MachineName,
        Server = origin.Server ?? BackupServer.Around(backup.Name.Target),
        Others = others,
    };

    private Kept? Look(string path, BackupOrigin origin)
    {
        if (BackupName.Parse(path) is not { } name)
            return null;
        try
        {
            if (_files.Examine(path) is not { } old)
                return null;
            FileEdit? edit = origin.Edits.FirstOrDefault(made => RealPath.AreSame(made.Path, name.Target));
            FileKind kind = edit?.Kind is { } known && known != FileKind.Any && known != FileKind.RequestOrCertificate
                ? known : FileKind.Of(old.Content);
            return new Kept(path, name, old, kind, path);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or PgSslException)
        {
            return null;
        }
    }

    /// <summary>The directory that a backup moves to; null if it stays.</summary>
    private static string? FindPlace(Kept backup, BackupOrigin origin)
    {
        string? place = origin.Directory ?? (backup.IsKey && IsInDataDirectory(backup, origin) ? origin.UsualDirectory ?? NoDirectory : null);
        return place is null || (place != NoDirectory && RealPath.AreSame(place, Path.GetDirectoryName(backup.Path)!)) ? null : place;
    }

    private static bool IsInDataDirectory(Kept backup, BackupOrigin origin) =>
        BackupServer.DirectoryAround(backup.Name.Target) is not null
        || (origin.Server?.DataDirectory is { } data
            && backup.Name.Target.StartsWith(data + Path.DirectorySeparatorChar, StringComparison.Ordinal));

    private void Delete(Kept moved, List<string> warnings)
    {
        try
        {
            _files.Delete(moved.Path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            warnings.Add($"The backup {moved.Path} was copied to {moved.Final}, and could not be deleted: {failure.Message}");
        }
    }

    private static string Stays(IEnumerable<Kept> backups, string reason) =>
        $"The backup {string.Join(", ", backups.Select(backup => backup.Path))} stays where it is: {reason} In a data directory it gets into every "
        + "base backup. Move it away, or name another directory next time (-BackupDirectory).";

    private static string NoRecord(IEnumerable<Kept> backups, string reason) =>
        $"It is not written down whose the backup {string.Join(", ", backups.Select(backup => backup.Path))} is: {reason}";

    /// <summary>A backup.</summary>
    /// <param name="Path">Where it is.</param>
    /// <param name="Name">Its name.</param>
    /// <param name="Old">Its content, owner and mode.</param>
    /// <param name="Kind">What it is.</param>
    /// <param name="Final">Where it is to be.</param>
    private sealed record Kept(string Path, BackupName Name, FileSnapshot Old, FileKind Kind, string Final)
    {
        public bool IsKey => Kind == FileKind.PrivateKey;

        public bool IsMoving => Final != Path;
    }
}
