using System.Text;
using PgSsl.Files;
using PgSsl.Testing;
using PgSsl.Tests.Certificates;

namespace PgSsl.Tests.Files;

/// <summary>A file that is mounted by itself cannot be replaced: it is written in place where that is allowed, or stays as it is.</summary>
public sealed class FileTransactionInPlaceTests : IDisposable
{
    private const string Old = "host all all all scram-sha-256\n";
    private const string New = "# a line more\nhostssl all all all scram-sha-256\n";

    private static readonly DateTimeOffset Now = new(2026, 11, 22, 4, 5, 6, TimeSpan.Zero);

    private readonly TemporaryDirectory _directory = new();
    private readonly string _hba;
    private readonly string _ident;
    private readonly string _source;

    public FileTransactionInPlaceTests()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows mounts no single files.");
        Directory.CreateDirectory(Path.Combine(_directory.Path, "data"));
        Directory.CreateDirectory(Path.Combine(_directory.Path, "host"));
        _hba = _directory.Write("data/pg_hba.conf", "");
        _ident = _directory.Write("data/pg_ident.conf", "old map\n");
        _source = _directory.Write("host/pg_hba.conf", Old);
    }

    private string Backup => _hba + ".20261122T040506Z.bak";

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(Old, New)]
    [InlineData(New, Old)]
    [InlineData(Old, Old)]
    [InlineData("", New)]
    [InlineData(Old, "")]
    public void A_mounted_file_is_written_in_place_and_the_result_says_so(string before, string after)
    {
        File.WriteAllText(_source, before);
        using BoundFile mount = BoundFile.Mount(_source, _hba);

        FileTransactionResult result = FileTransaction.Apply([Edit(_hba, after)], Now);

        Assert.Equal([after, after], [File.ReadAllText(_hba), File.ReadAllText(_source)]);
        Assert.Equal([_hba], result.WrittenInPlace);
        Assert.Equal([Backup], result.Backups);
        Assert.Equal(before, File.ReadAllText(Backup));
        Assert.Equal(["pg_hba.conf", Path.GetFileName(Backup), "pg_ident.conf"], FilesLeft());
    }

    [Fact]
    public void A_file_that_can_be_replaced_is_replaced_though_it_might_be_written_in_place()
    {
        FileIdentity before = UnixStatus.Of(_hba).Identity;

        FileTransactionResult result = FileTransaction.Apply([Edit(_hba, New)], Now);

        Assert.Empty(result.WrittenInPlace);
        Assert.NotEqual(before, UnixStatus.Of(_hba).Identity);
    }

    [Fact]
    public void Owner_mode_and_inode_of_a_mounted_file_stay_and_its_backup_has_the_same()
    {
        using BoundFile mount = BoundFile.Mount(_source, _hba);
        UnixFiles.GiveTo(_source, new UnixOwner(65534, 65533));
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(_source, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        UnixStatus before = UnixStatus.Of(_source);

        FileTransaction.Apply([Edit(_hba, New)], Now);

        Assert.Equal(before, UnixStatus.Of(_source));
        UnixStatus backup = UnixStatus.Of(Backup);
        Assert.Equal((before.Owner, before.Mode), (backup.Owner, backup.Mode));
    }

    [Fact]
    public void A_link_to_a_mounted_file_stays_one()
    {
        using BoundFile mount = BoundFile.Mount(_source, _hba);
        string link = Path.Combine(_directory.Path, "link.conf");
        Links.ToFile(link, _hba);

        FileTransactionResult result = FileTransaction.Apply([Edit(link, New)], Now);

        Assert.Equal(_hba, new FileInfo(link).LinkTarget);
        Assert.Equal(New, File.ReadAllText(_source));
        Assert.Equal([link], result.WrittenInPlace);
    }

    [Fact]
    public void Without_leave_a_mounted_file_is_not_written()
    {
        using BoundFile mount = BoundFile.Mount(_source, _hba);

        NothingChanges([Edit(_hba, New) with { MayWriteInPlace = false }]);
    }

    [Fact]
    public void A_mounted_file_that_cannot_be_written_fails_and_nothing_changes()
    {
        using BoundFile mount = BoundFile.Mount(_source, _hba);
        mount.MakeReadOnly();

        NothingChanges([Edit(_ident, "new map\n"), Edit(_hba, New)]);
    }

    [Fact]
    public void Where_no_backup_can_be_made_a_mounted_file_is_not_written()
    {
        string data = Path.GetDirectoryName(_hba)!;
        using SmallDisk disk = SmallDisk.Mount(data);
        File.WriteAllText(_hba, "");
        using BoundFile mount = BoundFile.Mount(_source, _hba);
        Mounts.Make("-o", "remount,ro", data);

        var failure = Assert.Throws<PgSslException>(() => FileTransaction.Apply([Edit(_hba, New)], Now));

        Assert.Equal(PgSslError.FileNotWritten, failure.Error);
        Assert.Equal(Old, File.ReadAllText(_source));
    }

    [Fact]
    public void A_disk_that_is_full_under_a_mounted_file_leaves_what_was_there()
    {
        string host = Path.GetDirectoryName(_source)!;
        using SmallDisk disk = SmallDisk.Mount(host);
        File.WriteAllText(_source, Old);
        using BoundFile mount = BoundFile.Mount(_source, _hba);

        NothingChanges([Edit(_ident, "new map\n"), Edit(_hba, New + new string('#', SmallDisk.Size))]);
    }

    [Fact]
    public void A_full_disk_is_found_out_while_every_old_byte_is_there()
    {
        string host = Path.GetDirectoryName(_source)!;
        using SmallDisk disk = SmallDisk.Mount(host);
        File.WriteAllText(_source, Old);

        Assert.Throws<IOException>(() => DiskFiles.Instance.WriteInPlace(_source, new byte[2 * SmallDisk.Size], identity: null));

        Assert.Equal(Old.TrimEnd(), File.ReadAllText(_source).TrimEnd('\n'));
    }

    [Fact]
    public void Another_edit_that_fails_undoes_what_was_written_in_place()
    {
        string other = _directory.Write("data/other.conf", "");
        string otherSource = _directory.Write("host/other.conf", "other\n");
        using BoundFile mount = BoundFile.Mount(_source, _hba);
        using BoundFile otherMount = BoundFile.Mount(otherSource, other);

        NothingChanges([Edit(_hba, New), Edit(_ident, "new map\n"), Edit(other, "new") with { MayWriteInPlace = false }]);
    }

    [Theory]
    [InlineData(Old, New)]
    [InlineData(New, Old)]
    public void A_failure_at_any_step_leaves_every_byte_as_it_was(string before, string after)
    {
        FileEdit[] edits = [Edit(_ident, "new map\n"), Edit(_hba, after), Edit(_ident + ".2", "new") with { MayWriteInPlace = false }];
        int steps = StepsOf(edits, before);
        for (int step = 0; step < steps; step++)
        {
            foreach (FaultyFiles files in (FaultyFiles[])[FaultyFiles.FailingAt(step), FaultyFiles.FailingHalfWayThrough(step)])
            {
                Reset(before);

                var failure = Assert.Throws<PgSslException>(() => FileTransaction.Apply(edits, Now, files.WithMounted(_hba)));

                Assert.Equal(PgSslError.FileNotWritten, failure.Error);
                Assert.Equal([before, "old map\n"], [File.ReadAllText(_hba), File.ReadAllText(_ident)]);
                Assert.Equal(["pg_hba.conf", "pg_ident.conf"], FilesLeft());
            }
        }
    }

    [Fact]
    public void Killed_at_any_step_the_old_content_is_in_the_file_or_in_its_backup()
    {
        int steps = StepsOf([Edit(_hba, New)], Old);
        var states = new HashSet<string>();
        for (int step = 0; step < steps; step++)
        {
            foreach (FaultyFiles files in (FaultyFiles[])[FaultyFiles.KilledBefore(step), FaultyFiles.KilledWithin(step)])
            {
                Reset(Old);

                Assert.Throws<KilledException>(() => FileTransaction.Apply([Edit(_hba, New)], Now, files.WithMounted(_hba)));

                string content = File.ReadAllText(_hba);
                states.Add(content == Old ? "old" : content == New ? "new" : "mix");
                if (content != Old)
                    Assert.Equal(Old, File.ReadAllText(Backup));
            }
        }
        Assert.Equal(["mix", "new", "old"], states.Order());
    }

    [Fact]
    public void What_somebody_else_wrote_after_the_write_in_place_stays_and_the_backup_too()
    {
        FileEdit[] edits = [Edit(_hba, New)];
        int last = StepsOf(edits, Old) - 1;
        Reset(Old);
        FaultyFiles? files = null;
        files = FaultyFiles.FailingAt(last, () =>
        {
            if (files!.Steps == last)
                File.WriteAllText(_hba, "somebody else's");
        }).WithMounted(_hba);

        var failure = Assert.Throws<PgSslException>(() => FileTransaction.Apply(edits, Now, files));

        Assert.Equal(PgSslError.FileNotRestored, failure.Error);
        Assert.Equal(["somebody else's", Old], [File.ReadAllText(_hba), File.ReadAllText(Backup)]);
    }

    [Fact]
    public void Another_file_under_the_same_name_is_not_written()
    {
        FileIdentity identity = UnixStatus.Of(_source).Identity;

        Assert.Throws<IOException>(() => DiskFiles.Instance.WriteInPlace(_hba, Encoding.UTF8.GetBytes(New), identity));

        Assert.Equal("", File.ReadAllText(_hba));
    }

    private static FileEdit Edit(string path, string content) =>
        new(path, Encoding.UTF8.GetBytes(content)) { MayReplace = true, MayWriteInPlace = true };

    private void NothingChanges(FileEdit[] edits)
    {
        string[] before = FilesLeft();

        var failure = Assert.Throws<PgSslException>(() => FileTransaction.Apply(edits, Now));

        Assert.Equal(PgSslError.FileNotWritten, failure.Error);
        Assert.Contains(edits[^1].Path, failure.Message, StringComparison.Ordinal);
        Assert.Equal([Old, Old, "old map\n"], [File.ReadAllText(_hba), File.ReadAllText(_source), File.ReadAllText(_ident)]);
        Assert.Equal(before, FilesLeft());
    }

    private int StepsOf(FileEdit[] edits, string before)
    {
        Reset(before);
        FaultyFiles files = new FaultyFiles().WithMounted(_hba);
        Assert.Equal([_hba], FileTransaction.Apply(edits, Now, files).WrittenInPlace);
        Assert.InRange(files.Steps, 10, 100);
        return files.Steps;
    }

    private void Reset(string content)
    {
        foreach (string file in Directory.GetFiles(Path.GetDirectoryName(_hba)!))
            File.Delete(file);
        File.WriteAllText(_hba, content);
        File.WriteAllText(_ident, "old map\n");
    }

    private string[] FilesLeft() =>
        [.. Directory.GetFiles(Path.GetDirectoryName(_hba)!).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
}
