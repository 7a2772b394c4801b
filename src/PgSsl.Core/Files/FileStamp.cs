using Microsoft.Win32.SafeHandles;

namespace PgSsl.Files;

/// <summary>What differs as soon as a path leads to another file, or the file has another content.</summary>
/// <param name="Identity">Which file it is; null where the platform has no such numbers.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Written">When its content was written. Whoever writes the file can set this to any time.</param>
/// <param name="Changed">When anything about it was set (ctime), which nobody can choose; on Windows the same as Written.</param>
internal sealed record FileStamp(FileIdentity? Identity, long Length, DateTime Written, DateTime Changed)
{
    /// <summary>The stamp of an open file.</summary>
    /// <exception cref="IOException">The file cannot be examined.</exception>
    public static FileStamp Of(SafeFileHandle file)
    {
        DateTime written = File.GetLastWriteTimeUtc(file);
        long length = RandomAccess.GetLength(file);
        return OperatingSystem.IsWindows()
            ? new FileStamp(null, length, written, written)
            : new FileStamp(UnixStatus.Of(file).Identity, length, written, UnixStatus.ChangeTimeOf(file));
    }
}
