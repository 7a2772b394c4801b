using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using PgSsl.Files;
using PgSsl.Poolers;
using PgSsl.Sandbox;
using PgSsl.Tests.Certificates;

namespace PgSsl.Tests.Attacks;

/// <summary>
/// Whoever can write PgBouncer's pidfile wants root to signal another process; or a local user wants PgBouncer's key, by a process that is taken
/// for PgBouncer.
/// </summary>
[UnsupportedOSPlatform("windows")]
public sealed class PidfileTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task PgBouncer_itself_is_found_and_its_account()
    {
        await using PgBouncer bouncer = await StartAsync();
        PgBouncerSignal signal = PgBouncerSignal.Find(PgBouncerIni.Read(bouncer.IniPath));
        Assert.Equal(ServerAccount.Current!.UserId, signal.Account!.UserId);
        await signal.ReloadAsync(Token);
    }

    /// <summary>With a file of root, too: nobody but the account can write the pidfile where it is.</summary>
    [Fact]
    public async Task PgBouncer_is_found_if_its_file_is_root_s()
    {
        await using PgBouncer bouncer = await StartAsync();
        await RootOwnsAsync(bouncer);
        Assert.Equal(ServerAccount.Current!.UserId, PgBouncerAccount.Of(PgBouncerIni.Read(bouncer.IniPath))?.UserId);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("own")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("99999999999")]
    [InlineData("")]
    public async Task A_process_of_root(string content)
    {
        await using PgBouncer bouncer = await StartAsync();
        string text = content == "own" ? Environment.ProcessId.ToString(CultureInfo.InvariantCulture) : content;
        AssertRefused(bouncer, text, "names");
    }

    [Fact]
    public async Task Another_PgBouncer_of_the_same_account()
    {
        await using PgBouncer bouncer = await StartAsync(), other = await StartAsync();
        AssertRefused(bouncer, await File.ReadAllTextAsync(PidfileOf(other), Token), "another file");
    }

    [Fact]
    public async Task Another_program_that_has_the_file_as_an_argument()
    {
        await using PgBouncer bouncer = await StartAsync();
        (string file, IReadOnlyList<string> arguments) = ServerAccount.Wrap("tail", ["-f", bouncer.IniPath]);
        using Process other = Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true })!;
        try
        {
            while ((await File.ReadAllTextAsync($"/proc/{other.Id}/comm", Token)).Trim() != "tail")
                await Task.Delay(10, Token);
            AssertRefused(bouncer, $"{other.Id}\n", "another program");
        }
        finally
        {
            other.Kill();
        }
    }

    [Fact]
    public async Task A_PgBouncer_of_another_account_than_the_one_that_the_file_names()
    {
        await using PgBouncer bouncer = await StartAsync();
        await File.AppendAllTextAsync(bouncer.IniPath, "user = nobody\n", Token);
        AssertRefused(bouncer, null, "and not as nobody");
        Assert.Equal(UnixAccount.Find("nobody")!.UserId, PgBouncerAccount.Of(PgBouncerIni.Read(bouncer.IniPath))?.UserId);
    }

    /// <summary>Everybody can read root's file, start PgBouncer with it, and write a pidfile in /tmp.</summary>
    [Fact]
    public async Task A_PgBouncer_of_a_stranger_with_a_pidfile_where_everybody_can_write()
    {
        string open = Path.Combine(_directory.Path, "open");
        Directory.CreateDirectory(open);
        File.SetUnixFileMode(open, UnixModes.AllPermissions | UnixFileMode.StickyBit);
        File.SetUnixFileMode(_directory.Path, UnixModes.PrivateDirectory | UnixFileMode.OtherExecute);
        await using PgBouncer bouncer = await StartAsync(new() { ["pidfile"] = Path.Combine(open, "pgbouncer.pid") });
        await RootOwnsAsync(bouncer);
        AssertRefused(bouncer, null, "neither \"user\" nor the owner");
        Assert.Null(PgBouncerAccount.Of(PgBouncerIni.Read(bouncer.IniPath)));
    }

    /// <summary>The pidfile is missing in /tmp, and a local user makes a link there to a directory where nobody else can write.</summary>
    [Theory]
    [InlineData("pgbouncer.pid", "pgbouncer.pid")]
    [InlineData("run", "run/pgbouncer.pid")]
    public async Task A_PgBouncer_of_a_stranger_behind_a_link(string link, string pidfile)
    {
        string open = Path.Combine(_directory.Path, "open");
        Directory.CreateDirectory(open);
        File.SetUnixFileMode(open, UnixModes.AllPermissions | UnixFileMode.StickyBit);
        File.SetUnixFileMode(_directory.Path, UnixModes.PrivateDirectory | UnixFileMode.OtherExecute);
        await using PgBouncer bouncer = await StartAsync();
        string own = PidfileOf(bouncer), target = link == pidfile ? own : Path.GetDirectoryName(own)!;
        Assert.Equal(0, (await ServerAccount.RunAsync("ln", ["-s", target, Path.Combine(open, link)])).ExitCode);
        await File.AppendAllTextAsync(bouncer.IniPath, $"pidfile = {Path.Combine(open, pidfile)}\n", Token);
        await RootOwnsAsync(bouncer);
        AssertRefused(bouncer, null, "neither \"user\" nor the owner");
        Assert.Null(PgBouncerAccount.Of(PgBouncerIni.Read(bouncer.IniPath)));
    }

    [Fact]
    public async Task A_wait_at_a_pipe()
    {
        await using PgBouncer bouncer = await StartAsync();
        File.Delete(PidfileOf(bouncer));
        await ServerAccount.RunAsync("mkfifo", [PidfileOf(bouncer)]);
        PgBouncerIni ini = PgBouncerIni.Read(bouncer.IniPath);
        var refusal = await Task.Run(() => Assert.Throws<PgSslException>(() => PgBouncerSignal.Find(ini)), Token)
            .WaitAsync(TimeSpan.FromSeconds(5), Token);
        Assert.Equal(PgSslError.FileUnreadable, refusal.Error);
    }

    /// <summary>Our own directory has nothing to do with PgBouncer's.</summary>
    [Fact]
    public async Task A_pidfile_in_the_directory_where_root_happens_to_be()
    {
        await using PgBouncer bouncer = await StartAsync();
        await File.AppendAllTextAsync(bouncer.IniPath, "pidfile = pgbouncer.pid\n", Token);
        var refusal = Assert.Throws<PgSslException>(() => PgBouncerSignal.Find(PgBouncerIni.Read(bouncer.IniPath)));
        Assert.Equal(PgSslError.UnsupportedParameter, refusal.Error);
    }

    /// <summary>Between the plan and the signal the pidfile gets another number.</summary>
    [Fact]
    public async Task A_signal_after_the_plan()
    {
        await using PgBouncer bouncer = await StartAsync();
        PgBouncerSignal signal = PgBouncerSignal.Find(PgBouncerIni.Read(bouncer.IniPath));
        await File.WriteAllTextAsync(PidfileOf(bouncer), $"{Environment.ProcessId}\n", Token);
        Assert.Equal(PgSslError.ServerNotReady, (await Assert.ThrowsAsync<PgSslException>(() => signal.ReloadAsync(Token))).Error);
    }

    private static async Task<PgBouncer> StartAsync(Dictionary<string, string>? settings = null)
    {
        Assert.SkipWhen(ServerAccount.Current is null, "Only root can be attacked by another account.");
        PgBouncer.Find().OrSkip(Assert.Skip);
        PostgresCluster cluster = (await ClusterPool.GetAsync(15, "behind poolers")).OrSkip(Assert.Skip);
        return await PgBouncer.StartAsync(cluster, null, settings: settings);
    }

    private static string PidfileOf(PgBouncer bouncer) => PgBouncerIni.Read(bouncer.IniPath)["pidfile"]!;

    private static async Task RootOwnsAsync(PgBouncer bouncer)
    {
        ProcessResult result = await ProcessRunner.RunAsync("chown", ["0:0", bouncer.IniPath]);
        Assert.True(result.ExitCode == 0, result.ToString());
    }

    private static void AssertRefused(PgBouncer bouncer, string? pidfile, string because)
    {
        PgBouncerIni ini = PgBouncerIni.Read(bouncer.IniPath);
        if (pidfile is not null)
            File.WriteAllText(PidfileOf(bouncer), pidfile);
        var refusal = Assert.Throws<PgSslException>(() => PgBouncerSignal.Find(ini));
        Assert.Equal(PgSslError.ServerNotReady, refusal.Error);
        Assert.Contains(because, refusal.Message);
    }
}
