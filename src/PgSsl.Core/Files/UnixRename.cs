using System.Runtime.InteropServices;
using System.Text;

namespace PgSsl.Files;

/// <summary>
/// rename(2) as it is. File.Move copies where a rename is impossible (EXDEV): it truncates the target first, and a disk that is full
/// by then has cost the old content.
/// </summary>
internal static class UnixRename
{
    // errno.h, the same on Linux and macOS
    private const int NotPermitted = 1;
    private const int AccessDenied = 13;
    private const int Busy = 16;
    private const int CrossDevice = 18;

    /// <summary>Puts a file in the place of another, in one step.</summary>
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
    /// Whether a file beside its target cannot take its place, now or ever. Linux reports EBUSY where the target is a mount point (vfs_rename),
    /// and rename(2) names EXDEV for two mounts, "even if the same filesystem is mounted on both".
    /// </summary>
    public static bool IsImpossible(IOException failure) => !OperatingSystem.IsWindows() && failure.HResult is (Busy or CrossDevice);

    [DllImport("libc", EntryPoint = "rename", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Rename(byte[] source, byte[] target);
}
