using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using PgSsl.Files;
using PgSsl.Sandbox;
using PgSsl.Tests.Certificates;

namespace PgSsl.Tests.Attacks;

/// <summary>
/// A server's account that wants more than its own files: it has a directory, <c>data</c>, beside root's, <c>root</c>. The tests run as root, who
/// runs PgSsl.
/// </summary>
[UnsupportedOSPlatform("windows")]
internal sealed class HostileAccount : IDisposable
{
    public const string Certificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";

    public const string Key = "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n";

    public const string Shadow = "root:$y$j9T$salt$hash:19000:0:99999:7:::\n";

    private readonly TemporaryDirectory _directory = new();

    public HostileAccount()
    {
        Assert.SkipWhen(ServerAccount.Current is null, "Only root can be attacked by another account.");
        File.SetUnixFileMode(_directory.Path, UnixModes.AllPermissions & ~(UnixFileMode.GroupWrite | UnixFileMode.OtherWrite));
        Directory.CreateDirectory(Data, UnixModes.PrivateDirectory);
        Directory.CreateDirectory(Root, UnixModes.PrivateDirectory);
        ServerAccount.Own(Data);
    }

    public static uint UserId => ServerAccount.Current!.UserId;

    public string Data => At("data");

    public string Root => At("root");

    public string At(string name) => Path.Combine(_directory.Path, name);

    /// <summary>A file that belongs to root, and that nobody else may read.</summary>
    public string RootsFile(string name, string content)
    {
        string path = _directory.Write($"root/{name}", content);
        File.SetUnixFileMode(path, UnixModes.Private);
        return path;
    }

    /// <summary>A file of the account.</summary>
    public string OwnFile(string name, string content, UnixFileMode mode = UnixModes.Private)
    {
        string path = _directory.Write($"data/{name}", content);
        File.SetUnixFileMode(path, mode);
        ServerAccount.Own(path);
        return path;
    }

    /// <summary>The account makes a link.</summary>
    public async Task<string> LinkAsync(string name, string target)
    {
        await RunAsync("ln", "-s", target, At(name));
        return At(name);
    }

    /// <summary>The account makes a named pipe.</summary>
    public async Task<string> PipeAsync(string name)
    {
        await RunAsync("mkfifo", At(name));
        return At(name);
    }

    public static async Task RunAsync(string program, params string[] arguments)
    {
        ProcessResult result = await ServerAccount.RunAsync(program, arguments);
        Assert.True(result.ExitCode == 0, result.ToString());
    }

    /// <summary>Sets an attribute.</summary>
    public static void SetAttribute(string path, string name, byte[] value)
    {
        if (setxattr(Encoding.UTF8.GetBytes(path + '\0'), Encoding.ASCII.GetBytes(name + '\0'), value, value.Length, 0) != 0)
            Assert.Skip($"The file system has no attributes: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <summary>An attribute; null if the file has none.</summary>
    public static byte[]? GetAttribute(string path, string name)
    {
        byte[] value = new byte[1024];
        nint count = getxattr(Encoding.UTF8.GetBytes(path + '\0'), Encoding.ASCII.GetBytes(name + '\0'), value, value.Length);
        return count < 0 ? null : value[..(int)count];
    }

    /// <summary>The access list of <c>setfacl -m u:USER:rX,m::rX</c> on a file with mode 0600.</summary>
    public static byte[] AccessList(uint userId, byte permissions, byte owner = 6)
    {
        const uint Nobody = uint.MaxValue;
        (ushort, ushort, uint)[] entries =
            [(0x01, owner, Nobody), (0x02, permissions, userId), (0x04, 0, Nobody), (0x10, permissions, Nobody), (0x20, 0, Nobody)];
        return [2, 0, 0, 0, .. entries.SelectMany(entry => (byte[])[
            .. BitConverter.GetBytes(entry.Item1), .. BitConverter.GetBytes(entry.Item2), .. BitConverter.GetBytes(entry.Item3)])];
    }

    public void Dispose() => _directory.Dispose();

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int setxattr(byte[] path, byte[] name, byte[] value, nint size, int flags);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint getxattr(byte[] path, byte[] name, [Out] byte[] value, nint size);
}
