using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace PgSsl.Files;

/// <summary>
/// A lock on a directory that only those can hold who may change the directory: flock(2) on a file in it. The directory itself could be locked
/// by everybody who may read it.
/// </summary>
/// <remarks>
/// The file belongs to the directory's owner and is deleted with the lock. If the process is killed, the file stays, unlocked, and the next
/// change uses and deletes it. Some file systems (NFS, FUSE) have no locks.
/// </remarks>
[UnsupportedOSPlatform("windows")]
internal sealed class UnixLock : IDisposable
{
    /// <summary>The name of the file.</summary>
    internal const string Name = LockTimeout.FileName;

    // sys/file.h
    private const int Exclusive = 2;
    private const int WithoutWaiting = 4;

    // errno.h
    private const int AccessDenied = 13;
    private const int NoEntry = 2;
    private const int AlreadyThere = 17;
    private const int LinuxWouldBlock = 11;
    private const int MacWouldBlock = 35;

    private readonly SafeFileHandle _directory;
    private readonly SafeFileHandle _file;

    private UnixLock(SafeFileHandle directory, SafeFileHandle file) => (_directory, _file) = (directory, file);

    /// <summary>Locks a directory; null where that is impossible: no locks there, or the directory may not be changed, which fails later.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.FileNotWritten"/>: another process keeps it locked.</exception>
    public static UnixLock? Take(string path, TimeSpan timeout)
    {
        SafeFileHandle? directory = UnixDirectory.Open(path);
        if (directory is null)
            return null;
        long start = Stopwatch.GetTimestamp();
        try
        {
            while (true)
            {
                (SafeFileHandle? file, bool isHeld) = TryTake(directory);
                if (file is not null)
                    return new UnixLock(directory, file);
                if (!isHeld)
                {
                    directory.Dispose();
                    return null;
                }
                if (Stopwatch.GetElapsedTime(start) >= timeout)
                    throw LockTimeout.Error(path);
                Thread.Sleep(LockTimeout.Pause);
            }
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    /// <summary>Deletes the file, which others may have opened: they see that it has no name any more, and make another one.</summary>
    public void Dispose()
    {
        if (HasItsName(_directory, _file))
            _ = Unlink(_directory, CString(Name), 0);
        _file.Dispose();
        _directory.Dispose();
    }

    private static (SafeFileHandle? File, bool IsHeld) TryTake(SafeFileHandle directory)
    {
        // Not in one call: in a directory with the sticky bit, Linux refuses O_CREAT for the file of another user (fs.protected_regular).
        SafeFileHandle? file = UnixOpen.In(directory, Name, creates: false);
        if (file is null && Marshal.GetLastPInvokeError() == NoEntry)
        {
            file = UnixOpen.In(directory, Name, creates: true);
            if (file is not null)
                GiveToWriters(directory, file);
        }
        if (file is null)
            return (null, Marshal.GetLastPInvokeError() == AlreadyThere || (Marshal.GetLastPInvokeError() == AccessDenied && Exists(directory)));
        if (Flock(file, Exclusive | WithoutWaiting) == 0 && HasItsName(directory, file))
            return (file, true);
        int error = Marshal.GetLastPInvokeError();
        bool isHeld = error == (OperatingSystem.IsMacOS() ? MacWouldBlock : LinuxWouldBlock) || !HasItsName(directory, file);
        file.Dispose();
        return (null, isHeld);
    }

    /// <summary>Whoever may change the directory may open the file: otherwise one user's file would keep the others out.</summary>
    private static void GiveToWriters(SafeFileHandle directory, SafeFileHandle file)
    {
        UnixStatus status = UnixStatus.Of(directory);
        UnixFileMode mode = UnixModes.Private;
        if ((status.Mode & UnixFileMode.GroupWrite) != 0)
            mode |= UnixFileMode.GroupRead | UnixFileMode.GroupWrite;
        if ((status.Mode & UnixFileMode.OtherWrite) != 0)
            mode |= UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        try
        {
            if (UnixStatus.Of(file).Owner != status.Owner)
                status.Owner.GiveTo(file);
        }
        catch (UnauthorizedAccessException)
        {
            // Not root. Without its group, the file is its owner's and perhaps everybody's.
            mode &= ~(UnixFileMode.GroupRead | UnixFileMode.GroupWrite);
        }
        File.SetUnixFileMode(file, mode);
    }

    private static bool HasItsName(SafeFileHandle directory, SafeFileHandle file)
    {
        using SafeFileHandle? named = UnixOpen.In(directory, Name, creates: false);
        return named is not null && UnixStatus.Of(named).Identity == UnixStatus.Of(file).Identity;
    }

    private static bool Exists(SafeFileHandle directory) => AccessAt(directory, CString(Name), 0, 0) == 0;

    private static byte[] CString(string text) => Encoding.UTF8.GetBytes(text + '\0');

    [DllImport("libc", EntryPoint = "flock", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Flock(SafeFileHandle file, int operation);

    [DllImport("libc", EntryPoint = "unlinkat")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Unlink(SafeFileHandle directory, byte[] name, int flags);

    [DllImport("libc", EntryPoint = "faccessat")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int AccessAt(SafeFileHandle directory, byte[] name, int mode, int flags);
}
