using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace PgSsl.Files;

/// <summary>
/// open(2) with what .NET lacks: it never waits for the other end of a pipe (O_NONBLOCK), and it takes no lock that another user could hold.
/// </summary>
internal static class UnixOpen
{
    // fcntl.h
    private const int ReadOnly = 0;
    private const int WriteOnly = 1;
    private const int ReadWrite = 2;

    // errno.h, the same on Linux and macOS
    private const int NotPermitted = 1;
    private const int NoEntry = 2;
    private const int AccessDenied = 13;
    private const int NotADirectory = 20;

    private static int NonBlocking => OperatingSystem.IsMacOS() ? 0x4 : 0x800;

    private static int CloseOnExec => OperatingSystem.IsMacOS() ? 0x1000000 : 0x80000;

    /// <summary>32-bit and 64-bit ARM and POWER have their own numbers (fcntl.h of each architecture).</summary>
    private static int NotThroughLink => OperatingSystem.IsMacOS() ? 0x100
        : RuntimeInformation.ProcessArchitecture is Architecture.Arm or Architecture.Arm64 or Architecture.Ppc64le ? 0x8000 : 0x20000;

    private static int Creating => OperatingSystem.IsMacOS() ? 0x200 | 0x800 : 0x40 | 0x80;

    /// <summary>Opens a file for reading.</summary>
    /// <exception cref="IOException">It cannot be opened; .NET's own exceptions for missing files.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be opened.</exception>
    public static SafeFileHandle ForReading(string path, bool followsLink = true) => Required(path, ReadOnly, followsLink);

    /// <summary>Opens an existing file for writing, but does not follow a link.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be opened.</exception>
    public static SafeFileHandle ForWriting(string path) => Required(path, WriteOnly, followsLink: false);

    /// <summary>Opens a file in an open directory for reading and writing. No link is followed.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="name">The file's name in it.</param>
    /// <param name="creates">Whether the file is created, with mode 0600; then it must not exist.</param>
    /// <returns>Null if it cannot be opened; <see cref="Marshal.GetLastPInvokeError"/> says why.</returns>
    public static SafeFileHandle? In(SafeFileHandle directory, string name, bool creates)
    {
        int flags = ReadWrite | NonBlocking | CloseOnExec | NotThroughLink | (creates ? Creating : 0);
        int descriptor = OpenAt(directory, CString(name), flags, (int)UnixModes.Private);
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>The exception for an error of the system, as .NET has it.</summary>
    internal static Exception Failure(int error, string path) => error switch
    {
        NoEntry => new FileNotFoundException($"Could not find file '{path}'."),
        NotADirectory => new DirectoryNotFoundException($"Could not find a part of the path '{path}'."),
        NotPermitted or AccessDenied => new UnauthorizedAccessException($"Access to the path '{path}' is denied."),
        _ => new IOException($"{Marshal.GetPInvokeErrorMessage(error)} : '{path}'", error),
    };

    private static SafeFileHandle Required(string path, int access, bool followsLink)
    {
        int descriptor = Open(CString(path), access | NonBlocking | CloseOnExec | (followsLink ? 0 : NotThroughLink));
        return descriptor < 0 ? throw Failure(Marshal.GetLastPInvokeError(), path) : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    private static byte[] CString(string text) => Encoding.UTF8.GetBytes(text + '\0');

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open(byte[] path, int flags);

    // On Apple's processors variable arguments are passed otherwise; the mode would be undefined there, so it is set afterwards.
    [DllImport("libc", EntryPoint = "openat", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int OpenAt(SafeFileHandle directory, byte[] path, int flags, int mode);
}
