using PgSsl.Files;

namespace PgSsl.Backups;

/// <summary>
/// The directory for backups that must not stay beside their files: a private key in a data directory would be in every base backup of the server.
/// </summary>
internal static class BackupDirectory
{
    private const UnixFileMode OfOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>
    /// This account's: <c>$XDG_STATE_HOME/pgssl/backups</c>, else <c>~/.local/state/pgssl/backups</c>; on Windows
    /// <c>%LOCALAPPDATA%\PgSsl\Backups</c>. Null if the account has no home.
    /// </summary>
    /// <param name="variable">Reads an environment variable.</param>
    /// <param name="home">The account's home; on Windows it is not asked.</param>
    public static string? Usual(Func<string, string?> variable, string? home)
    {
        if (OperatingSystem.IsWindows())
            return variable("LOCALAPPDATA") is { Length: > 0 } local ? Path.Combine(local, "PgSsl", "Backups") : null;
        // XDG Base Directory Specification 0.8: a relative path is ignored.
        string? state = variable("XDG_STATE_HOME") is { } named && Path.IsPathRooted(named) ? named
            : home is { Length: > 0 } && Path.IsPathRooted(home) ? Path.Combine(home, ".local", "state") : null;
        return state is null ? null : Path.Combine(state, "pgssl", "backups");
    }

    /// <summary>Why a directory is not used, as a sentence; null if it can be used. It need not exist.</summary>
    /// <param name="directory">The directory, absolute.</param>
    /// <param name="isNamed">Whether the user named it: then it may lie in a data directory.</param>
    public static string? FindObstacle(string directory, bool isNamed)
    {
        try
        {
            string real = RealPath.Of(directory, out IReadOnlyList<string> links);
            for (string? path = real; path is not null && !Directory.Exists(path); path = Path.GetDirectoryName(path))
                if (File.Exists(path))
                    return $"{path} is not a directory.";
            if (!isNamed && BackupServer.DirectoryAround(Path.Combine(real, "x")) is { } data)
                return $"{directory} is in the data directory {data}.";
            return OperatingSystem.IsWindows() ? null : FindStranger(directory, real, links);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return $"{directory} cannot be examined: {failure.Message}";
        }
    }

    /// <summary>Writes a file into a directory, and removes it, with the directories that had to be made.</summary>
    /// <returns>Why that is not possible, as a sentence; null if it is.</returns>
    /// <param name="directory">The directory, absolute.</param>
    public static string? TryOut(string directory)
    {
        var made = new Stack<string>();
        try
        {
            for (string? path = directory; path is not null && !Directory.Exists(path); path = Path.GetDirectoryName(path))
                made.Push(path);
            foreach (string path in made)
                Directory.CreateDirectory(path);
            string file = Path.Combine(directory, $".pgssl-{Guid.NewGuid():N}");
            using (new FileStream(file, new FileStreamOptions
            {
                Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.DeleteOnClose,
            }))
                return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return $"{directory} cannot be written: {failure.Message}";
        }
        finally
        {
            foreach (string path in made.Reverse())
                TryRemove(path);
        }
    }

    private static void TryRemove(string empty)
    {
        try
        {
            Directory.Delete(empty);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // It was not made, or somebody uses it already.
        }
    }

    private static string? FindStranger(string directory, string real, IReadOnlyList<string> links)
    {
        foreach (string link in links)
            if (!IsOurs(UnixStatus.Of(link).Owner.UserId))
                return $"{link}, on the way to {directory}, is a link of {UnixAccount.NameOf(UnixStatus.Of(link).Owner.UserId)}.";
        for (string? path = real; path is not null; path = Path.GetDirectoryName(path))
        {
            if (!Directory.Exists(path))
                continue;
            UnixStatus status = UnixStatus.OfTarget(path, followsLink: false);
            if (!IsOurs(status.Owner.UserId))
                return $"{path} belongs to {UnixAccount.NameOf(status.Owner.UserId)}.";
            // In a directory with the sticky bit others cannot replace what is ours. The group above may be the account's own.
            bool isOpen = path == real ? (status.Mode & OfOthers) != 0
                : (status.Mode & UnixFileMode.OtherWrite) != 0 && (status.Mode & UnixFileMode.StickyBit) == 0;
            if (isOpen)
                return $"others may write the directory {path}.";
        }
        return null;
    }

    private static bool IsOurs(uint owner) => owner == 0 || owner == UnixAccount.EffectiveUserId;
}
