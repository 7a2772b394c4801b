using PgSsl.Files;

namespace PgSsl.Backups;

/// <summary>
/// Whose a backup must be before its content is installed: this account's, root's, or that of somebody who could write the file itself. Whoever may
/// write the directory could have put another key there, or other rules, under a backup's name.
/// </summary>
internal static class BackupOwner
{
    private const UnixFileMode OfOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>The owner's name; null on Windows, and where it cannot be found out.</summary>
    public static string? NameOf(UnixStatus? status) => status is { } known ? UnixAccount.NameOf(known.Owner.UserId) : null;

    /// <summary>Why a backup, or its record, is not trusted, as a clause; null if it is.</summary>
    /// <param name="path">The backup or the record.</param>
    /// <param name="status">Its owner and mode; null on Windows, whose access lists are not judged.</param>
    /// <param name="target">The file that it is the backup of, without links; null if that is not known.</param>
    public static string? FindDoubt(string path, UnixStatus? status, string? target)
    {
        if (status is not { } file)
            return null;
        if (file.Identity.Type != FileType.Regular)
            return $"{path} is {FileType.Describe(file.Identity.Type)}";
        uint owner = file.Owner.UserId;
        if (owner != 0 && owner != UnixAccount.EffectiveUserId
            && (target is null || !FileTarget.MayWrite(UnixAccount.OfUser(owner), target)))
            return $"{path} belongs to {UnixAccount.NameOf(owner)}, who may not write {target ?? "the file that it is for"}";
        UnixStatus? present = TryStatus(target);
        bool isForGroup = (file.Mode & UnixFileMode.GroupWrite) != 0, isForAll = (file.Mode & UnixFileMode.OtherWrite) != 0;
        if ((file.Mode & OfOthers) != 0
            && !(present is { } now && (!isForAll || (now.Mode & UnixFileMode.OtherWrite) != 0)
                && (!isForGroup || ((now.Mode & UnixFileMode.GroupWrite) != 0 && now.Owner.GroupId == file.Owner.GroupId))))
            return $"others than its owner may write {path}";
        return null;
    }

    /// <summary>Owner and mode, without following a link; null on Windows.</summary>
    /// <exception cref="IOException">There is no such file, or it cannot be examined.</exception>
    public static UnixStatus? StatusOf(string path) => OperatingSystem.IsWindows() ? null : UnixStatus.OfTarget(path, followsLink: false);

    private static UnixStatus? TryStatus(string? path)
    {
        try
        {
            return path is null || OperatingSystem.IsWindows() ? null : UnixStatus.OfTarget(path, followsLink: false);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
