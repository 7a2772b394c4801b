using PgSsl.Changes;
using PgSsl.Files;
using PgSsl.Testing;
using PgSsl.Tests.Certificates;

namespace PgSsl.Tests.Files;

/// <summary>Somebody else writes a file at any moment of a change: nothing of it is lost, and nothing is reported that did not happen.</summary>
[Fast]
public sealed class FileTransactionRaceTests : IDisposable
{
    private const string Theirs = "somebody else's";

    private static readonly DateTimeOffset Now = new(2026, 11, 30, 4, 5, 6, TimeSpan.Zero);

    private readonly TemporaryDirectory _directory = new();

    private string Key => Path.Combine(_directory.Path, "server.key");

    private string Request => Path.Combine(_directory.Path, "server.csr");

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_file_that_is_replaced_at_any_moment_is_kept_and_reported(bool canExchange)
    {
        int refusals = 0, losses = 0;
        ForEachStep(canExchange, Replace, () => File.Move(_directory.Write("theirs", Theirs), Key, overwrite: true), failure =>
        {
            // What was there when the change began to look is in the backup.
            if (!Contents().Contains(Theirs))
                losses++;
            if (failure is null)
                return;
            Assert.Equal((PgSslError.FileChanged, Theirs), (failure.Error, File.ReadAllText(Key)));
            Assert.Equal("old request", File.ReadAllText(Request));
            refusals++;
        });
        Assert.True(refusals > 3);
        // Without an exchange, the rename itself is the one moment that is left.
        Assert.Equal(canExchange && OperatingSystem.IsLinux() ? 0 : 1, losses);
    }

