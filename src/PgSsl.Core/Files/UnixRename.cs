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
    private const int NoEntry = 2;
    private const int AccessDenied = 13;
    private const int Busy = 16;
    private const int AlreadyThere = 17;
    private const int CrossDevice = 18;
    private const int Invalid = 22;

    // errno.h of Linux
    private const int NoSystemCall = 38;
    private const int NotSupported = 95;

    // fcntl.h, linux/fs.h
    private const int CurrentDirectory = -100;
    private const uint WithoutReplacing = 1;
    private const uint Exchanging = 2;

    // winerror.h, as HResult
    private const int WindowsFileExists = unchecked((int)0x80070050);
    private const int WindowsAlreadyExists = unchecked((int)0x800700B7);

    /// <summary>Replaces a file by another, atomically.</summary>
    /// <exception cref="IOException">It fails; the errno is the HResult, as in .NET's own exceptions.</exception>
    /// <exception cref="UnauthorizedAccessException">The system does not permit it.</exception>
    public static void Replace(string source, string target)
    {
        if (Rename(CString(source), CString(target)) == 0)
            return;
        throw Failure(Marshal.GetLastPInvokeError(), target);
    }

    /// <summary>Gives a file a name that no file has, atomically.</summary>
    /// <returns>False, and nothing is done, where the system cannot (renameat2(2) is Linux's, and not every file system has it).</returns>
    /// <exception cref="IOException">As <see cref="Replace"/>; EEXIST if there is such a file.</exception>
    /// <exception cref="UnauthorizedAccessException">The system does not permit it.</exception>
    public static bool TryCreate(string source, string target) => TryRename(source, target, WithoutReplacing);

    /// <summary>Lets two files exchange their names, atomically.</summary>
    /// <returns>As <see cref="TryCreate"/>.</returns>
    /// <exception cref="IOException">As <see cref="Replace"/>.</exception>
    /// <exception cref="UnauthorizedAccessException">The system does not permit it.</exception>
    public static bool TryExchange(string one, string other) => TryRename(one, other, Exchanging);

    /// <summary>Whether a rename failed because there is a file with the new name.</summary>
    public static bool IsTargetThere(IOException failure) => failure.HResult is AlreadyThere or WindowsFileExists or WindowsAlreadyExists;

    /// <summary>Whether a rename failed because a file is not there any more.</summary>
    public static bool IsSourceMissing(IOException failure) => failure is FileNotFoundException || failure.HResult == NoEntry;

    /// <summary>
    /// Whether the target can never be replaced by a file beside it. Linux reports EBUSY if the target is a mount point (vfs_rename), and rename(2)
    /// names EXDEV for two mounts, "even if the same filesystem is mounted on both".
    /// </summary>
    public static bool IsImpossible(IOException failure) => !OperatingSystem.IsWindows() && failure.HResult is (Busy or CrossDevice);

    private static bool TryRename(string source, string target, uint flags)
    {
        if (!OperatingSystem.IsLinux())
            return false;
        try
        {
            if (RenameAt(CurrentDirectory, CString(source), CurrentDirectory, CString(target), flags) == 0)
                return true;
        }
        catch (EntryPointNotFoundException)
        {
            // An older C library.
            return false;
        }
        int error = Marshal.GetLastPInvokeError();
        return error is NoSystemCall or Invalid or NotSupported ? false : throw Failure(error, target);
    }

    private static Exception Failure(int error, string target)
    {
        string message = $"{Marshal.GetPInvokeErrorMessage(error)}: '{target}'";
        return error is NotPermitted or AccessDenied ? new UnauthorizedAccessException(message) : new IOException(message, error);
    }

    private static byte[] CString(string text) => Encoding.UTF8.GetBytes(text + '\0');

    [DllImport("libc", EntryPoint = "renameat2", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int RenameAt(int sourceDirectory, byte[] source, int targetDirectory, byte[] target, uint flags);

    [DllImport("libc", EntryPoint = "rename", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Rename(byte[] source, byte[] target);
}
