using System.Runtime.Versioning;
using System.Text;
using PgSsl.Files;
using PgSsl.Testing;

namespace PgSsl.Tests.Attacks;

/// <summary>A server's account wants root to overwrite a file that the account may not write.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class RootOverwritesTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 30, 4, 5, 6, TimeSpan.Zero);

    private readonly HostileAccount _account = new();

    public void Dispose() => _account.Dispose();

    [Theory]
    [InlineData(HostileAccount.Shadow)]
    [InlineData("[Service]\nExecStart=/bin/true\n")]
    [InlineData("user:x:1000:1000:-----BEGIN CERTIFICATE-----:/home/user:/bin/sh\n")]
    [InlineData("\u007fELF\u0002\u0001")]
    public void A_file_of_root_that_ssl_cert_file_names(string content)
    {
        string target = _account.RootsFile("shadow", content);

        AssertRefused(Certificate(target), target, content, "should hold certificates");
    }

    [Fact]
    public void A_file_of_root_that_ssl_key_file_names()
    {
        string target = _account.RootsFile("other.crt", HostileAccount.Certificate);
        var edit = new FileEdit(target, Encoding.ASCII.GetBytes(HostileAccount.Key))
        {
            MayReplace = true, Kind = FileKind.PrivateKey, Protection = FileProtection.PrivateKey(),
        };

        AssertRefused(edit, target, HostileAccount.Certificate, "should hold a private key");
    }

    [Theory]
    [InlineData(HostileAccount.Shadow)]
    [InlineData(HostileAccount.Certificate)]
    [InlineData("")]
    public async Task A_file_of_root_that_a_link_in_the_data_directory_leads_to(string content)
    {
        string target = _account.RootsFile("target", content);
        string link = await _account.LinkAsync("data/server.crt", target);

        AssertRefused(Certificate(link), target, content, $"the link {link} belongs to");
    }

    [Fact]
    public async Task A_file_of_root_behind_a_link_to_its_directory()
    {
        string target = _account.RootsFile("server.crt", HostileAccount.Certificate);
        await _account.LinkAsync("data/certs", _account.Root);

        AssertRefused(Certificate(_account.At("data/certs/server.crt")), target, HostileAccount.Certificate, "belongs to");
    }

    [Fact]
    public async Task A_file_of_root_behind_a_link_of_root_to_a_link_of_the_account()
    {
        string target = _account.RootsFile("server.crt", HostileAccount.Certificate);
        await _account.LinkAsync("data/current.crt", target);
        Links.ToFile(_account.At("server.crt"), _account.At("data/current.crt"));

        AssertRefused(Certificate(_account.At("server.crt")), target, HostileAccount.Certificate, "belongs to");
    }

    [Fact]
    public async Task A_new_file_in_a_directory_of_root()
    {
        string link = await _account.LinkAsync("data/server.crt", _account.At("root/cron"));

        Assert.Equal(PgSslError.UnexpectedFile, Assert.Throws<PgSslException>(() => Apply(Certificate(link))).Error);
        Assert.Empty(Directory.GetFileSystemEntries(_account.Root));
    }

    [Fact]
    public async Task A_pipe_in_place_of_the_certificate()
    {
        string pipe = await _account.PipeAsync("data/server.crt");

        Task<PgSslException> refusal = Task.Run(() => Assert.Throws<PgSslException>(() => Apply(Certificate(pipe))));

        Assert.Contains("a named pipe", (await refusal.WaitAsync(TimeSpan.FromSeconds(5))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/dev/zero", "a device")]
    [InlineData("/dev", "a directory")]
    public async Task A_device_or_a_directory_in_place_of_the_certificate(string target, string what)
    {
        string link = await _account.LinkAsync("data/server.crt", target);

        var refusal = Assert.Throws<PgSslException>(() => Apply(Certificate(link)));

        Assert.Equal(PgSslError.UnexpectedFile, refusal.Error);
        Assert.Contains(what, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(target, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_directory_is_exchanged_for_a_link_while_root_writes()
    {
        string target = _account.RootsFile("server.crt", HostileAccount.Certificate);
        Directory.CreateDirectory(_account.At("data/certs"));
        PgSsl.Sandbox.ServerAccount.Own(_account.At("data/certs"));
        string path = _account.At("data/certs/server.crt");
        await File.WriteAllTextAsync(path, HostileAccount.Certificate, TestContext.Current.CancellationToken);
        var counted = new Testing.FaultyFiles();
        FileTransaction.Apply([Certificate(path)], Now, counted);
        int refused = 0, exchanged = 0;
        for (int step = 1; step < counted.Steps; step++)
        {
            int left = step;
            var files = Testing.FaultyFiles.FailingAt(int.MaxValue, () =>
            {
                if (left-- != 0)
                    return;
                Directory.Move(_account.At("data/certs"), _account.At("data/aside"));
                HostileAccount.RunAsync("ln", "-s", _account.Root, _account.At("data/certs")).GetAwaiter().GetResult();
                exchanged++;
            });
            try
            {
                FileTransaction.Apply([Certificate(path)], Now, files);
            }
            catch (PgSslException)
            {
                refused++;
            }
            Assert.Equal(HostileAccount.Certificate, await File.ReadAllTextAsync(target, TestContext.Current.CancellationToken));
            Assert.Equal((0u, UnixModes.Private), (UnixStatus.Of(target).Owner.UserId, UnixStatus.Of(target).Mode));
            Assert.Equal(["server.crt"], Directory.GetFiles(_account.Root).Select(Path.GetFileName));
            if (!Directory.Exists(_account.At("data/aside")))
                continue;
            File.Delete(_account.At("data/certs"));
            Directory.Move(_account.At("data/aside"), _account.At("data/certs"));
        }
        Assert.True(refused > 0 && exchanged > refused, $"{refused} of {exchanged}");
    }

    /// <summary>A change is undone, and its backups are deleted: not root's file with the name of one.</summary>
    [Fact]
    public async Task The_directory_is_exchanged_for_a_link_while_root_undoes_a_change()
    {
        Directory.CreateDirectory(_account.At("data/certs"));
        PgSsl.Sandbox.ServerAccount.Own(_account.At("data/certs"));
        string path = _account.At("data/certs/server.crt");
        int exchanged = 0;
        // Until a step comes after the last one.
        for (int step = 1; exchanged == step - 1; step++)
        {
            await File.WriteAllTextAsync(path, HostileAccount.Certificate, TestContext.Current.CancellationToken);
            int left = int.MaxValue;
            var files = Testing.FaultyFiles.FailingAt(int.MaxValue, () =>
            {
                if (left-- != 0)
                    return;
                Directory.Move(_account.At("data/certs"), _account.At("data/aside"));
                HostileAccount.RunAsync("ln", "-s", _account.Root, _account.At("data/certs")).GetAwaiter().GetResult();
                exchanged++;
            });
            FileEdit edit = Certificate(path) with { Expected = Encoding.ASCII.GetBytes(HostileAccount.Certificate) };
            var change = new PgSsl.Changes.ReversibleFiles([edit], Now, files);
            string backup = Path.GetFileName(Assert.Single(change.Write().Backups));
            string victim = _account.RootsFile(backup, "root's");
            left = step - 1;
            try
            {
                change.PutBack();
            }
            catch (PgSslException refused)
            {
                Assert.Equal(PgSslError.FileNotRestored, refused.Error);
            }
            Assert.Equal("root's", await File.ReadAllTextAsync(victim, TestContext.Current.CancellationToken));
            if (Directory.Exists(_account.At("data/aside")))
            {
                File.Delete(_account.At("data/certs"));
                Directory.Move(_account.At("data/aside"), _account.At("data/certs"));
            }
            foreach (string remains in Directory.GetFiles(_account.At("data/certs")))
                File.Delete(remains);
            File.Delete(victim);
        }
        Assert.True(exchanged > 5, $"{exchanged}");
    }

    [Fact]
    public async Task Links_that_give_nobody_more_are_followed()
    {
        string roots = _account.RootsFile("server.crt", HostileAccount.Certificate);
        Links.ToFile(_account.At("data/server.crt"), roots);
        string own = _account.OwnFile("real.key", HostileAccount.Key);
        string link = await _account.LinkAsync("data/server.key", own);

        Apply(Certificate(_account.At("data/server.crt")));
        Apply(new FileEdit(link, Encoding.ASCII.GetBytes(HostileAccount.Key + "\n")) { MayReplace = true, Kind = FileKind.PrivateKey });

        Assert.Equal("new\n" + HostileAccount.Certificate, await File.ReadAllTextAsync(roots, TestContext.Current.CancellationToken));
        Assert.Equal(HostileAccount.Key + "\n", await File.ReadAllTextAsync(own, TestContext.Current.CancellationToken));
        Assert.NotNull(new FileInfo(link).LinkTarget);
    }

    private static FileEdit Certificate(string path) => new(path, Encoding.ASCII.GetBytes("new\n" + HostileAccount.Certificate))
    {
        MayReplace = true, MayWriteInPlace = true, Kind = FileKind.Certificate,
    };

    private static void Apply(FileEdit edit) => FileTransaction.Apply([edit], Now);

    private void AssertRefused(FileEdit edit, string target, string content, string because)
    {
        UnixStatus before = UnixStatus.Of(target);
        string[] files = Directory.GetFileSystemEntries(_account.At("."), "*", SearchOption.AllDirectories);

        var planned = Assert.Throws<PgSslException>(() => FileTransaction.Look([edit]));
        var refusal = Assert.Throws<PgSslException>(() => Apply(edit));

        Assert.Equal((PgSslError.UnexpectedFile, refusal.Message), (planned.Error, planned.Message));
        Assert.Contains(because, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(target, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hash", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(content, File.ReadAllText(target, Encoding.Latin1));
        Assert.Equal(before, UnixStatus.Of(target));
        Assert.Equal(files, Directory.GetFileSystemEntries(_account.At("."), "*", SearchOption.AllDirectories));
    }
}
