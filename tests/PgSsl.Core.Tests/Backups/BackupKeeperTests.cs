using PgSsl.Backups;
using PgSsl.Files;
using PgSsl.Testing;

namespace PgSsl.Tests.Backups;

/// <summary>After a change its backups know whose they are, and keys are in no base backup of the server.</summary>
public sealed class BackupKeeperTests : IDisposable
{
    private readonly BackupScene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public void A_backup_knows_its_file_its_server_its_command_and_its_content()
    {
        _scene.Write("data/pg_hba.conf", BackupScene.OldRules);

        KeptBackups kept = _scene.Change(origin => origin with { Server = BackupServer.Of(_scene.Data, "db1:5432") }, _scene.NewRules());

        string backup = Assert.Single(kept.Backups);
        Assert.Equal($"{_scene.Rules}.20261130T221500Z.bak", backup);
        StoredBackup stored = StoredBackup.Load(backup)!;
        Assert.Empty(stored.Problems);
        BackupRecord record = stored.Record!;
        Assert.Equal((_scene.Rules, "Configuration", "Set-PgHbaSsl"), (record.Target, record.Kind, record.Command));
        Assert.Equal(BackupScene.Now.UtcDateTime, record.Time);
        Assert.Equal(BackupRecord.HashOf(BackupScene.Bytes(BackupScene.OldRules)), record.Sha256);
        Assert.Equal(
            new BackupServer { SystemIdentifier = "7312345678901234567", DataDirectory = _scene.Data, Endpoint = "db1:5432" }, record.Server);
        Assert.Empty(kept.Warnings);
    }

    [Fact]
    public void The_backup_of_a_key_leaves_the_data_directory_and_is_as_private_as_the_key()
    {
        _scene.WriteOldPair();

        KeptBackups kept = _scene.Change(_scene.NewKey(), _scene.NewCertificate());

        Assert.Equal($"{_scene.State}/server.key.20261130T221500Z.bak", kept.Backups[0].Replace('\\', '/'));
        Assert.Equal(BackupScene.OldKey, File.ReadAllText(kept.Backups[0]));
        Assert.DoesNotContain(Directory.GetFiles(_scene.Data), path => path.Contains("server.key.", StringComparison.Ordinal));
        Assert.Equal([kept.Backups[1]], StoredBackup.Load(kept.Backups[0])!.Record!.Others);
        Assert.Equal([kept.Backups[0]], StoredBackup.Load(kept.Backups[1])!.Record!.Others);
        Assert.Equal(_scene.Key, StoredBackup.Load(kept.Backups[0])!.Target);
        if (OperatingSystem.IsWindows())
            return;
        Assert.Equal(UnixModes.Private, File.GetUnixFileMode(kept.Backups[0]));
        Assert.Equal(UnixModes.PrivateDirectory, File.GetUnixFileMode(_scene.State));
    }

