using System.Runtime.Versioning;
using System.Text;
using PgSsl.Changes;
using PgSsl.Files;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Attacks;

/// <summary>A server's account wants to read what was in a file before, or to own the file afterwards.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class BackupLeaksTests : IDisposable
{
    private const string AccessList = "system.posix_acl_access";

    private static readonly DateTimeOffset Now = new(2026, 11, 30, 4, 5, 6, TimeSpan.Zero);

    private readonly HostileAccount _account = new();

    private static UnixAccount Server => UnixAccount.Find(ServerAccount.Current!.Name)!;

    public void Dispose() => _account.Dispose();

    [Fact]
    public void The_backup_of_a_key_of_root_stays_roots_where_the_new_key_is_for_the_account()
    {
        string path = _account.RootsFile("server.key", HostileAccount.Key);

        string backup = Assert.Single(FileTransaction.Apply([Key(path)], Now).Backups);

        Assert.Equal((0u, UnixModes.Private), (UnixStatus.Of(backup).Owner.UserId, UnixStatus.Of(backup).Mode));
        Assert.Equal(HostileAccount.UserId, UnixStatus.Of(path).Owner.UserId);
    }

    [Fact]
    public void A_key_of_root_that_is_put_back_stays_roots()
    {
        string path = _account.RootsFile("server.key", HostileAccount.Key);
        File.SetUnixFileMode(path, UnixModes.Private | UnixFileMode.GroupRead);
        HostileAccount.SetAttribute(path, "user.origin", "CA"u8.ToArray());
        byte[] list = HostileAccount.AccessList(65534, 4);
        HostileAccount.SetAttribute(path, AccessList, list);
        UnixStatus before = UnixStatus.Of(path);
        var files = new ReversibleFiles([Key(path) with { Expected = Encoding.ASCII.GetBytes(HostileAccount.Key) }], Now);

        files.Write();
        files.PutBack();

        UnixStatus after = UnixStatus.Of(path);
        Assert.Equal((before.Owner, before.Mode), (after.Owner, after.Mode));
        Assert.Equal(list, HostileAccount.GetAttribute(path, AccessList));
        Assert.Equal("CA"u8.ToArray(), HostileAccount.GetAttribute(path, "user.origin"));
        Assert.Equal(["server.key"], Directory.GetFiles(_account.Root).Select(Path.GetFileName));
    }

    [Fact]
    public void A_changed_file_and_its_backup_keep_access_list_and_attributes()
    {
        string path = _account.OwnFile("pg_hba.conf", "local all all trust\n", UnixModes.Private);
        byte[] list = HostileAccount.AccessList(65534, 4);
        HostileAccount.SetAttribute(path, AccessList, list);
        HostileAccount.SetAttribute(path, "user.managed", "yes"u8.ToArray());

        string backup = Assert.Single(
            FileTransaction.Apply([new FileEdit(path, "local all all reject\n"u8.ToArray()) { MayReplace = true }], Now).Backups);

        foreach (string file in new[] { path, backup })
        {
            Assert.Equal(HostileAccount.UserId, UnixStatus.Of(file).Owner.UserId);
            Assert.Equal(UnixModes.Private | UnixFileMode.GroupRead, UnixStatus.Of(file).Mode);
            Assert.Equal(list, HostileAccount.GetAttribute(file, AccessList));
            Assert.Equal("yes"u8.ToArray(), HostileAccount.GetAttribute(file, "user.managed"));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_directorys_default_list_opens_neither_a_new_key_nor_a_backup(bool replaces)
    {
        string path = _account.At("root/server.key");
        if (replaces)
            _account.RootsFile("server.key", HostileAccount.Key);
        HostileAccount.SetAttribute(_account.Root, "system.posix_acl_default", HostileAccount.AccessList(HostileAccount.UserId, 4, owner: 7));

        FileTransaction.Apply([Key(path) with { Protection = FileProtection.PrivateKey() }], Now);

        Assert.All(Directory.GetFiles(_account.Root), file =>
        {
            Assert.Equal(UnixModes.Private, UnixStatus.Of(file).Mode);
            Assert.Null(HostileAccount.GetAttribute(file, AccessList));
        });
    }

    [Fact]
    public void Set_user_id_is_not_given_to_a_new_content()
    {
        string path = _account.RootsFile("server.crt", HostileAccount.Certificate);
        File.SetUnixFileMode(path, UnixModes.ReadableByAll | UnixFileMode.SetUser | UnixFileMode.SetGroup);

        string backup = Assert.Single(
            FileTransaction.Apply([new FileEdit(path, "new"u8.ToArray()) { MayReplace = true, Kind = FileKind.Certificate }], Now).Backups);

        Assert.Equal((UnixModes.ReadableByAll, UnixModes.ReadableByAll), (UnixStatus.Of(path).Mode, UnixStatus.Of(backup).Mode));
    }

    [Fact]
    public async Task A_second_name_of_the_file_is_warned_of()
    {
        string path = _account.OwnFile("server.crt", HostileAccount.Certificate);
        await HostileAccount.RunAsync("ln", path, _account.At("data/other"));

        FileTarget target = Assert.Single(FileTransaction.Look([new FileEdit(path, []) { MayReplace = true }]));

        Assert.StartsWith($"{path} has 2 names (hard links).", target.Warning, StringComparison.Ordinal);
    }

    private static FileEdit Key(string path) => new(path, Encoding.ASCII.GetBytes(HostileAccount.Key + "\n"))
    {
        MayReplace = true, Kind = FileKind.PrivateKey, Protection = FileProtection.PrivateKey().OwnedBy(Server),
    };
}
