using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace PgSsl.Files;

/// <summary>
/// Owner, mode and identity of a file at one moment. On Linux by statx(2), whose structure is the same on every architecture; on macOS by stat(2)
/// in its form with 64-bit inodes.
/// </summary>
/// <param name="Owner">Its owner.</param>
/// <param name="Mode">Its mode.</param>
/// <param name="Identity">Its identity.</param>
internal readonly record struct UnixStatus(UnixOwner Owner, UnixFileMode Mode, FileIdentity Identity)
{
    private const int BufferLength = 256;
    private const int Permissions = 0xFFF;
    private const int TypeBits = 0xF000;

    // linux/stat.h, fcntl.h
    private const int CurrentDirectory = -100;
    private const int DoNotFollow = 0x100;
    private const int OfHandle = 0x1000;
    private const uint WantModeOwnerAndInode = 0x1 | 0x2 | 0x4 | 0x8 | 0x10 | 0x100;
    private const uint WantChangeTime = 0x80;

    /// <summary>Its access list; null if it has none, or it was not read (<see cref="WithAccessList"/>).</summary>
    public PosixAccessList? AccessList { get; init; }

    /// <summary>The same with the access list of the file that a path leads to.</summary>
    public UnixStatus WithAccessList(string path) =>
        this with { AccessList = UnixAttributes.AccessListOf(path) is { } list ? PosixAccessList.Parse(list) : null };

    /// <summary>How many names the file has.</summary>
    public uint Names { get; init; }

    /// <summary>The status of the file with this name; if it is a symbolic link, of the link itself.</summary>
    /// <exception cref="IOException">The file cannot be examined.</exception>
    public static UnixStatus Of(string path) => Parse(Read(path, WantModeOwnerAndInode));

    /// <summary>The status of the file that a name leads to, with .NET's exceptions.</summary>
    /// <param name="path">The name.</param>
    /// <param name="followsLink">Whether a link is followed.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">The file cannot be examined.</exception>
    /// <exception cref="UnauthorizedAccessException">A directory may not be searched.</exception>
    public static UnixStatus OfTarget(string path, bool followsLink = true)
    {
        byte[] buffer = new byte[BufferLength];
        byte[] name = Encoding.UTF8.GetBytes(path + '\0');
        int result = (OperatingSystem.IsMacOS(), followsLink, IsAppleSilicon) switch
        {
            (false, _, _) => Statx(CurrentDirectory, name, followsLink ? 0 : DoNotFollow, WantModeOwnerAndInode, buffer),
            (true, true, true) => PathStatus(name, buffer),
            (true, true, false) => PathStatusWith64BitInode(name, buffer),
            (true, false, true) => LinkStatus(name, buffer),
            (true, false, false) => LinkStatusWith64BitInode(name, buffer),
        };
        return result == 0 ? Parse(buffer) : throw UnixOpen.Failure(Marshal.GetLastPInvokeError(), path);
    }

    /// <summary>The status of an open file.</summary>
    /// <exception cref="IOException">The file cannot be examined.</exception>
    public static UnixStatus Of(SafeFileHandle file) => Parse(Read(file, WantModeOwnerAndInode));

    /// <summary>When anything about an open file was last set: its content, owner, mode, times or number of names (st_ctime).</summary>
    /// <exception cref="IOException">The file cannot be examined.</exception>
    public static DateTime ChangeTimeOf(SafeFileHandle file) => ChangeTimeIn(Read(file, WantChangeTime));

    private static DateTime ChangeTimeIn(byte[] status)
    {
        // Both structures have 64-bit seconds; the nanoseconds follow them.
        int offset = OperatingSystem.IsMacOS() ? 64 : 96;
        return DateTime.UnixEpoch.AddSeconds(Read<long>(status, offset)).AddTicks(Read<int>(status, offset + 8) / TimeSpan.NanosecondsPerTick);
    }

    /// <summary>The same for the file with this name; if it is a symbolic link, for the link itself: when it was made.</summary>
    /// <exception cref="IOException">The file cannot be examined.</exception>
    public static DateTime ChangeTimeOf(string path) => ChangeTimeIn(Read(path, WantChangeTime));

    private static byte[] Read(string path, uint fields)
    {
        byte[] buffer = new byte[BufferLength];
        byte[] name = Encoding.UTF8.GetBytes(path + '\0');
        int result = !OperatingSystem.IsMacOS() ? Statx(CurrentDirectory, name, DoNotFollow, fields, buffer)
            : IsAppleSilicon ? LinkStatus(name, buffer)
            : LinkStatusWith64BitInode(name, buffer);
        return result == 0 ? buffer : throw Failure(path);
    }

    private static byte[] Read(SafeFileHandle file, uint fields)
    {
        byte[] buffer = new byte[BufferLength];
        int result = !OperatingSystem.IsMacOS() ? Statx(file, [0], OfHandle, fields, buffer)
            : IsAppleSilicon ? HandleStatus(file, buffer)
            : HandleStatusWith64BitInode(file, buffer);
        return result == 0 ? buffer : throw Failure("an open file");
    }

    private static bool IsAppleSilicon => RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    private static IOException Failure(string file) =>
        new($"The owner and mode of {file} cannot be read: {Marshal.GetLastPInvokeErrorMessage()}");

    private static UnixStatus Parse(byte[] status) => OperatingSystem.IsMacOS()
        ? new(
            new UnixOwner(Read<uint>(status, 16), Read<uint>(status, 20)),
            (UnixFileMode)(Read<ushort>(status, 4) & Permissions),
            new FileIdentity(Read<uint>(status, 0), Read<ulong>(status, 8), Read<ushort>(status, 4) & TypeBits))
        {
            Names = Read<ushort>(status, 6),
        }
        : new(
            new UnixOwner(Read<uint>(status, 20), Read<uint>(status, 24)),
            (UnixFileMode)(Read<ushort>(status, 28) & Permissions),
            new FileIdentity(
                ((ulong)Read<uint>(status, 136) << 32) | Read<uint>(status, 140),
                Read<ulong>(status, 32),
                Read<ushort>(status, 28) & TypeBits))
        {
            Names = Read<uint>(status, 16),
        };

    private static T Read<T>(byte[] status, int offset)
        where T : struct => MemoryMarshal.Read<T>(status.AsSpan(offset));

    [DllImport("libc", EntryPoint = "statx", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Statx(int directory, byte[] path, int flags, uint mask, byte[] buffer);

    [DllImport("libc", EntryPoint = "statx", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Statx(SafeFileHandle file, byte[] path, int flags, uint mask, byte[] buffer);

    // On Apple's processors the plain names have 64-bit inodes; on Intel's they use the old structure.
    [DllImport("libc", EntryPoint = "lstat", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int LinkStatus(byte[] path, byte[] buffer);

    [DllImport("libc", EntryPoint = "lstat$INODE64", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int LinkStatusWith64BitInode(byte[] path, byte[] buffer);

    [DllImport("libc", EntryPoint = "stat", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int PathStatus(byte[] path, byte[] buffer);

    [DllImport("libc", EntryPoint = "stat$INODE64", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int PathStatusWith64BitInode(byte[] path, byte[] buffer);

    [DllImport("libc", EntryPoint = "fstat", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int HandleStatus(SafeFileHandle file, byte[] buffer);

    [DllImport("libc", EntryPoint = "fstat$INODE64", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int HandleStatusWith64BitInode(SafeFileHandle file, byte[] buffer);
}
