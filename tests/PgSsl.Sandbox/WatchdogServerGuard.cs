using System.Diagnostics;
using System.Globalization;

namespace PgSsl.Sandbox;

/// <summary>
/// A shell script between us and the server that waits on a pipe from us. When this process ends, even by SIGKILL, the kernel
/// closes the pipe, and the script stops the server and deletes its directory.
/// </summary>
internal sealed class WatchdogServerGuard : ServerGuard
{
    // $1 directory, $2 stop signal, the rest is the server's command line.
    // The traps keep a signal for the whole process group (Ctrl+C) from ending the script before the server.
    private const string Script = """
        directory=$1; signal=$2; shift 2
        trap '' INT TERM HUP
        while read -r command; do
            (
                trap - TERM HUP
                "$@" </dev/null >>"$directory/server.log" 2>&1 &
                echo $! >"$directory/server.pid"
                echo "started $!"
                wait $!
                status=$?
                rm -f "$directory/server.pid"
                echo "exited $status"
            ) &
        done
        [ -s "$directory/server.pid" ] && kill -s "$signal" "$(cat "$directory/server.pid")" 2>/dev/null
        wait
        rm -rf "$directory"
        """;

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(20);
    private static readonly string[] OwnSession = File.Exists("/usr/bin/setsid") ? ["/usr/bin/setsid"] : [];

    private readonly Process _watchdog;
    private readonly string _directory;
    private readonly Task _following;
    private bool _disposed;
    private TaskCompletionSource<int> _started = NewSource();
    private TaskCompletionSource<int> _exited = NewSource();

    public WatchdogServerGuard(string directory, string stopSignal, string file, IReadOnlyList<string> arguments)
    {
        _directory = directory;
        string[] command = [.. OwnSession, "/bin/sh", "-c", Script, "pgssl-watchdog", directory, stopSignal, file, .. arguments];
        _watchdog = ProcessRunner.Start(ProcessRunner.StartInfo(command[0], command[1..], CleanEnvironment.ForServers()));
        _following = FollowAsync();
    }

    public override Task<int> Exited => _exited.Task;

    public override async Task StartAsync()
    {
        _started = NewSource();
        _exited = NewSource();
        await _watchdog.StandardInput.WriteLineAsync("start");
        await _watchdog.StandardInput.FlushAsync();
        ProcessId = await _started.Task.WaitAsync(StartTimeout);
    }

    public override async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        _watchdog.StandardInput.Close();
        try
        {
            await _following.WaitAsync(StopTimeout);
            await _watchdog.WaitForExitAsync().WaitAsync(StopTimeout);
        }
        catch (TimeoutException)
        {
            _watchdog.Kill(entireProcessTree: true);
            Directory.Delete(_directory, recursive: true);
        }
        _watchdog.Dispose();
    }

    private async Task FollowAsync()
    {
        while (await _watchdog.StandardOutput.ReadLineAsync() is { } line)
        {
            string[] words = line.Split(' ');
            int number = int.Parse(words[1], CultureInfo.InvariantCulture);
            (words[0] == "started" ? _started : _exited).TrySetResult(number);
        }
    }

    private static TaskCompletionSource<int> NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
