using PgSsl.Files;

namespace PgSsl.Poolers;

/// <summary>
/// Who can have written a pgbouncer.ini, and so the names in it: of files, of a process, of PgBouncer's account. It gets nothing of another account's
/// by writing that account's name there.
/// </summary>
internal static class PgBouncerAuthor
{
    private const UnixFileMode Others = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>An account that has no rights on files but those of everybody: several accounts can have written the names.</summary>
    private static readonly UnixAccount Somebody = new(uint.MaxValue - 1, [uint.MaxValue], "another account than root");

    /// <summary>Finds the author. Null if only root or the caller can have written any of the files.</summary>
    public static UnixAccount? Of(PgBouncerIni ini)
    {
        UnixStatus[] all = [.. ini.Files.SelectMany(file => Examine(RealPath.Of(file.Path)))];
        uint[] owners = [.. all.Select(status => status.Owner.UserId).Where(IsOther).Distinct()];
        bool isShared = all.Any(status => (status.Mode & Others) != 0 && !IsOther(status.Owner.UserId));
        return isShared || owners.Length > 1 ? Somebody
            : owners is [var owner] ? UnixAccount.OfUser(owner) : null;
    }

    private static bool IsOther(uint userId) => userId != 0 && userId != UnixAccount.EffectiveUserId;

    /// <summary>
    /// A file and the directories above it, whose owners can put another file in its place. In a directory with the sticky bit nobody replaces
    /// another account's entry (unlink(2)).
    /// </summary>
    private static IEnumerable<UnixStatus> Examine(string path)
    {
        yield return UnixStatus.OfTarget(path);
        for (string? directory = Path.GetDirectoryName(path); directory is not null; directory = Path.GetDirectoryName(directory))
        {
            UnixStatus status = UnixStatus.OfTarget(directory);
            yield return (status.Mode & UnixFileMode.StickyBit) == 0 ? status : status with { Mode = status.Mode & ~Others };
        }
    }
}
