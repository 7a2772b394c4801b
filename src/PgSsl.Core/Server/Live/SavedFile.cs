using Microsoft.Win32.SafeHandles;
using PgSsl.Files;

namespace PgSsl.Server.Live;

/// <summary>
/// A configuration file beside the moment at which the server last loaded its configuration. What a server has loaded cannot be read:
/// pg_hba_file_rules reads the file again (hbafuncs.c). Only times tell whether that is the same.
/// </summary>
/// <param name="State">Whether the server has loaded it as it is.</param>
/// <param name="Path">The file.</param>
/// <param name="Detail">What was seen, as a sentence.</param>
internal sealed record SavedFile(SavedFileState State, string Path, string Detail)
{
    // A file system may keep the time of the last tick of the kernel's clock; ticks come every 1 to 10 ms.
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);

    /// <summary>How long after a write a reload is certain to look later.</summary>
    public static TimeSpan Apart { get; } = 2 * Tick;

    // time_t_to_timestamptz: whole seconds.
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    /// <summary>Looks at files of this machine, or of the server's through SQL.</summary>
    /// <param name="live">The server.</param>
    /// <param name="paths">The files.</param>
    /// <param name="areHere">Whether the names are those of this machine.</param>
    /// <param name="loaded">When the server loaded its configuration (pg_conf_load_time).</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="PgSslException">The session broke.</exception>
    public static async Task<IReadOnlyList<SavedFile>> FindAsync(
        LiveServer live, IEnumerable<string> paths, bool areHere, DateTimeOffset loaded, CancellationToken cancellationToken)
    {
        var found = new List<SavedFile>();
        foreach (string path in paths)
        {
            (DateTimeOffset Saved, DateTimeOffset? Changed)? times =
                areHere ? LookHere(path) : await LookThereAsync(live.Session, path, cancellationToken).ConfigureAwait(false);
            found.Add(times is { } seen
                ? Judge(path, seen.Saved, seen.Changed, loaded, areHere ? Tick : Second)
                : new SavedFile(
                    SavedFileState.Unknown, path, $"It is not known when {path} was saved, and so whether the server has loaded it as it is."));
        }
        return found;
    }

    /// <summary>A file that may be missing, and is: it may have been there when the server loaded its configuration.</summary>
    public static SavedFile Missing(string path) => new(
        SavedFileState.Unknown, path, $"{path}, which is included if it is there, does not exist; whether it did when the server last loaded its "
            + "configuration is not known.");

    /// <summary>Compares times.</summary>
    /// <param name="path">The file.</param>
    /// <param name="saved">When its content was last written.</param>
    /// <param name="changed">When anything about it was last changed, its name included; null where that is not known.</param>
    /// <param name="loaded">When the server loaded its configuration.</param>
    /// <param name="precision">How much later than these times something can have happened.</param>
    internal static SavedFile Judge(string path, DateTimeOffset saved, DateTimeOffset? changed, DateTimeOffset loaded, TimeSpan precision)
    {
        string load = $"the server last loaded its configuration at {Format(loaded)}";
        if (saved > loaded)
            return new SavedFile(SavedFileState.Pending, path, $"{path} was saved at {Format(saved)}, but {load}.");
        if (saved + precision > loaded)
            return new SavedFile(
                SavedFileState.SameMoment, path,
                $"{path} was saved at {Format(saved)}, and {load}: that is too close to tell whether this is what it has loaded.");
        return changed is { } at && at > loaded
            ? new SavedFile(
                SavedFileState.Unclear, path,
                $"{path} was replaced, or its owner or mode was changed, at {Format(at)}, and {load}: it may have loaded another content.")
            : new SavedFile(SavedFileState.Loaded, path, $"{path} was saved before {load}.");
    }

    private static string Format(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff'Z'", null);

    private static (DateTimeOffset Saved, DateTimeOffset? Changed)? LookHere(string path)
    {
        try
        {
            if (Directory.Exists(path))
                return (Directory.GetLastWriteTimeUtc(path), null);
            using SafeFileHandle file = RegularFile.Open(path);
            if (OperatingSystem.IsWindows())
                return (File.GetLastWriteTimeUtc(file), null);
            // A link that leads elsewhere now is a new one.
            RealPath.Of(path, out IReadOnlyList<string> links);
            return (File.GetLastWriteTimeUtc(file), links.Select(UnixStatus.ChangeTimeOf).Append(UnixStatus.ChangeTimeOf(file)).Max());
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static async Task<(DateTimeOffset Saved, DateTimeOffset? Changed)?> LookThereAsync(
        IServerSession session, string path, CancellationToken cancellationToken)
    {
        try
        {
            const string Sql = "SELECT modification, change FROM pg_stat_file($1, true) WHERE modification IS NOT NULL";
            IReadOnlyList<SqlRow> rows = await session.QueryAsync(Sql, [path], cancellationToken).ConfigureAwait(false);
            return rows is [var row] ? (row.GetTime("modification")!.Value, row.GetTime("change")) : null;
        }
        catch (PgSslException failure) when (failure.Error is PgSslError.InsufficientPrivilege or PgSslError.SqlFailed)
        {
            return null;
        }
    }
}

/// <summary>Whether a server has loaded a file as it is.</summary>
internal enum SavedFileState
{
    /// <summary>It was saved before.</summary>
    Loaded,
    /// <summary>It was saved at the moment of the load.</summary>
    SameMoment,
    /// <summary>Its times cannot be read.</summary>
    Unknown,
    /// <summary>It was replaced afterwards, or something else about it was changed.</summary>
    Unclear,
    /// <summary>It was saved afterwards.</summary>
    Pending,
}
