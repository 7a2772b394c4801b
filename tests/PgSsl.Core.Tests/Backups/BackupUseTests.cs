using PgSsl.Backups;
using PgSsl.Deployment;
using PgSsl.Files;

namespace PgSsl.Tests.Backups;

/// <summary>Which backups there are, which of them are needed, which is restored, and which are removed.</summary>
public sealed class BackupUseTests : IDisposable
{
    private readonly BackupScene _scene = new();

    public void Dispose() => _scene.Dispose();

    private BackupSearch Search => new(_scene.State);

    [Fact]
    public void The_backup_of_a_key_is_found_by_its_file_and_by_its_directory()
    {
        _scene.WriteOldPair();
        string[] backups = [.. _scene.Change(_scene.NewKey(), _scene.NewCertificate()).Backups];

        Assert.Equal([backups[0]], Search.Of(_scene.Key).Select(backup => backup.Path));
        Assert.Equal(backups.Order(), Search.InDirectory(_scene.Data).Select(backup => backup.Path).Order());
        Assert.Equal([backups[0]], Search.InDirectory(_scene.State).Select(backup => backup.Path));
    }

    [Fact]
    public void Only_the_newest_is_needed_and_not_if_the_file_has_its_content()
    {
        _scene.Write("data/pg_hba.conf", BackupScene.OldRules);
        ChangeRules("host all all all reject\n", "hostssl all all all md5\n", BackupScene.OldRules);

        IReadOnlyList<FileBackup> backups = FileBackup.Of(Search.Of(_scene.Rules), BackupScene.Now);

        Assert.Equal([false, false, true], backups.Select(backup => backup.IsNeeded));
        Assert.Equal("The file has the same content now.", backups[0].Reason);
        Assert.StartsWith("There is a newer one: pg_hba.conf.2026", backups[1].Reason, StringComparison.Ordinal);
        Assert.Equal("It is the newest backup of its file.", backups[2].Reason);
    }

    [Fact]
    public void The_only_content_of_a_file_that_is_gone_is_needed()
    {
        _scene.Write("data/pg_hba.conf", BackupScene.OldRules);
        ChangeRules("host all all all reject\n");
        File.Delete(_scene.Rules);

        FileBackup backup = Assert.Single(FileBackup.Of(Search.Of(_scene.Rules), BackupScene.Now));

        Assert.Equal((true, "The file does not exist any more."), (backup.IsNeeded, backup.Reason));
    }

    [Fact]
    public void A_key_whose_certificate_has_expired_is_not_needed()
    {
        _scene.WriteOldPair();
        using var key = System.Security.Cryptography.ECDsa.Create();
        var request = new System.Security.Cryptography.X509Certificates.CertificateRequest(
            "CN=db1", key, System.Security.Cryptography.HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(BackupScene.Now.AddDays(-90), BackupScene.Now.AddDays(-1));
        _scene.Write("data/server.crt", certificate.ExportCertificatePem());
        _scene.Change(_scene.NewKey(), _scene.NewCertificate());

        FileBackup backup = Assert.Single(FileBackup.Of(Search.Of(_scene.Key), BackupScene.Now));

        Assert.Equal((false, "Its certificate expired on 2026-11-29."), (backup.IsNeeded, backup.Reason));
    }

    [Fact]
    public void A_pair_that_was_moved_together_is_still_a_pair()
    {
        string[] moved = MovePair();

        var pair = RestoredPair.Choose([moved[1]], _scene.State);

        Assert.Equal((moved[1], moved[0]), (pair.Certificate.Path, pair.Key?.Path));
    }

    [Theory]
    [InlineData("Set-PgHbaSsl", "Enable-PgSsl")]
    [InlineData("22:15:00Z", "22:15:01Z")]
    [InlineData("server.crt.2026", "other.crt.2026")]
    public void A_key_that_was_put_beside_a_certificate_and_is_not_of_its_change_is_not_taken(string of, string instead)
    {
        string[] moved = MovePair();
        string record = BackupName.RecordOf(moved[0]);
        File.WriteAllText(record, File.ReadAllText(record).Replace(of, instead));

        Assert.Null(RestoredPair.Choose([moved[1]], _scene.State).Key);
    }

    private string[] MovePair()
    {
        _scene.WriteOldPair();
        string[] backups = [.. _scene.Change(_scene.NewKey(), _scene.NewCertificate()).Backups];
        string shelf = Directory.CreateDirectory(_scene.At("shelf")).FullName;
        string[] moved = [.. backups.Select(backup => Path.Combine(shelf, Path.GetFileName(backup)))];
        foreach ((string from, string to) in backups.Zip(moved))
        {
            File.Move(from, to);
            File.Move(BackupName.RecordOf(from), BackupName.RecordOf(to));
        }
        return moved;
    }

    [Theory]
    [InlineData("new/deep", true)]
    [InlineData("file/x", false)]
    public void A_directory_is_tried_out_and_nothing_stays(string name, bool isUsable)
    {
        _scene.Write("file", "x");
        string[] before = Directory.GetFileSystemEntries(_scene.At("."));

        Assert.Equal(isUsable, BackupDirectory.TryOut(_scene.At(name)) is null);

        Assert.Equal(before, Directory.GetFileSystemEntries(_scene.At(".")));
    }

    [Fact]
    public void A_directory_of_the_kernel_cannot_be_written()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Linux has /proc.");
        Assert.NotNull(BackupDirectory.TryOut("/proc/x"));
    }

