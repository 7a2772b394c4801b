using System.Runtime.Versioning;
using PgSsl.Changes;
using PgSsl.Files;
using PgSsl.Sandbox;
using PgSsl.Server.Configuration;
using PgSsl.Switching;
using PgSsl.Tests.Certificates;

namespace PgSsl.Tests.Files;

/// <summary>
/// What only Windows does: access lists, files that another program holds, paths of two kinds. <see cref="WineTests"/> runs these tests as well.
/// </summary>
[Fast, SupportedOSPlatform("windows")]
public sealed class WindowsFilesTests : IDisposable
{
    private const string NetworkService = "S-1-5-20";

    private static readonly DateTimeOffset Now = new(2026, 11, 30, 4, 5, 6, TimeSpan.Zero);

    private readonly TemporaryDirectory _directory = new();

    public WindowsFilesTests() => Assert.SkipUnless(OperatingSystem.IsWindows(), "Only Windows has such files.");

    private string Key => At("server.key");

    private string Certificate => At("server.crt");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_new_key_is_for_no_group_to_read()
    {
        FileTransaction.Apply([New(Key) with { Protection = FileProtection.PrivateKey(NetworkService) }], Now);

        Assert.False(AccessList.Parse(WindowsAccess.ListOf(Key)).IsBroad);
    }

    [Fact]
    public void An_undo_gives_the_old_access_list_back()
    {
        File.WriteAllText(Key, "old");
        string before = WindowsAccess.ListOf(Key);
        var files = new ReversibleFiles(
            [Replace(Key) with { Expected = "old"u8.ToArray(), Protection = FileProtection.PrivateKey(NetworkService) }], Now);
        files.Write();
        Assert.Equal("new", File.ReadAllText(Key));

        files.PutBack();

        Assert.Equal(("old", before), (File.ReadAllText(Key), WindowsAccess.ListOf(Key)));
        Assert.Single(Directory.GetFiles(_directory.Path));
    }

    [Fact]
    public void A_file_that_a_program_reads_for_a_moment_is_replaced_after_it()
    {
        File.WriteAllText(Certificate, "old");
        FileStream held = Hold(Certificate);
        Assert.True(WindowsAccess.IsHeld(Certificate));
        Thread release = Release(held);

        FileTransaction.Apply([Replace(Certificate)], Now);

        Assert.Equal("new", File.ReadAllText(Certificate));
        release.Join();
    }

    [Fact]
    public void A_file_that_stays_open_leaves_both_as_they_were()
    {
        File.WriteAllText(Key, "old");
        File.WriteAllText(Certificate, "old");
        using FileStream held = Hold(Certificate);

        var failure = Assert.Throws<PgSslException>(() => FileTransaction.Apply([Replace(Key), Replace(Certificate)], Now));

        Assert.Equal((PgSslError.FileNotWritten, "old"), (failure.Error, File.ReadAllText(Key)));
        Assert.Equal(2, Directory.GetFiles(_directory.Path).Length);
    }

    [Fact]
    public void The_sandbox_writes_a_file_that_is_open_for_a_moment()
    {
        File.WriteAllText(Certificate, "old");
        FileStream held = Hold(Certificate);
        Thread release = Release(held);

        SandboxDirectory.WritePrivate(Certificate, "new");

        Assert.Equal("new", File.ReadAllText(Certificate));
        release.Join();
    }

    [Fact]
    public void A_read_only_file_is_named_with_what_makes_it_writable()
    {
        File.WriteAllText(Key, "old");
        File.SetAttributes(Key, FileAttributes.ReadOnly);

        var failure = Assert.Throws<PgSslException>(() => FileTransaction.Apply([Replace(Key)], Now));

        File.SetAttributes(Key, FileAttributes.Normal);
        Assert.Contains("attrib -R", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rename_tells_a_target_that_is_there_from_a_source_that_is_not()
    {
        File.WriteAllText(Key, "");
        File.WriteAllText(Certificate, "");

        Assert.True(UnixRename.IsTargetThere(Assert.ThrowsAny<IOException>(() => WindowsAccess.Move(Key, Certificate, replace: false))));
        Assert.True(UnixRename.IsSourceMissing(Assert.ThrowsAny<IOException>(() => WindowsAccess.Move(At("none"), At("new"), replace: false))));
    }

    [Fact]
    public void Paths_of_the_server_and_of_PowerShell_are_one_file()
    {
        string asServer = _directory.Path.Replace('\\', '/');
        File.WriteAllText(At("postgresql.conf"), "include 'ssl.conf'\n");
        File.WriteAllText(At("ssl.conf"), "ssl = off\n");

        ConfigurationDocument document = ConfigurationDocument.Read(asServer + "/postgresql.conf", asServer, DiskServerFiles.Instance);

        Assert.True(RealPath.AreSame(asServer + "/SSL.CONF", At("ssl.conf")));
        Assert.Equal(asServer + "/ssl.conf", ConfigurationPaths.NameIn(document, At("ssl.conf")));
        Assert.Equal(asServer + "/postgresql.conf", ConfigurationPaths.NameIn(document, At("PostgreSQL.conf")));
    }

    [Fact]
    public void Names_longer_than_MAX_PATH_are_written()
    {
        string directory = At(new string('d', 120));
        string path = Path.Combine(directory, new string('f', 120));
        Directory.CreateDirectory(directory);

        FileTransaction.Apply([New(path)], Now);
        FileTransaction.Apply([Replace(path) with { Content = "newer"u8.ToArray() }], Now);

        Assert.Equal("newer", File.ReadAllText(path));
    }

    [Fact]
    public void Accounts_are_found_by_name_and_by_identifier()
    {
        Assert.Equal(NetworkService, WindowsAccount.Find(NetworkService).Sid);
        Assert.Equal(WindowsAccount.CurrentSid, WindowsAccount.Find(Environment.UserName).Sid);
        Assert.Throws<PgSslException>(() => WindowsAccount.Find("nobody-here"));
    }

    [Fact]
    public void Services_are_read_from_the_registry() => Assert.NotNull(WindowsService.All());

    // As a C program opens it: without leave to delete it.
    private static FileStream Hold(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);

    private static Thread Release(FileStream held)
    {
        var release = new Thread(() =>
        {
            Thread.Sleep(500);
            held.Dispose();
        });
        release.Start();
        return release;
    }

    private static FileEdit New(string path) => new(path, "new"u8.ToArray());

    private static FileEdit Replace(string path) => New(path) with { MayReplace = true };

    private string At(string name) => Path.Combine(_directory.Path, name);
}
