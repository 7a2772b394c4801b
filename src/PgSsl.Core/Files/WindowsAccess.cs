using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Security.AccessControl;
using Microsoft.Win32.SafeHandles;
using PgSsl.Common;

namespace PgSsl.Files;

/// <summary>
/// Windows' access lists, renames and locks. Windows has no mode bits: a file is private if its list names neither everybody nor all users
/// (<see cref="AccessList"/>).
/// </summary>
[SupportedOSPlatform("windows")]
internal static class WindowsAccess
{
    private const int BufferSize = 4096;

    // winerror.h: ERROR_SHARING_VIOLATION
    private const int SharingViolation = 32;
    private const int HeldByAnother = unchecked((int)0x80070020);

    // winerror.h: ERROR_FILE_NOT_FOUND, ERROR_PATH_NOT_FOUND, ERROR_ACCESS_DENIED; HRESULT_FROM_WIN32
    private const int NotFound = 2;
    private const int PathNotFound = 3;
    private const int AccessDenied = 5;
    private const int OfWindows = unchecked((int)0x80070000);

    // winbase.h, winnt.h, fileapi.h
    private const uint ReplaceExisting = 1;
    private const uint WriteThrough = 8;
    private const uint Delete = 0x10000;
    private const uint ShareAll = 7;
    private const uint OpenExisting = 3;

    /// <summary>Creates a file that has its access control list from the beginning.</summary>
    public static FileStream Create(string path, FileProtection protection, FileSnapshot? like)
    {
        if (ListFor(protection, like) is not { } list)
            return new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        var access = new FileSecurity();
        access.SetSecurityDescriptorSddlForm(list, AccessControlSections.Access);
        return new FileInfo(path).Create(FileMode.CreateNew, FileSystemRights.Write, FileShare.None, BufferSize, FileOptions.None, access);
    }

    /// <summary>Renames a file within its directory; the rename is on the disk when this returns.</summary>
    public static void Move(string source, string target, bool replace)
    {
        if (!MoveFileEx(WindowsPath.Extended(source), WindowsPath.Extended(target), WriteThrough | (replace ? ReplaceExisting : 0)))
            throw Failure(target);
    }

    /// <summary>See <see cref="IFileLayer.CheckMayReplace"/>.</summary>
    public static void CheckMayReplace(string path)
    {
        // A rename onto such a file is denied like one without the right to do it.
        if ((File.GetAttributes(path) & FileAttributes.ReadOnly) != 0)
            throw new IOException($"The file has the attribute \"read-only\" (attrib -R removes it): '{path}'.");
        using SafeFileHandle file = OpenForDeletion(path);
        if (file.IsInvalid)
            throw Failure(path);
    }

    /// <summary>Whether the right to replace a file is there, so that a denial comes of another program; false as well if there is no file.</summary>
    public static bool IsHeld(string path)
    {
        using SafeFileHandle file = OpenForDeletion(path);
        return !file.IsInvalid || Marshal.GetLastPInvokeError() == SharingViolation;
    }

    /// <summary>Locks by an open file that others cannot open, and that Windows deletes with its last handle.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.FileNotWritten"/>: another process keeps it locked.</exception>
    public static FileStream Lock(string directory, TimeSpan timeout)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(
                    Path.Combine(directory, LockTimeout.FileName),
                    FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            }
            catch (Exception held) when (Stopwatch.GetElapsedTime(start) < PatienceFor(held, timeout))
            {
                Thread.Sleep(LockTimeout.Pause);
            }
            catch (IOException held) when (held.HResult == HeldByAnother)
            {
                throw LockTimeout.Error(directory);
            }
        }
    }

    /// <summary>The access list of a file, as text.</summary>
    public static string ListOf(string path) =>
        new FileInfo(path).GetAccessControl(AccessControlSections.Access).GetSecurityDescriptorSddlForm(AccessControlSections.Access);

    /// <summary>A lock that is just deleted denies access for a moment; whoever may not write into the directory is denied it for good.</summary>
    private static TimeSpan PatienceFor(Exception failure, TimeSpan timeout) => failure switch
    {
        IOException { HResult: HeldByAnother } => timeout,
        UnauthorizedAccessException => TimeSpan.FromMilliseconds(200),
        _ => TimeSpan.Zero,
    };

    private static string? ListFor(FileProtection protection, FileSnapshot? like)
    {
        if (!protection.IsPrivate || protection.IsSame)
            return like?.AccessList;
        string? reader = protection.ServiceAccount is { } account ? WindowsAccount.Find(account).Sid : null;
        AccessList? old = like?.AccessList is { } text ? AccessList.Parse(text) : null;
        return AccessList.OfKey(old, WindowsAccount.CurrentSid, reader).ToString();
    }

    private static SafeFileHandle OpenForDeletion(string path) =>
        CreateFile(WindowsPath.Extended(path), Delete, ShareAll, 0, OpenExisting, 0, 0);

    private static Exception Failure(string path)
    {
        int error = Marshal.GetLastPInvokeError();
        string message = $"{Marshal.GetPInvokeErrorMessage(error).TrimEnd('.')}: '{path}'.";
        return error switch
        {
            NotFound or PathNotFound => new FileNotFoundException(message, path),
            AccessDenied => new UnauthorizedAccessException(message),
            _ => new IOException(message, OfWindows | error),
        };
    }

    [DllImport("kernel32", EntryPoint = "MoveFileExW", SetLastError = true, CharSet = CharSet.Unicode)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static extern bool MoveFileEx(string source, string target, uint flags);

    [DllImport("kernel32", EntryPoint = "CreateFileW", SetLastError = true, CharSet = CharSet.Unicode)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern SafeFileHandle CreateFile(
        string path, uint access, uint share, nint security, uint disposition, uint flags, nint template);
}
