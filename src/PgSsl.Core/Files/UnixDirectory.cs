using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace PgSsl.Files;

/// <summary>
/// Operations on a directory that .NET lacks: flock(2), which leaves no lock file behind and ends with the process, and fsync(2). Some file
/// systems (NFS, FUSE) support neither; then they are skipped.
/// </summary>
internal static class UnixDirectory
{
    // fcntl.h, sys/file.h; only O_CLOEXEC differs between Linux and macOS.
    private const int OpenReadOnly = 0;
    private const int LinuxCloseOnExec = 0x80000;
    private const int MacCloseOnExec = 0x1000000;
    private const int LockExclusive = 2;
    private const int LockWithoutWaiting = 4;

    // errno.h: EWOULDBLOCK
    private const int LinuxWouldBlock = 11;
    private const int MacWouldBlock = 35;

    /// <summary>Flushes the directory's entries to the disk.</summary>
    public static void Flush(string path)
    {
        using SafeFileHandle? directory = Open(path);
        if (directory is not null)
            _ = Sync(directory);
    }

    /// <summary>Locks the directory; null where its file system has no locks.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.FileNotWritten"/>: another process keeps it locked.</exception>
    public static SafeFileHandle? Lock(string path, TimeSpan timeout)
    {
        SafeFileHandle? directory = Open(path);
        if (directory is null)
            return null;
        int wouldBlock = OperatingSystem.IsMacOS() ? MacWouldBlock : LinuxWouldBlock;
        long start = Stopwatch.GetTimestamp();
        while (Flock(directory, LockExclusive | LockWithoutWaiting) != 0)
        {
            bool isHeld = Marshal.GetLastPInvokeError() == wouldBlock;
            if (isHeld && Stopwatch.GetElapsedTime(start) < timeout)
            {
                Thread.Sleep(LockTimeout.Pause);
                continue;
            }
            directory.Dispose();
            return isHeld ? throw LockTimeout.Error(path) : null;
        }
        return directory;
    }

    private static SafeFileHandle? Open(string path)
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

    [DllImport("libc", EntryPoint = "flock", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Flock(SafeFileHandle file, int operation);
}
