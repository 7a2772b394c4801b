using PgSsl.Common;
using PgSsl.Connections;
using PgSsl.Server;

namespace PgSsl.Tests.Common;

/// <summary>Paths of servers on Windows, wherever this runs.</summary>
[Fast]
public sealed class WindowsPathTests
{
    [Theory]
    [InlineData("C:/data/pg_hba.conf", @"c:\Data\pg_hba.conf", true)]
    [InlineData(@"C:\data\", "C:/data", true)]
    [InlineData(@"\\?\C:\data", "C:/data", true)]
    [InlineData(@"\\?\UNC\nas\pg\data", "//nas/pg/data", true)]
    [InlineData(@"C:\data\..\data\.\x", "C:/data/x", true)]
    [InlineData("C:/data", "D:/data", false)]
    [InlineData("//nas/pg", "/nas/pg", false)]
    public void One_path_has_several_spellings(string one, string other, bool areSame) => Assert.Equal(areSame, WindowsPath.AreSame(one, other));

    /// <summary>dotnet/runtime #87516, #92128: what .NET says of a mounted volume and of a link to a share is no path.</summary>
    [Theory]
    [InlineData(@"Volume{3f2504e0-4f89-41d3-9a0c-0305e82c3301}\", null)]
    [InlineData(@"UNC\nas\pg", @"\\nas\pg")]
    [InlineData(@"D:\pg", @"D:\pg")]
    [InlineData(@"..\pg", @"..\pg")]
    public void A_link_leads_where_Windows_leads_it(string said, string? target) => Assert.Equal(target, WindowsPath.LinkTarget(said));

    [Fact]
    public void A_long_name_is_written_so_that_Windows_takes_it()
    {
        string name = new('x', 250);
        Assert.Equal(
            [@"C:\short", $@"\\?\C:\{name}", $@"\\?\UNC\nas\{name}", $@"\\?\C:\{name}"],
            new[] { @"C:\short", $@"C:\{name}", $@"\\nas\{name}", $@"\\?\C:\{name}" }.Select(WindowsPath.Extended));
    }

    /// <summary>By SQL the paths of a Windows server come to Linux, and a Unix server's to Windows.</summary>
    [Theory]
    [InlineData("users.txt", "C:/data/pg_hba.conf", "C:/data/users.txt")]
    [InlineData(@"hba\users.txt", @"C:\data\pg_hba.conf", "C:/data/hba/users.txt")]
    [InlineData("../users.txt", "C:/data/pg_hba.conf", "C:/users.txt")]
    [InlineData("../../../users.txt", "C:/data/pg_hba.conf", "C:/users.txt")]
    [InlineData("users.txt", @"\\nas\pg\pg_hba.conf", "//nas/pg/users.txt")]
    [InlineData("../../users.txt", "//nas/pg/pg_hba.conf", "//nas/pg/users.txt")]
    [InlineData("D:/users.txt", "C:/data/pg_hba.conf", "D:/users.txt")]
    [InlineData("users.txt", @"/data/a\b.conf", "/data/users.txt")]
    [InlineData("C:/users.txt", "/data/pg_hba.conf", "/data/C:/users.txt")]
    [InlineData("/etc/users.txt", "/data/pg_hba.conf", "/etc/users.txt")]
    public void An_included_file_is_found_as_its_server_finds_it(string location, string namedIn, string path) =>
        Assert.Equal(path, ServerPath.Resolve(location, namedIn));

    [Theory]
    [InlineData("C:/sockets", true, true)]
    [InlineData(@"\\nas\sockets", true, true)]
    [InlineData("C:/sockets", false, false)]
    [InlineData("db1", true, false)]
    public void A_host_with_a_drive_is_a_socket_directory_on_Windows(string host, bool isWindows, bool isDirectory) =>
        Assert.Equal(isDirectory, ConnectionHost.IsWindowsDirectory(host, isWindows));

    [Theory]
    [InlineData("PostgreSQL 18.1 on x86_64-windows, compiled by msvc-19.44.35219, 64-bit", true)]
    [InlineData("PostgreSQL 18.1 on x86_64-windows, compiled by gcc-13.2.0, 64-bit", true)]
    [InlineData("PostgreSQL 16.4, compiled by Visual C++ build 1940, 64-bit", true)]
    [InlineData("PostgreSQL 18.1 on x86_64-linux, compiled by gcc-12.2.0, 64-bit", false)]
    public void A_server_on_Windows_is_known_by_its_version(string version, bool isWindows) =>
        Assert.Equal(isWindows, ServerPlatform.IsWindows(version));
}
