using PgSsl.Backups;
using PgSsl.Files;

namespace PgSsl.Tests.Backups;

/// <summary>What is left of a file's backups when some cannot be used.</summary>
public sealed class RestoreGapTests : IDisposable
{
    private readonly BackupScene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Theory]
    [InlineData("/dev/null/x")]
    [InlineData("FILE/x")]
    public void A_directory_below_a_file_is_an_obstacle(string directory)
    {
        _scene.Write("afile", "x");
        Assert.NotNull(BackupDirectory.FindObstacle(directory.Replace("FILE", _scene.At("afile")), isNamed: true));
    }

    [Fact]
    public void After_KeepLast_a_restore_is_not_undone()
    {
        _scene.Write("data/pg_hba.conf", BackupScene.OldRules);
        _scene.Change(o => o, BackupScene.Now, _scene.NewRules());
        _scene.Change(o => o with { IsRestore = true }, BackupScene.Now.AddSeconds(5), _scene.NewRules(BackupScene.OldRules));
        foreach (StoredBackup b in BackupRemoval.Choose(new BackupSearch(null).Of(_scene.Rules), 1, null))
            BackupRemoval.Remove(b.Path);
        var refusal = Assert.Throws<PgSslException>(() => ChosenBackup.Choose(_scene.Rules, null));
        Assert.Equal(PgSslError.FileChanged, refusal.Error);
    }

    [Fact]
    public void After_those_not_needed_are_gone_a_restore_is_not_undone()
    {
        _scene.Write("data/pg_hba.conf", BackupScene.OldRules);
        _scene.Change(o => o, BackupScene.Now, _scene.NewRules());
        _scene.Change(o => o with { IsRestore = true }, BackupScene.Now.AddSeconds(5), _scene.NewRules(BackupScene.OldRules));
        foreach (FileBackup b in FileBackup.Of(new BackupSearch(null).Of(_scene.Rules), BackupScene.Now).Where(b => !b.IsNeeded))
            BackupRemoval.Remove(b.BackupPath);
        var refusal = Assert.Throws<PgSslException>(() => ChosenBackup.Choose(_scene.Rules, null));
        Assert.Equal(PgSslError.FileChanged, refusal.Error);
    }

    [Fact]
    public void A_damaged_newer_one_is_named()
    {
        _scene.Write("data/pg_hba.conf", "first\n");
        _scene.Change(o => o, BackupScene.Now, _scene.NewRules("second\n"));
        KeptBackups kept = _scene.Change(o => o, BackupScene.Now.AddSeconds(5), _scene.NewRules("third\n"));
        File.AppendAllText(kept.Backups[0], "x");
        ChosenBackup chosen = ChosenBackup.Choose(_scene.Rules, null);
        Assert.Contains($"and not {kept.Backups[0]}", chosen.Remark, StringComparison.Ordinal);
    }

    [Fact]
    public void Replaced_by_of_a_key_is_the_new_keys_hash()
    {
        _scene.WriteOldPair();
        _scene.Change(_scene.NewKey(), _scene.NewCertificate());
        Assert.Equal(BackupScene.OldKey, System.Text.Encoding.ASCII.GetString(ChosenBackup.Choose(_scene.Key, _scene.State).Content));
    }

    [Fact]
    public void What_a_cmdlet_does_not_say_that_it_wrote_is_not_recorded()
    {
        _scene.WriteOldPair();
        FileEdit key = _scene.NewKey();
        IReadOnlyList<string> backups = FileTransaction.Apply([key], BackupScene.Now).Backups;
        new BackupKeeper().Keep(backups, new BackupOrigin("New-PgCsr", [key with { Content = [] }]) { UsualDirectory = _scene.State });
        Assert.Equal(BackupScene.OldKey, System.Text.Encoding.ASCII.GetString(ChosenBackup.Choose(_scene.Key, _scene.State).Content));
    }
}