    [Fact]
    public void A_program_that_has_the_file_open_writes_into_the_file_or_into_the_backup()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only there two files can exchange their names.");
        FileStream? open = null;
        ForEachStep(
            canExchange: true, Replace,
            () =>
            {
                open!.Write("somebody else's"u8);
                open.Flush();
            },
            failure =>
            {
                open!.Dispose();
                Assert.Contains(Theirs, Contents());
            },
            prepare: () => open = new FileStream(Key, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete));
    }

    [Fact]
    public void A_new_owner_or_mode_is_not_undone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no modes.");
        bool isRefused = false;
        ForEachStep(
            canExchange: true, Replace,
            () =>
            {
                if (!OperatingSystem.IsWindows() && File.ReadAllText(Key) == "old key")
                    File.SetUnixFileMode(Key, UnixFileMode.UserRead);
            },
            failure =>
            {
                if (failure is null || OperatingSystem.IsWindows())
                    return;
                isRefused = true;
                Assert.Equal((PgSslError.FileChanged, UnixFileMode.UserRead), (failure.Error, File.GetUnixFileMode(Key)));
            });
        Assert.True(isRefused);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_file_that_is_deleted_meanwhile_stays_deleted(bool canExchange)
    {
        int refusals = 0;
        ForEachStep(canExchange, Replace, () => File.Delete(Key), failure =>
        {
            if (failure is null)
                return;
            Assert.Equal((PgSslError.FileChanged, "old request"), (failure.Error, File.ReadAllText(Request)));
            Assert.False(File.Exists(Key));
            refusals++;
        });
        Assert.True(refusals > 3);
    }

    [Fact]
    public void A_file_that_appears_where_there_was_none_is_FileExists()
    {
        bool isRefused = false;
        FileEdit[] create = [.. Replace.Select(edit => edit with { MayReplace = false })];
        ForEachStep(
            canExchange: true, create,
            () =>
            {
                if (!File.Exists(Key))
                    File.WriteAllText(Key, Theirs);
            },
            failure =>
            {
                isRefused |= failure is not null;
                if (failure is not null)
                    Assert.Equal((PgSslError.FileExists, Theirs, false), (failure.Error, File.ReadAllText(Key), File.Exists(Request)));
            },
            prepare: () =>
            {
                File.Delete(Key);
                File.Delete(Request);
            });
        Assert.True(isRefused);
    }

    [Fact]
    public void A_deleted_file_is_the_one_that_was_to_be_deleted()
    {
        ForEachStep(
            canExchange: true, [new FileEdit(Key, null) { MayReplace = true }],
            () => File.Move(_directory.Write("theirs", Theirs), Key, overwrite: true),
            _ => Assert.Contains(Theirs, Contents()));
    }

    [Fact]
    public void A_file_system_that_turns_read_only_leaves_what_is_named_and_nothing_else_is_said()
    {
        var counter = new FaultyFiles();
        Reset();
        FileTransaction.Apply(Replace, Now, counter);
        for (int step = 0; step < counter.Steps; step++)
        {
            Reset();

            PgSslException? failure = Try(FaultyFiles.ReadOnlyFrom(step));

            bool isOld = (File.ReadAllText(Key), File.ReadAllText(Request)) == ("old key", "old request");
            string[] temporary = Directory.GetFiles(_directory.Path, ".*.pgssl-new");
            // What is read-only after the last write harms nobody.
            if (failure is null)
                continue;
            Assert.Equal(isOld ? PgSslError.FileNotWritten : PgSslError.FileNotRestored, failure.Error);
            Assert.All(temporary, path => Assert.Contains(path, failure.Message, StringComparison.Ordinal));
            Assert.Equal(isOld, failure.Message.Contains("Nothing was changed", StringComparison.Ordinal));

            // The next change clears it, whatever it changes.
            FileTransaction.Apply([new FileEdit(Path.Combine(_directory.Path, "root.crt"), "roots"u8.ToArray())], Now);
            Assert.Empty(Directory.GetFiles(_directory.Path, ".*.pgssl-new"));
        }
    }

    [Fact]
    public void An_undo_does_not_overwrite_what_somebody_else_wrote()
    {
        Reset();
        var files = new ReversibleFiles([.. Replace.Select(edit => edit with { Expected = File.ReadAllBytes(edit.Path) })], Now);
        files.Write();
        File.WriteAllText(Key, Theirs);

        var failure = Assert.Throws<PgSslException>(files.PutBack);

        Assert.Equal(PgSslError.FileNotRestored, failure.Error);
        Assert.Equal(Theirs, File.ReadAllText(Key));
        Assert.Contains(".bak", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>The undo itself can fail at any step: then the new files are there, whole, and the backups too.</summary>
    [Fact]
    public void An_undo_that_fails_at_any_step_leaves_the_backups()
    {
        Reset();
        for (int step = 0, steps = int.MaxValue; step < steps; step++)
        {
            Reset();
            var counter = new FaultyFiles();
            FileTransaction.Apply(Replace, Now, counter);
            int first = counter.Steps;
            Reset();
            foreach (FaultyFiles faulty in (FaultyFiles[])[FaultyFiles.FailingAt(first + step), FaultyFiles.FailingHalfWayThrough(first + step)])
            {
                Reset();
                var files = new ReversibleFiles([.. Replace.Select(edit => edit with { Expected = File.ReadAllBytes(edit.Path) })], Now, faulty);
                files.Write();
                PgSslException? failure = null;
                try
                {
                    files.PutBack();
                }
                catch (PgSslException problem)
                {
                    failure = problem;
                }
                steps = faulty.Steps - first;
                (string, string) state = (File.ReadAllText(Key), File.ReadAllText(Request));
                if (failure is null)
                {
                    Assert.Equal(("old key", "old request"), state);
                    continue;
                }
                Assert.Equal((PgSslError.FileNotRestored, ("new key", "new request")), (failure.Error, state));
                Assert.Equal(
                    ["old key", "old request"],
                    Directory.GetFiles(_directory.Path, "*.bak").Select(File.ReadAllText).Order());
            }
        }
    }

    private IEnumerable<string> Contents() => Directory.GetFiles(_directory.Path, "server.key*").Select(File.ReadAllText);

    private FileEdit[] Replace =>
    [
        new(Key, "new key"u8.ToArray()) { MayReplace = true, Protection = FileProtection.PrivateKey() },
        new(Request, "new request"u8.ToArray()) { MayReplace = true },
    ];

    private void Reset()
    {
        foreach (string path in Directory.GetFiles(_directory.Path))
            File.Delete(path);
        SandboxFile(Key, "old key");
        SandboxFile(Request, "old request");
    }

    private static void SandboxFile(string path, string content)
    {
        File.WriteAllText(path, content);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private void ForEachStep(
        bool canExchange, FileEdit[] edits, Action incident, Action<PgSslException?> outcome, Action? prepare = null)
    {
        for (int step = 0, steps = 1; step < steps; step++)
        {
            Reset();
            prepare?.Invoke();
            FaultyFiles? files = null;
            int at = step;
            bool hasHappened = false;
            void Watch()
            {
                if (hasHappened || files!.Steps != at)
                    return;
                hasHappened = true;
                incident();
            }

            files = canExchange ? new FaultyFiles { Watch = Watch } : FaultyFiles.WithoutExchange(Watch);
            PgSslException? failure = Try(files, edits);
            // Whatever is refused has more steps.
            if (!hasHappened)
                return;
            steps = Math.Max(steps, files.Steps);
            outcome(failure);
            Assert.Empty(Directory.GetFiles(_directory.Path, ".*.pgssl-new"));
        }
    }

    private PgSslException? Try(FaultyFiles files, FileEdit[]? edits = null)
    {
        try
        {
            FileTransaction.Apply(edits ?? Replace, Now, files);
            return null;
        }
        catch (PgSslException failure)
        {
            return failure;
        }
    }
}
