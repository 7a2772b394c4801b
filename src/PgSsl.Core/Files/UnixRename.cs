using System.Runtime.InteropServices;
using System.Text;

namespace PgSsl.Files;

/// <summary>
/// rename(2) itself. File.Move copies if a rename is impossible (EXDEV): it truncates the target first, and if the disk is full then, the old
/// content is lost.
/// </summary>
internal static class UnixRename
{
    // errno.h, the same on Linux and macOS
    private const int NotPermitted = 1;
    private const int AccessDenied = 13;
    private const int Busy = 16;
    private const int CrossDevice = 18;

    /// <summary>Replaces a file by another, atomically.</summary>
    /// <exception cref="IOException">It fails; the errno is the HResult, as in .NET's own exceptions.</exception>
    /// <exception cref="UnauthorizedAccessException">The system does not permit it.</exception>
    public static void Replace(string source, string target)
    {
        if (Rename(Encoding.UTF8.GetBytes(source + '\0'), Encoding.UTF8.GetBytes(target + '\0')) == 0)
            return;
        int error = Marshal.GetLastPInvokeError();
        string message = $"{Marshal.GetPInvokeErrorMessage(error)}: '{target}'";
        throw error is NotPermitted or AccessDenied ? new UnauthorizedAccessException(message) : new IOException(message, error);
    }

    /// <summary>
    /// Whether the target can never be replaced by a file beside it. Linux reports EBUSY if the target is a mount point (vfs_rename), and rename(2)
    /// names EXDEV for two mounts, "even if the same filesystem is mounted on both".
    /// </summary>
    public static bool IsImpossible(IOException failure) => !OperatingSystem.IsWindows() && failure.HResult is (Busy or CrossDevice);

    [DllImport("libc", EntryPoint = "rename", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Rename(byte[] source, byte[] target);
}
