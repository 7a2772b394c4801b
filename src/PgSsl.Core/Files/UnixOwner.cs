using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace PgSsl.Files;

/// <summary>The owner of a file, which .NET can neither read nor change.</summary>
/// <param name="UserId">The user.</param>
/// <param name="GroupId">The group.</param>
internal readonly record struct UnixOwner(uint UserId, uint GroupId)
{
    /// <summary>
    /// Gives an open file to this owner. Root may do that; other users may only change the group to another of their groups. It is never done by
    /// name: the owner of the directory could turn the name into a link to a file of root, and would then own that file.
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
