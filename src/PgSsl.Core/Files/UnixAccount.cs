using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace PgSsl.Files;

/// <summary>An account of the operating system, as far as file permissions need it.</summary>
/// <param name="UserId">The user.</param>
/// <param name="GroupIds">The groups, its own first.</param>
/// <param name="Name">Its name; its number if it has no name.</param>
internal sealed record UnixAccount(uint UserId, IReadOnlyList<uint> GroupIds, string Name)
{
    private const int MostGroups = 1024;
    private const int ReadBit = 4;
    private const int WriteBit = 2;
    private const int ExecuteBit = 1;

    private static readonly object Lookup = new();

    /// <summary>The account's own group, to which its files belong.</summary>
    public uint GroupId => GroupIds[0];

    internal UnixOwner Owner => new(UserId, GroupId);

    /// <summary>The user that the system takes this process for.</summary>
    internal static uint EffectiveUserId => GetEffectiveUserId();

    /// <summary>The account of a user, even if it has no name.</summary>
    internal static UnixAccount OfUser(uint userId) => Find(userId) ?? new UnixAccount(userId, [uint.MaxValue], Number(userId));

    /// <summary>Finds an account by name or number.</summary>
    /// <returns>Null if the system has no such account, and on Windows, whose accounts are different.</returns>
    public static UnixAccount? Find(string nameOrId)
    {
        ArgumentException.ThrowIfNullOrEmpty(nameOrId);
        return uint.TryParse(nameOrId, NumberStyles.None, CultureInfo.InvariantCulture, out uint id)
            ? Find(id)
            : Read(() => GetByName(CString(nameOrId)));
    }

    /// <summary>The account that owns a file or directory; null if it does not exist, and on Windows.</summary>
    public static UnixAccount? OwnerOf(string path)
    {
        if (OperatingSystem.IsWindows())
            return null;
        try
        {
            UnixOwner owner = UnixStatus.Of(RealPath.Of(path)).Owner;
            return Find(owner.UserId) ?? new UnixAccount(owner.UserId, [owner.GroupId], Number(owner.UserId));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The name of a user; its number if it has no name.</summary>
    internal static string NameOf(uint userId) => Find(userId)?.Name ?? Number(userId);

    /// <summary>Whether mode and access list let the account read a file.</summary>
    internal bool CanRead(UnixStatus file) => Has(file, ReadBit);

    /// <summary>Whether mode and access list let the account write a file, or change the entries of a directory.</summary>
    internal bool CanWrite(UnixStatus file) => Has(file, WriteBit);

    /// <summary>Whether mode and access list let the account enter a directory.</summary>
    internal bool CanEnter(UnixStatus directory) => Has(directory, ExecuteBit);

    /// <summary>
    /// The first of owner, access list, group and others that matches decides (path_resolution(7), acl(5)). With a list, the mode's bits for the
    /// group are not the group's.
    /// </summary>
    private bool Has(UnixStatus status, int permission)
    {
        const int OwnerAboveOther = 6, GroupAboveOther = 3;
        int mode = (int)status.Mode;
        if (UserId == 0)
            return true;
        if (status.Owner.UserId == UserId)
            return (mode >> OwnerAboveOther & permission) != 0;
        if (status.AccessList?.Allows(this, status.Owner.GroupId, permission) is { } isAllowed)
            return isAllowed;
        return (mode >> (status.AccessList is null && GroupIds.Contains(status.Owner.GroupId) ? GroupAboveOther : 0) & permission) != 0;
    }

    private static UnixAccount? Find(uint id) => Read(() => GetById(id));

    /// <summary>pwd.h, struct passwd: name, password, user and group; the rest differs between systems.</summary>
    private static UnixAccount? Read(Func<nint> get)
    {
        if (OperatingSystem.IsWindows())
            return null;
        // The structure belongs to the C library, and the next call overwrites it.
        lock (Lookup)
        {
            nint entry = get();
            if (entry == 0)
                return null;
            string name = Marshal.PtrToStringUTF8(Marshal.ReadIntPtr(entry))!;
            uint user = (uint)Marshal.ReadInt32(entry, 2 * nint.Size);
            uint group = (uint)Marshal.ReadInt32(entry, 2 * nint.Size + sizeof(int));
            uint[] groups = new uint[MostGroups];
            int count = groups.Length;
            int found = GetGroups(CString(name), group, groups, ref count);
            return new UnixAccount(user, found < 0 ? [group] : groups[..count], name);
        }
    }

    private static byte[] CString(string text) => Encoding.UTF8.GetBytes(text + '\0');

    private static string Number(uint id) => id.ToString(CultureInfo.InvariantCulture);

    [DllImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint GetEffectiveUserId();

    [DllImport("libc", EntryPoint = "getpwnam")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint GetByName(byte[] name);

    [DllImport("libc", EntryPoint = "getpwuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint GetById(uint id);

    [DllImport("libc", EntryPoint = "getgrouplist")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int GetGroups(byte[] name, uint group, [Out] uint[] groups, ref int count);
}
