using Microsoft.Win32.SafeHandles;

namespace PgSsl.Files;

/// <summary>
/// The directories of a change, held open: until they are released, files in them are found through the open directory, not through its path.
/// Whoever owns a directory above could exchange it for a link to a directory of root at any moment.
/// </summary>
/// <remarks>
/// Linux only, where <c>/proc/self/fd</c> leads to the open directory itself. A change runs on one thread from its beginning to its end.
/// </remarks>
internal sealed class PinnedDirectories : IDisposable
{
    private const string OpenFiles = "/proc/self/fd/";

    [ThreadStatic]
    private static PinnedDirectories? s_current;

    private readonly Dictionary<string, (SafeFileHandle Handle, string Path)> _pinned = new(StringComparer.Ordinal);
    private readonly PinnedDirectories? _outer = s_current;

    private PinnedDirectories()
    {
    }

    /// <summary>Opens directories, given by their canonical paths.</summary>
    /// <exception cref="IOException">One was exchanged since its path was found.</exception>
    public static PinnedDirectories Open(IEnumerable<string> directories)
    {
        var pinned = new PinnedDirectories();
        try
        {
            if (OperatingSystem.IsLinux() && Directory.Exists(OpenFiles))
            {
                foreach (string directory in directories)
                    pinned.Add(directory);
            }
            s_current = pinned;
            return pinned;
        }
        catch
        {
            pinned.Dispose();
            throw;
        }
    }

    /// <summary>A path that leads to the same file as long as the directory is held; the path itself for other directories.</summary>
    public static string At(string path) =>
        s_current is { } current && Path.GetDirectoryName(path) is { } directory && current._pinned.TryGetValue(directory, out var pin)
            ? $"{pin.Path}/{Path.GetFileName(path)}"
            : path;

    /// <summary>The same for a directory itself.</summary>
    public static string Inside(string directory) => s_current?._pinned.TryGetValue(directory, out var pin) == true ? pin.Path : directory;

    /// <summary>A message with the paths that people know.</summary>
    public static string Readable(string message) => s_current is not { } current
        ? message
        : current._pinned.Aggregate(message, (text, pin) => text.Replace($"{pin.Value.Path}/", $"{pin.Key}/", StringComparison.Ordinal));

    public void Dispose()
    {
        s_current = _outer;
        foreach ((SafeFileHandle handle, _) in _pinned.Values)
            handle.Dispose();
        _pinned.Clear();
    }

    private void Add(string directory)
    {
        // A directory that may be entered but not read is left alone: its owner is root, or ourselves.
        if (UnixDirectory.Open(directory) is not { } handle)
            return;
        string path = $"{OpenFiles}{handle.DangerousGetHandle()}";
        _pinned.Add(directory, (handle, path));
        if (new FileInfo(path).LinkTarget != directory)
            throw new IOException($"The directory {directory} was replaced by another one in the meantime.");
    }
}