    [Fact]
    public void A_key_of_wide_mode_gets_narrow_when_it_moves()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no modes.");
            return;
        }
        _scene.WriteOldPair();
        File.SetUnixFileMode(_scene.Key, UnixModes.ReadableByAll);

        KeptBackups kept = _scene.Change(_scene.NewKey());

        Assert.Equal(UnixModes.Private, File.GetUnixFileMode(kept.Backups[0]));
    }

    [Fact]
    public void A_key_outside_of_a_data_directory_keeps_its_backup_beside_it()
    {
        _scene.Write("elsewhere/server.key", BackupScene.OldKey);
        FileEdit edit = _scene.NewKey() with { Path = _scene.At("elsewhere/server.key") };

        Assert.StartsWith(edit.Path, _scene.Change(edit).Backups[0], StringComparison.Ordinal);
    }

    [Fact]
    public void All_backups_go_where_the_user_wants_them()
    {
        _scene.WriteOldPair();

        KeptBackups kept = _scene.Change(origin => origin with { Directory = _scene.At("mine") }, _scene.NewKey(), _scene.NewCertificate());

        Assert.All(kept.Backups, backup => Assert.Equal(_scene.At("mine"), Path.GetDirectoryName(backup)));
        Assert.All(kept.Backups, backup => Assert.NotNull(StoredBackup.Load(backup)!.Record));
    }

    [Fact]
    public void The_backup_of_a_key_stays_beside_it_if_the_user_says_so()
    {
        _scene.WriteOldPair();

        KeptBackups kept = _scene.Change(origin => origin with { Directory = _scene.Data }, _scene.NewKey());

        Assert.StartsWith(_scene.Key, kept.Backups[0], StringComparison.Ordinal);
        Assert.Empty(kept.Warnings);
    }

    [Theory]
    [InlineData("others may write")]
    [InlineData("is not a directory")]
    [InlineData("is in the data directory")]
    [InlineData("has no home directory")]
    public void A_key_that_cannot_move_stays_and_a_warning_says_why(string why)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() && why == "others may write", "Windows has no modes.");
        _scene.WriteOldPair();
        string? directory = _scene.State;
        switch (why)
        {
            case "others may write":
                Directory.CreateDirectory(directory);
                if (!OperatingSystem.IsWindows())
                    File.SetUnixFileMode(directory, UnixModes.AllPermissions);
                break;
            case "is not a directory":
                _scene.Write("state/pgssl/backups", "");
                break;
            case "is in the data directory":
                directory = Path.Combine(_scene.Data, "home", "backups");
                break;
            default:
                directory = null;
                break;
        }

        KeptBackups kept = _scene.Change(origin => origin with { UsualDirectory = directory }, _scene.NewKey());

        Assert.StartsWith(_scene.Key, kept.Backups[0], StringComparison.Ordinal);
        Assert.Contains(why, Assert.Single(kept.Warnings), StringComparison.Ordinal);
        Assert.NotNull(StoredBackup.Load(kept.Backups[0])!.Record);
    }

    [Fact]
    public void Keys_of_two_servers_that_change_in_one_second_do_not_meet()
    {
        _scene.WriteOldPair();
        string first = _scene.Change(_scene.NewKey()).Backups[0];
        File.WriteAllText(_scene.Key, "-----BEGIN PRIVATE KEY-----\nother\n-----END PRIVATE KEY-----\n");

        string second = _scene.Change(_scene.NewKey()).Backups[0];

        Assert.EndsWith("Z-2.bak", second, StringComparison.Ordinal);
        Assert.Equal(BackupScene.OldKey, File.ReadAllText(first));
        Assert.True(StoredBackup.Load(second)!.IsWhole);
    }

    [Fact]
    public void A_record_that_lost_its_backup_is_not_taken_for_the_next_one()
    {
        _scene.Write("data/pg_hba.conf", BackupScene.OldRules);
        File.Delete(_scene.Change(_scene.NewRules()).Backups[0]);

        KeptBackups kept = _scene.Change(_scene.NewRules("host all all all reject\n"));

        Assert.Empty(kept.Warnings);
        Assert.Empty(StoredBackup.Load(kept.Backups[0])!.Problems);
    }

    [Fact]
    public void Whatever_fails_the_old_key_is_in_a_file_and_the_change_stays()
    {
        for (int step = 0; ; step++)
        {
            using var scene = new BackupScene();
            scene.WriteOldPair();
            FileEdit[] edits = [scene.NewKey(), scene.NewCertificate()];
            IReadOnlyList<string> backups = FileTransaction.Apply(edits, BackupScene.Now).Backups;
            var files = FaultyFiles.FailingAt(step);

            KeptBackups kept = new BackupKeeper(files).Keep(backups, new BackupOrigin("New-PgCsr", edits) { UsualDirectory = scene.State });

            Assert.Equal(BackupScene.OldKey, File.ReadAllText(kept.Backups[0]));
            Assert.Equal(BackupScene.OldCertificate, File.ReadAllText(kept.Backups[1]));
            Assert.Contains("new", File.ReadAllText(scene.Key), StringComparison.Ordinal);
            if (files.Steps < step)
                return;
        }
    }
}
