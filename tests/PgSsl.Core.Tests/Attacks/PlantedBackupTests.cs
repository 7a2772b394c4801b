using System.Runtime.Versioning;
using PgSsl.Backups;
using PgSsl.Deployment;
using PgSsl.Files;
using PgSsl.Tests.Backups;

namespace PgSsl.Tests.Attacks;

/// <summary>An account wants root to install its key, its certificate or its rules, as if they were the backup of another file.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class PlantedBackupTests : IDisposable
{
    private const string Stamp = "20261130T221500Z";
    private const string Rules = "host all all all trust\n";

    private readonly HostileAccount _account = new();

    public void Dispose() => _account.Dispose();

    [Fact]
    public void A_backup_that_the_account_puts_beside_roots_file_is_not_restored()
    {
        string target = _account.RootsFile("pg_hba.conf", "local all all peer\n");
        string planted = $"{target}.{Stamp}.bak";
        File.Move(_account.OwnFile("planted", Rules), planted);

        AssertForeign(planted, target);
        Assert.Contains("It is not to be trusted", Assert.Single(StoredBackup.Load(planted)!.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void A_backup_in_a_directory_of_the_account_is_not_restored_to_roots_file()
    {
        string target = _account.RootsFile("server.key", HostileAccount.Key);

        AssertForeign(_account.OwnFile($"server.key.{Stamp}.bak", HostileAccount.Key), target);
    }

    /// <summary>Root would install it, and it would be the account's.</summary>
    [Fact]
    public void A_record_of_the_account_does_not_have_root_take_a_key_that_the_account_may_not_read()
    {
        string key = _account.RootsFile($"private.key.{Stamp}.bak", HostileAccount.Key);
        string certificate = _account.OwnFile($"server.crt.{Stamp}.bak", BackupScene.OldCertificate);
        _account.OwnFile("server.crt", BackupScene.OldCertificate);
        _account.OwnFile(
            $"server.crt.{Stamp}.bak.json",
            Record(certificate, _account.At("data/server.crt"), BackupScene.OldCertificate, "Certificate", key));
        Assert.Equal([key], StoredBackup.Load(certificate)!.Record!.Others);

        Assert.Null(RestoredPair.Choose([certificate], null).Key);
    }

    [Fact]
    public void A_copy_that_the_account_may_change_is_not_restored_to_roots_file()
    {
        string target = _account.RootsFile("pg_hba.conf", "local all all peer\n");
        string open = _account.RootsFile($"pg_hba.conf.{Stamp}.bak", Rules);
        File.SetUnixFileMode(open, UnixModes.AllPermissions);

        AssertForeign(open, target);
        AssertForeign(_account.OwnFile("copy.conf", Rules), target);
    }

    [Fact]
    public void What_the_account_could_write_itself_is_restored_and_it_is_said_whose_it_is()
    {
        string target = _account.OwnFile("pg_hba.conf", "local all all peer\n");
        string backup = _account.OwnFile($"pg_hba.conf.{Stamp}.bak", Rules);

        var chosen = ChosenBackup.Choose(backup, null);
        chosen.Check(target, null);

        Assert.EndsWith($"it belongs to {UnixAccount.NameOf(HostileAccount.UserId)}.", chosen.Remark, StringComparison.Ordinal);
    }

    [Fact]
    public void A_record_of_the_account_does_not_make_its_file_the_backup_of_roots()
    {
        string target = _account.RootsFile("pg_hba.conf", "local all all peer\n");
        string backup = _account.OwnFile($"pg_hba.conf.{Stamp}.bak", Rules);
        _account.OwnFile($"pg_hba.conf.{Stamp}.bak.json", Record(backup, target));

        StoredBackup stored = StoredBackup.Load(backup)!;

        Assert.Null(stored.Record);
        Assert.Contains("is not trusted", stored.Problems[0], StringComparison.Ordinal);
        AssertForeign(backup, target);
    }

    [Fact]
    public void A_record_of_root_beside_another_backup_is_not_trusted()
    {
        string target = _account.RootsFile("pg_hba.conf", "local all all peer\n");
        string backup = _account.RootsFile($"pg_hba.conf.{Stamp}.bak", Rules), other = _account.RootsFile($"pg_hba.conf.{Stamp}-2.bak", Rules);
        File.WriteAllText($"{other}.json", Record(backup, target));

        StoredBackup stored = StoredBackup.Load(other)!;

        Assert.Null(stored.Record);
        Assert.Contains("it was made for another file", Assert.Single(stored.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Links_and_pipes_among_backups_and_records_are_neither_followed_nor_read()
    {
        string secret = _account.RootsFile("shadow", HostileAccount.Shadow);
        string link = await _account.LinkAsync($"data/pg_hba.conf.{Stamp}.bak", secret);
        string pipe = await _account.PipeAsync($"data/server.key.{Stamp}.bak");
        string backup = _account.OwnFile($"server.crt.{Stamp}.bak", HostileAccount.Certificate);
        await _account.PipeAsync($"data/server.crt.{Stamp}.bak.json");

        IReadOnlyList<StoredBackup> found = new BackupSearch(null).InDirectory(_account.Data);

        Assert.Equal([link, backup, pipe], found.Select(stored => stored.Path).Order(StringComparer.Ordinal));
        Assert.All(found, stored => Assert.Single(stored.Problems));
        Assert.All(found.Where(stored => stored.Path != backup), stored => Assert.Null(stored.Content));
        Assert.Equal(PgSslError.NotABackup, Assert.Throws<PgSslException>(() => ChosenBackup.Choose(link, null)).Error);
        Assert.Equal(PgSslError.NotABackup, Assert.Throws<PgSslException>(() => BackupRemoval.Remove(link)).Error);
        Assert.True(File.Exists(secret));
    }

    [Fact]
    public void A_key_of_root_does_not_move_into_a_directory_of_the_account()
    {
        Assert.Contains("belongs to", BackupDirectory.FindObstacle(_account.At("data/pgssl/backups"), isNamed: false), StringComparison.Ordinal);
        Assert.Null(BackupDirectory.FindObstacle(_account.At("root/pgssl/backups"), isNamed: false));
    }

    [Fact]
    public async Task A_key_of_root_does_not_move_through_a_link_of_the_account()
    {
        File.SetUnixFileMode(_account.Root, UnixModes.AllPermissions);
        string link = await _account.LinkAsync("root/state", _account.At("data"));

        Assert.Contains("is a link of", BackupDirectory.FindObstacle(Path.Combine(link, "backups"), isNamed: true), StringComparison.Ordinal);
    }

    private static void AssertForeign(string backup, string target)
    {
        var refusal = Assert.Throws<PgSslException>(() => ChosenBackup.Choose(backup, null).Check(target, null));
        Assert.Equal(PgSslError.ForeignBackup, refusal.Error);
        Assert.Contains("Nothing was changed", refusal.Message, StringComparison.Ordinal);
    }

    private static string Record(
        string backup, string target, string content = Rules, string kind = "Configuration", params string[] others) =>
        System.Text.Encoding.UTF8.GetString(new BackupRecord
        {
            Backup = Path.GetFileName(backup),
            Target = target,
            Kind = kind,
            Time = new DateTime(2026, 11, 30, 22, 15, 0, DateTimeKind.Utc),
            Command = "Set-PgHbaSsl",
            Sha256 = BackupRecord.HashOf(System.Text.Encoding.ASCII.GetBytes(content)),
            Others = others,
        }.ToJson());
}
