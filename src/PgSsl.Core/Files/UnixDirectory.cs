using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace PgSsl.Files;

/// <summary>
/// Operations on a directory that .NET lacks: open(2), and fsync(2), which some file systems (NFS, FUSE) do not support; then it is skipped.
/// </summary>
internal static class UnixDirectory
{
    // fcntl.h; only O_CLOEXEC differs between Linux and macOS.
    private const int OpenReadOnly = 0;
    private const int LinuxCloseOnExec = 0x80000;
    private const int MacCloseOnExec = 0x1000000;

    /// <summary>Flushes the directory's entries to the disk.</summary>
    public static void Flush(string path)
    {
        using SafeFileHandle? directory = Open(path);
        if (directory is not null)
            _ = Sync(directory);
    }

    /// <summary>Opens a directory; null where that is impossible.</summary>
    internal static SafeFileHandle? Open(string path)
    {
        int closeOnExec = OperatingSystem.IsMacOS() ? MacCloseOnExec : LinuxCloseOnExec;
        int descriptor = Open(Encoding.UTF8.GetBytes(path + '\0'), OpenReadOnly | closeOnExec);
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    [DllImport("libc", EntryPoint = "open")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open(byte[] path, int flags);

    [DllImport("libc", EntryPoint = "fsync")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Sync(SafeFileHandle file);
}
