using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace PgSsl.Files;

/// <summary>
/// Who owns a file, which .NET does not tell. Linux: statx(2), whose structure is the same on every architecture. macOS: stat(2) in
/// its 64-bit-inode form. Symbolic links are followed, as libpq and the server follow them.
/// </summary>
/// <param name="UserId">The user.</param>
/// <param name="GroupId">The group.</param>
internal readonly record struct UnixOwner(uint UserId, uint GroupId)
{
    private const int CurrentDirectory = -100;
    private const uint WantUidAndGid = 0x8 | 0x10;
    private const int StatxUidOffset = 20;
    private const int MacUidOffset = 16;
    private const int BufferLength = 256;

    /// <summary>Gets the owner of a file.</summary>
    /// <exception cref="IOException">The file cannot be examined.</exception>
    public static UnixOwner Of(string path)
    {
        byte[] buffer = new byte[BufferLength];
        byte[] name = NameOf(path);
        int result = !OperatingSystem.IsMacOS() ? Statx(CurrentDirectory, name, 0, WantUidAndGid, buffer)
            : RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? Stat(name, buffer)
            : StatWith64BitInode(name, buffer);
        if (result != 0)
            throw new IOException($"The owner of {path} cannot be read: {Marshal.GetLastPInvokeErrorMessage()}");
        // The group follows the user in both structures.
        ReadOnlySpan<byte> ids = buffer.AsSpan(OperatingSystem.IsMacOS() ? MacUidOffset : StatxUidOffset);
        return new UnixOwner(Read(ids), Read(ids[sizeof(uint)..]));
    }

    /// <summary>Gives a file to this owner: root may do that, and anybody between groups of his own.</summary>
    /// <exception cref="UnauthorizedAccessException">The system does not permit it.</exception>
    public void GiveTo(string path)
    {
        if (ChangeOwner(NameOf(path), UserId, GroupId) != 0)
            throw new UnauthorizedAccessException(
                $"{path} cannot be given to user {UserId} and group {GroupId}: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    private static byte[] NameOf(string path) => Encoding.UTF8.GetBytes(path + '\0');

    private static uint Read(ReadOnlySpan<byte> id) =>
        BitConverter.IsLittleEndian ? BinaryPrimitives.ReadUInt32LittleEndian(id) : BinaryPrimitives.ReadUInt32BigEndian(id);

    [DllImport("libc", EntryPoint = "statx", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Statx(int directory, byte[] path, int flags, uint mask, byte[] buffer);

    // On Apple's own processors the plain name has 64-bit inodes; on Intel's it is the old structure.
    [DllImport("libc", EntryPoint = "stat", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Stat(byte[] path, byte[] buffer);

    [DllImport("libc", EntryPoint = "stat$INODE64", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int StatWith64BitInode(byte[] path, byte[] buffer);

    [DllImport("libc", EntryPoint = "chown", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ChangeOwner(byte[] path, uint userId, uint groupId);
}