    [Fact]
    public void A_file_stands_for_its_newest_backup()
    {
        _scene.Write("data/pg_hba.conf", BackupScene.OldRules);
        ChangeRules("hostssl all all all md5\n", "host all all all reject\n", "hostssl all all all md5\n");

        var chosen = ChosenBackup.Choose(_scene.Rules, _scene.State);

        Assert.Equal("host all all all reject\n", System.Text.Encoding.ASCII.GetString(chosen.Content));
        Assert.Contains("of 3 backups the newest, made 2026-11-30 22:15:02Z by Set-PgHbaSsl", chosen.Remark,
            StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_restored_is_not_undone_by_doing_it_again()
    {
        _scene.Write("data/pg_hba.conf", BackupScene.OldRules);
        ChangeRules("host all all all reject\n");
        _scene.Change(origin => origin with { IsRestore = true }, BackupScene.Now.AddMinutes(1), _scene.NewRules(BackupScene.OldRules));

        var again = ChosenBackup.Choose(_scene.Rules, _scene.State);

        Assert.Equal(BackupScene.OldRules, System.Text.Encoding.ASCII.GetString(again.Content));
    }

    [Fact]
    public void A_certificate_that_was_changed_by_a_change_whose_backup_is_elsewhere_is_not_guessed()
    {
        _scene.WriteOldPair();
        _scene.Change(_scene.NewCertificate("-----BEGIN CERTIFICATE-----\none\n-----END CERTIFICATE-----\n"));
        string elsewhere = _scene.At("elsewhere");
        _scene.Change(
            origin => origin with { Directory = elsewhere }, BackupScene.Now.AddMinutes(1),
            _scene.NewCertificate("-----BEGIN CERTIFICATE-----\ntwo\n-----END CERTIFICATE-----\n"));
        string file = _scene.At("data/server.crt");

        Assert.Equal(PgSslError.FileChanged, Assert.Throws<PgSslException>(() => ChosenBackup.Choose(file, _scene.State)).Error);
        Assert.Contains("\none\n", System.Text.Encoding.ASCII.GetString(ChosenBackup.Choose(file, _scene.State, elsewhere).Content));
    }

    [Fact]
    public void Rules_that_somebody_edited_since_are_restored_and_that_is_told()
    {
        _scene.Write("data/pg_hba.conf", BackupScene.OldRules);
        ChangeRules("host all all all reject\n");
        File.AppendAllText(_scene.Rules, "# mine\n");

        Assert.Contains("(the file was changed since then, which is undone as well)", ChosenBackup.Choose(_scene.Rules, _scene.State).Remark);
    }

    /// <summary>The newest is damaged, or empty and without a record.</summary>
    [Theory, InlineData(false), InlineData(true)]
    public void What_cannot_be_restored_is_neither_chosen_nor_counted_as_kept(bool isEmpty)
    {
        _scene.Write("data/pg_hba.conf", BackupScene.OldRules);
        string good = ChangeRules("host all all all reject\n")[0], bad;
        if (isEmpty)
            bad = _scene.Write("data/pg_hba.conf.20991231T000000Z.bak", "");
        else
        {
            bad = _scene.Change(
                origin => origin, BackupScene.Now.AddMinutes(1), _scene.NewRules("host all all all md5 # third\n")).Backups.Single();
            File.AppendAllText(bad, "# damaged\n");
        }

        Assert.Equal(good, ChosenBackup.Choose(_scene.Rules, _scene.State).Path);
        Assert.DoesNotContain(BackupRemoval.Choose(Search.Of(_scene.Rules), keepLast: 1, before: null), chosen => chosen.Path == good);
        Assert.True(FileBackup.Of(Search.Of(_scene.Rules), BackupScene.Now).Single(backup => backup.BackupPath == good).IsNeeded);
    }

    [Fact]
    public void A_backup_goes_even_if_its_record_is_a_directory()
    {
        _scene.Write("data/pg_hba.conf", BackupScene.OldRules);
        string backup = ChangeRules("host all all all reject\n")[0], record = BackupName.RecordOf(backup);
        File.Delete(record);
        Directory.CreateDirectory(record);

        BackupRemoval.Remove(backup);

        Assert.False(File.Exists(backup));
    }

    [Fact]
    public void The_backup_of_another_server_is_refused()
    {
        _scene.Write("data/pg_hba.conf", BackupScene.OldRules);
        ChangeRules("host all all all reject\n");
        var chosen = ChosenBackup.Choose(_scene.Rules, _scene.State);

        chosen.Check(_scene.Rules, BackupServer.Around(_scene.Rules));
        _scene.SetIdentifier(42);
        var refusal = Assert.Throws<PgSslException>(() => chosen.Check(_scene.Rules, BackupServer.Around(_scene.Rules)));

        Assert.Equal(PgSslError.ForeignBackup, refusal.Error);
        Assert.Contains("system identifier 7312345678901234567, and this server has 42", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_backup_of_another_file_is_refused()
    {
        _scene.Write("data/pg_hba.conf", BackupScene.OldRules);
        ChangeRules("host all all all reject\n");

        var refusal = Assert.Throws<PgSslException>(
            () => ChosenBackup.Choose(_scene.Rules, _scene.State).Check(_scene.Write("other/pg_hba.conf", ""), null));

        Assert.Equal(PgSslError.ForeignBackup, refusal.Error);
    }

    [Fact]
    public void A_backup_that_was_changed_since_is_refused()
    {
        _scene.Write("data/pg_hba.conf", BackupScene.OldRules);
        string backup = ChangeRules("host all all all reject\n")[0];
        File.AppendAllText(backup, "host all all all trust\n");

        var refusal = Assert.Throws<PgSslException>(() => ChosenBackup.Choose(backup, _scene.State));

        Assert.Equal(PgSslError.BackupDamaged, refusal.Error);
        Assert.False(StoredBackup.Load(backup)!.IsWhole);
    }

    [Fact]
    public void A_backup_of_an_older_version_is_known_by_its_name()
    {
        _scene.Write("data/pg_hba.conf", "local all all peer\n");
        string backup = _scene.Write("data/pg_hba.conf.20250101T000000Z.bak", BackupScene.OldRules);

        var chosen = ChosenBackup.Choose(backup, _scene.State);
        chosen.Check(_scene.Rules, BackupServer.Around(_scene.Rules));

        Assert.Equal((_scene.Rules, null), (chosen.Target, chosen.Record));
        Assert.False(Assert.Single(FileBackup.Of(Search.Of(_scene.Rules), BackupScene.Now)).IsRecorded);
    }

    [Fact]
    public void The_newest_of_each_file_stay_and_keys_go_first()
    {
        _scene.WriteOldPair();
        for (int i = 0; i < 3; i++)
            _scene.Change(
                origin => origin, BackupScene.Now.AddSeconds(i),
                _scene.NewCertificate($"-----BEGIN CERTIFICATE-----\n{i}\n-----END CERTIFICATE-----\n"),
                _scene.NewKey($"-----BEGIN PRIVATE KEY-----\n{i}\n-----END PRIVATE KEY-----\n"));

        IReadOnlyList<StoredBackup> chosen = BackupRemoval.Choose(Search.InDirectory(_scene.Data), 1, null);

        Assert.Equal(["PrivateKey", "PrivateKey", "Certificate", "Certificate"], chosen.Select(backup => backup.Kind.Name));
        Assert.Equal([0, 1, 0, 1], chosen.Select(backup => (backup.Time - BackupScene.Now.UtcDateTime).Seconds));
        Assert.Equal(2, BackupRemoval.Choose(Search.InDirectory(_scene.Data), null, BackupScene.Now.UtcDateTime.AddSeconds(1)).Count);
    }

    [Fact]
    public void A_backup_goes_with_its_record_and_nothing_else_goes()
    {
        _scene.Write("data/pg_hba.conf", BackupScene.OldRules);
        string backup = ChangeRules("host all all all reject\n")[0];

        BackupRemoval.Remove(backup);
        var refusal = Assert.Throws<PgSslException>(() => BackupRemoval.Remove(_scene.Rules));

        Assert.Equal(PgSslError.NotABackup, refusal.Error);
        Assert.Equal(["PG_VERSION", "pg_hba.conf"], Directory.GetFiles(_scene.Data).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_directory_with_more_files_than_anybody_looks_at_is_said_to_have_them()
    {
        string directory = Path.GetDirectoryName(_scene.Write("many/x", ""))!;
        for (int i = 0; i <= BackupSearch.MostBackups; i++)
            File.Create(Path.Combine(directory, $"x.20261130T221500Z-{i + 2}.bak")).Dispose();
        BackupSearch search = Search;

        Assert.Equal(BackupSearch.MostBackups, search.NamesIn(directory).Count());
        Assert.Single(search.Warnings);
    }

    private string[] ChangeRules(params string[] contents) =>
    [
        .. contents.SelectMany((content, i) =>
            _scene.Change(origin => origin, BackupScene.Now.AddSeconds(i), _scene.NewRules(content)).Backups),
    ];
}
