using System.Diagnostics;
using System.Runtime.Versioning;
using System.Security.AccessControl;
using System.Security.Principal;

namespace PgSsl.Files;

/// <summary>
/// Windows' access control lists, and locks. Windows has no mode bits: a file is private if its list names only its owner, SYSTEM,
/// Administrators and the service that needs it.
/// </summary>
[SupportedOSPlatform("windows")]
internal static class WindowsAccess
{
    private const int BufferSize = 4096;

    // winerror.h: ERROR_SHARING_VIOLATION
    private const int HeldByAnother = unchecked((int)0x80070020);

    /// <summary>Creates a file that has its access control list from the beginning.</summary>
    public static FileStream Create(string path, FileProtection protection, FileSnapshot? like)
    {
        FileSecurity? access = protection.IsPrivate ? Private(protection.ServiceAccount) : like is null ? null : Like(like.Path);
        return access is null
            ? new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None)
            : new FileInfo(path).Create(FileMode.CreateNew, FileSystemRights.Write, FileShare.None, BufferSize, FileOptions.None, access);
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
            catch (Exception held) when (held is IOException or UnauthorizedAccessException && Stopwatch.GetElapsedTime(start) < timeout)
            {
                Thread.Sleep(LockTimeout.Pause);
            }
            catch (IOException held) when (held.HResult == HeldByAnother)
            {
                throw LockTimeout.Error(directory);
            }
        }
    }

    private static FileSecurity Private(string? serviceAccount)
    {
        var access = new FileSecurity();
        access.SetAccessRuleProtection(isProtected: true, preserveInheritance: false);
        IdentityReference owner = WindowsIdentity.GetCurrent().User!;
        Allow(access, owner, FileSystemRights.FullControl);
        Allow(access, new SecurityIdentifier(WellKnownSidType.LocalSystemSid, null), FileSystemRights.FullControl);
        Allow(access, new SecurityIdentifier(WellKnownSidType.BuiltinAdministratorsSid, null), FileSystemRights.FullControl);
        if (serviceAccount is not null)
            Allow(access, Find(serviceAccount), FileSystemRights.Read);
        return access;
    }

    private static void Allow(FileSecurity access, IdentityReference identity, FileSystemRights rights) =>
        access.AddAccessRule(new FileSystemAccessRule(identity, rights, AccessControlType.Allow));

    private static IdentityReference Find(string account)
    {
        try
        {
            return new NTAccount(account).Translate(typeof(SecurityIdentifier));
        }
        catch (IdentityNotMappedException unknown)
        {
            throw new PgSslException(
                PgSslError.InvalidParameterValue,
                $"Windows has no account \"{account}\".",
                "Name the account that the PostgreSQL service runs as, such as 'NT AUTHORITY\\NetworkService'.",
                unknown);
        }
    }

    private static FileSecurity Like(string path)
    {
        // .NET treats a list that was read from a file as unchanged, and would not write it.
        var access = new FileSecurity();
        access.SetSecurityDescriptorBinaryForm(new FileInfo(path).GetAccessControl(AccessControlSections.Access).GetSecurityDescriptorBinaryForm());
        return access;
    }
}
