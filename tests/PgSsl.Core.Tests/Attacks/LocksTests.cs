using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using PgSsl.Files;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Attacks;

/// <summary>Somebody wants root's changes to wait for ever.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class LocksTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 30, 4, 5, 6, TimeSpan.Zero);

    private readonly HostileAccount _account = new();

    public void Dispose() => _account.Dispose();

    [Fact]
    public async Task A_lock_on_a_directory_that_everybody_can_read()
    {
        File.SetUnixFileMode(_account.Root, UnixModes.PrivateDirectory | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        string path = _account.RootsFile("pg_hba.conf", "local all all trust\n");

        await HoldAsync(_account.Root, () => AssertQuick(path));
    }

    [Fact]
    public async Task A_lock_on_a_file_that_everybody_can_read()
    {
        File.SetUnixFileMode(_account.Root, UnixModes.PrivateDirectory | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        string path = _account.RootsFile("pg_hba.conf", "local all all trust\n");
        File.SetUnixFileMode(path, UnixModes.ReadableByAll);

        await HoldAsync(path, () => AssertQuick(path));
    }

    [Fact]
    public void The_file_of_the_lock_can_be_opened_by_the_directorys_writers_only()
    {
        using (UnixLock.Take(_account.Root, TimeSpan.Zero))
            AssertLock(_account.Root, 0, UnixModes.Private);
        using (UnixLock.Take(_account.Data, TimeSpan.Zero))
            AssertLock(_account.Data, HostileAccount.UserId, UnixModes.Private);
        Assert.Empty(Directory.GetFiles(_account.Data));

        static void AssertLock(string directory, uint owner, UnixFileMode mode)
        {
            UnixStatus status = UnixStatus.Of(Path.Combine(directory, UnixLock.Name));
            Assert.Equal((owner, mode), (status.Owner.UserId, status.Mode));
        }
    }

    [Theory]
    [InlineData("root/secret")]
    [InlineData("root/new")]
    public async Task The_name_of_the_lock_is_a_link_to_a_file_of_root(string target)
    {
        string secret = _account.RootsFile("secret", HostileAccount.Shadow);
        await _account.LinkAsync($"data/{UnixLock.Name}", _account.At(target));

        UnixLock.Take(_account.Data, TimeSpan.Zero)?.Dispose();

        Assert.Equal((0u, UnixModes.Private), (UnixStatus.Of(secret).Owner.UserId, UnixStatus.Of(secret).Mode));
        Assert.Equal(["secret"], Directory.GetFiles(_account.Root).Select(Path.GetFileName));
    }

    [Fact]
    public void A_lock_file_that_a_killed_process_left_is_used_and_deleted()
    {
        _account.OwnFile(UnixLock.Name, "");

        UnixLock.Take(_account.Data, TimeSpan.Zero)!.Dispose();

        Assert.Empty(Directory.GetFiles(_account.Data));
    }

    [Fact]
    public async Task Many_changes_at_once_are_made_one_after_the_other()
    {
        int inside = 0, most = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < 25; i++)
            {
                using UnixLock held = UnixLock.Take(_account.Data, TimeSpan.FromSeconds(30))!;
                most = Math.Max(most, Interlocked.Increment(ref inside));
                Interlocked.Decrement(ref inside);
            }
        })));

        Assert.Equal(1, most);
    }

    private static void AssertQuick(string path)
    {
        long start = Stopwatch.GetTimestamp();
        FileTransaction.Apply(
            [new FileEdit(path, "local all all reject\n"u8.ToArray()) { MayReplace = true, MayWriteInPlace = true }], Now);
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(5));
    }

    /// <summary>While the account holds a lock.</summary>
    private async Task HoldAsync(string path, Action action)
    {
        string sign = _account.At("data/held");
        (string file, IReadOnlyList<string> arguments) = ServerAccount.Wrap("flock", ["-x", path, "sh", "-c", $"touch {sign}; exec sleep 60"]);
        using Process holder = Process.Start(new ProcessStartInfo(file, arguments))!;
        try
        {
            for (int i = 0; !File.Exists(sign); i++)
            {
                Assert.True(i < 500);
                await Task.Delay(20, TestContext.Current.CancellationToken);
            }
            action();
        }
        finally
        {
            holder.Kill(entireProcessTree: true);
        }
    }
}
