using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace PgSsl.Files;

/// <summary>Who owns a file, which .NET neither tells nor changes.</summary>
/// <param name="UserId">The user.</param>
/// <param name="GroupId">The group.</param>
internal readonly record struct UnixOwner(uint UserId, uint GroupId)
{
    /// <summary>
    /// Gives an open file to this owner: root may do that, and anybody between groups of his own. Never by name: whoever owns the
    /// directory could make the name a link to a file of root's, which would then be his.
    /// </summary>
    /// <exception cref="UnauthorizedAccessException">The system does not permit it.</exception>
    public void GiveTo(SafeFileHandle file)
    {
        if (ChangeOwner(file, UserId, GroupId) != 0)
            throw new UnauthorizedAccessException(
                $"The file cannot be given to user {UserId} and group {GroupId}: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    [DllImport("libc", EntryPoint = "fchown", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ChangeOwner(SafeFileHandle file, uint userId, uint groupId);
}
