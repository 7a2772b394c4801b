using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace PgSsl.Files;

/// <summary>
/// The extended attributes of a file that belong to its content: the POSIX access list, those of users, and SELinux's label. Others, such as
/// capabilities, belong to one file and are not given to another. Only Linux has them in this form; elsewhere there are none.
/// </summary>
internal sealed class UnixAttributes
{
    /// <summary>The POSIX access list (acl(5)).</summary>
    public const string AccessList = "system.posix_acl_access";

    private const string Label = "security.selinux";
    private const string UserPrefix = "user.";

    private readonly IReadOnlyList<(string Name, byte[] Value)> _values;

    private UnixAttributes(IReadOnlyList<(string Name, byte[] Value)> values) => _values = values;

    /// <summary>The attributes of an open file.</summary>
    /// <exception cref="IOException">They cannot be read.</exception>
    [UnsupportedOSPlatform("windows")]
    public static UnixAttributes Of(SafeFileHandle file)
    {
        if (!OperatingSystem.IsLinux())
            return new UnixAttributes([]);
        string names = Encoding.UTF8.GetString(Get((value, size) => List(file, value, size)) ?? []);
        var values = new List<(string, byte[])>();
        foreach (string name in names.Split('\0', StringSplitOptions.RemoveEmptyEntries).Where(IsKept))
        {
            if (Get((value, size) => GetValue(file, CString(name), value, size)) is { } value)
                values.Add((name, value));
        }
        return new UnixAttributes(values);
    }

    /// <summary>The access list of the file or directory that a path leads to; null if it has none, or the platform has none.</summary>
    public static byte[]? AccessListOf(string path)
    {
        try
        {
            return OperatingSystem.IsLinux() ? Get((value, size) => GetValue(CString(path), CString(AccessList), value, size)) : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>
    /// Gives these attributes to an open file, which then has no other access list: a directory can have a default list that new files inherit.
    /// The mode has to be set afterwards, because it limits the list.
    /// </summary>
    /// <param name="file">The file.</param>
    /// <param name="withAccessList">Whether the access list is given, too.</param>
    /// <exception cref="IOException">An attribute cannot be set.</exception>
    [UnsupportedOSPlatform("windows")]
    public void GiveTo(SafeFileHandle file, bool withAccessList)
    {
        RemoveAccessList(file);
        foreach ((string name, byte[] value) in _values.Where(attribute => withAccessList || attribute.Name != AccessList))
        {
            if (SetValue(file, CString(name), value, value.Length, 0) != 0 && name != Label)
                throw new IOException($"The attribute {name} of the file cannot be kept: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    /// <summary>Removes the access list from an open file.</summary>
    [UnsupportedOSPlatform("windows")]
    public static void RemoveAccessList(SafeFileHandle file)
    {
        // It fails where there is none.
        if (OperatingSystem.IsLinux())
            _ = Remove(file, CString(AccessList));
    }

    private static bool IsKept(string name) => name is AccessList or Label || name.StartsWith(UserPrefix, StringComparison.Ordinal);

    /// <summary>Null where the file has no such attribute, or the file system has no attributes.</summary>
    private static byte[]? Get(Func<byte[]?, nint, nint> read)
    {
        // errno.h of Linux: ENODATA, EOPNOTSUPP, ENOSYS, ERANGE
        const int NoData = 61, NotSupported = 95, NoSystemCall = 38, TooSmall = 34;
        while (true)
        {
            nint size = read(null, 0);
            byte[] value = new byte[Math.Max(size, 0)];
            nint count = size > 0 ? read(value, size) : size;
            if (count >= 0)
                return value[..(int)count];
            int error = Marshal.GetLastPInvokeError();
            // It has grown in between.
            if (error == TooSmall)
                continue;
            return error is NoData or NotSupported or NoSystemCall
                ? null
                : throw new IOException($"The attributes of the file cannot be read: {Marshal.GetPInvokeErrorMessage(error)}");
        }
    }

    private static byte[] CString(string text) => Encoding.UTF8.GetBytes(text + '\0');

    [DllImport("libc", EntryPoint = "flistxattr", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint List(SafeFileHandle file, [Out] byte[]? names, nint size);

    [DllImport("libc", EntryPoint = "fgetxattr", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint GetValue(SafeFileHandle file, byte[] name, [Out] byte[]? value, nint size);

    [DllImport("libc", EntryPoint = "getxattr", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint GetValue(byte[] path, byte[] name, [Out] byte[]? value, nint size);

    [DllImport("libc", EntryPoint = "fsetxattr", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetValue(SafeFileHandle file, byte[] name, byte[] value, nint size, int flags);

    [DllImport("libc", EntryPoint = "fremovexattr", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Remove(SafeFileHandle file, byte[] name);
}
