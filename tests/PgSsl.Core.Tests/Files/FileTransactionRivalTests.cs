using PgSsl.Files;
using PgSsl.Testing;
using PgSsl.Tests.Certificates;

namespace PgSsl.Tests.Files;

/// <summary>Somebody else has his hands in the directory while files change: by accident, or because he gains by it.</summary>
[Fast]
public sealed class FileTransactionRivalTests : IDisposable
{
    private static readonly UnixOwner Root = new(0, 0);
    private static readonly UnixOwner Stranger = new(65534, 65534);
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 4, 5, 6, TimeSpan.Zero);

    private readonly TemporaryDirectory _directory = new();

    private string Key => Path.Combine(_directory.Path, "server.key");

    private string Request => Path.Combine(_directory.Path, "server.csr");

    private string Backup => Key + ".20261122T040506Z.bak";

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_staged_file_that_was_swapped_for_a_link_is_not_put_in_place()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows lets nobody swap a file in another user's directory.");
        string victim = _directory.Write("victim", "root's");
        var files = new FaultyFiles
        {
            Watch = () =>
            {
                foreach (string staged in Directory.GetFiles(_directory.Path, ".*.pgssl-new"))
                {
                    File.Delete(staged);
                    Links.ToFile(staged, victim);
                }
            },
        };

        var failure = Assert.Throws<PgSslException>(() => FileTransaction.Apply([new FileEdit(Key, "new"u8.ToArray())], Now, files));

        Assert.Equal(PgSslError.FileNotWritten, failure.Error);
        Assert.False(Path.Exists(Key));
        Assert.Equal("root's", File.ReadAllText(victim));
    }

    [Fact]
    public void A_backup_belongs_to_the_owner_of_what_it_holds_also_if_the_file_is_swapped_meanwhile()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || !Environment.IsPrivilegedProcess, "Only root can give files away.");
        ForEachStep(
            () =>
            {
                string bait = _directory.Write("bait", "bait");
                UnixFiles.GiveTo(bait, Stranger);
                File.Move(bait, Key, overwrite: true);
            },
            outcome: () =>
            {
                foreach (string file in Directory.GetFiles(_directory.Path).Where(path => File.ReadAllText(path) == "old key"))
                    Assert.Equal(Root, UnixFiles.OwnerOf(file));
            });
    }

    [Fact]
    public void A_backup_of_somebody_else_is_never_touched()
    {
        bool isMade = false;
        ForEachStep(
            () =>
            {
                isMade = !File.Exists(Backup);
                if (isMade)
                    File.WriteAllText(Backup, "another's");
            },
            outcome: () => Assert.True(!isMade || File.ReadAllText(Backup) == "another's"));
    }

    [Fact]
    public void What_somebody_else_wrote_before_the_undo_stays_and_the_backup_too()
    {
        int last = Reset() - 1;
        FaultyFiles? files = null;
        files = FaultyFiles.FailingAt(last, () =>
        {
            if (files!.Steps == last)
                File.WriteAllText(Key, "somebody else's");
        });

        var failure = Assert.Throws<PgSslException>(() => FileTransaction.Apply(Replace, Now, files));

        Assert.Equal(PgSslError.FileNotRestored, failure.Error);
        Assert.Contains($"{Key} (its old content is in {Backup})", failure.Message, StringComparison.Ordinal);
        Assert.Equal(
            ["somebody else's", "old key", "old request"],
            [File.ReadAllText(Key), File.ReadAllText(Backup), File.ReadAllText(Request)]);
    }

    [Fact]
    public void The_directory_stays_locked_until_all_is_undone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows' lock is a file, to be seen by all.");
        for (int failing = Reset() - 1; failing >= 0; failing--)
        {
            Reset();
            var isLocked = new List<bool>();

            Assert.Throws<PgSslException>(() =>
                FileTransaction.Apply(Replace, Now, FaultyFiles.FailingAt(failing, () => isLocked.Add(UnixFiles.IsLocked(_directory.Path)))));

            Assert.All(isLocked.SkipWhile(locked => !locked), Assert.True);
        }
    }

    private FileEdit[] Replace =>
    [
        new(Key, "new key"u8.ToArray()) { MayReplace = true, Protection = FileProtection.PrivateKey() },
        new(Request, "new request"u8.ToArray()) { MayReplace = true },
    ];

    /// <summary>Replaces both files again and again; something happens before each step in turn.</summary>
    private void ForEachStep(Action incident, Action outcome)
    {
        int steps = Reset();
        for (int step = 0; step < steps; step++)
        {
            Reset();
            FaultyFiles? files = null;
            int at = step;
            files = new FaultyFiles
            {
                Watch = () =>
                {
                    if (files!.Steps == at)
                        incident();
                },
            };
            try
            {
                FileTransaction.Apply(Replace, Now, files);
            }
            catch (PgSslException)
            {
                // Refusing is as good as succeeding, as long as the outcome is right.
            }
            outcome();
        }
    }

    /// <summary>Writes the old files anew, and returns the steps that it takes to replace them.</summary>
    private int Reset()
    {
        var files = new FaultyFiles();
        WriteOld();
        FileTransaction.Apply(Replace, Now, files);
        WriteOld();
        return files.Steps;
    }

    private void WriteOld()
    {
        foreach (string file in Directory.GetFiles(_directory.Path))
            File.Delete(file);
        _directory.Write("server.key", "old key");
        _directory.Write("server.csr", "old request");
    }
}
