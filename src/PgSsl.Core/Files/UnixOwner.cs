using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace PgSsl.Files;

/// <summary>
/// Who owns a file, which .NET does not tell. Linux: statx(2), whose structure is the same on every architecture. macOS: stat(2) in
/// its 64-bit-inode form. Symbolic links are followed, as libpq and the server follow them.
/// </summary>
internal static class UnixOwner
{
    private const int CurrentDirectory = -100;
    private const uint WantUid = 0x8;
    private const int StatxUidOffset = 20;
    private const int MacUidOffset = 16;
    private const int BufferLength = 256;

    /// <summary>Gets the user id that owns the file.</summary>
    /// <exception cref="IOException">The file cannot be examined.</exception>
    public static uint UserIdOf(string path)
    {
        byte[] buffer = new byte[BufferLength];
        byte[] name = Encoding.UTF8.GetBytes(path + '\0');
        int result = !OperatingSystem.IsMacOS() ? Statx(CurrentDirectory, name, 0, WantUid, buffer)
            : RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? Stat(name, buffer)
            : StatWith64BitInode(name, buffer);
        if (result != 0)
            throw new IOException($"The owner of {path} cannot be read: {Marshal.GetLastPInvokeErrorMessage()}");
        int offset = OperatingSystem.IsMacOS() ? MacUidOffset : StatxUidOffset;
        return BitConverter.IsLittleEndian
            ? BinaryPrimitives.ReadUInt32LittleEndian(buffer.AsSpan(offset))
            : BinaryPrimitives.ReadUInt32BigEndian(buffer.AsSpan(offset));
    }

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
}
