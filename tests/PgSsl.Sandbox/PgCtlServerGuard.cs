using System.Diagnostics;
using System.Globalization;

namespace PgSsl.Sandbox;

/// <summary>
/// Windows: pg_ctl runs PostgreSQL, because postgres.exe refuses an administrator, and pg_ctl leaves an administrator's rights behind (pg_ctl.c,
/// CreateRestrictedProcess). The server ends with this process, if that can still say so; else when its files are swept away.
/// </summary>
internal sealed class PgCtlServerGuard : ServerGuard
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly string _directory;
    private readonly string _dataDirectory;
    private readonly PostgresInstallation _installation;
    private Task<int> _exited = Task.FromResult(0);
    private bool _disposed;

    public PgCtlServerGuard(string directory, PostgresInstallation installation, string dataDirectory)
    {
        (_directory, _installation, _dataDirectory) = (directory, installation, dataDirectory);
        AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
    }

    /// <summary>Completes with 0 in any case: another process's exit status is not to be had everywhere.</summary>
    public override Task<int> Exited => _exited;

    public override async Task StartAsync()
    {
        string log = LogPath(_directory);
        // pg_ctl makes the log; the server's account has to be able to write it.
        if (!File.Exists(log))
            SandboxDirectory.WritePrivate(log, "");
        int status = await RunAsync("start", "-w", "-t", "60", "-l", log);
        if (status != 0 || ReadProcessId() is not { } processId || Find(processId) is not { } server)
        {
            _exited = Task.FromResult(status);
            return;
        }
        (ProcessId, _exited) = (processId, WaitAsync(server));
    }

    public override async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
        if (!_exited.IsCompleted)
            await RunAsync("stop", "-m", "immediate");
        await _exited.WaitAsync(Limit);
        Directory.Delete(_directory, recursive: true);
    }

    private static async Task<int> WaitAsync(Process server)
    {
        using (server)
            await server.WaitForExitAsync();
        return 0;
    }

    private void OnProcessExit(object? sender, EventArgs e)
    {
        if (!_exited.IsCompleted)
            RunAsync("stop", "-m", "immediate").Wait(Limit);
    }

    // Without pipes: the server would inherit them, and whoever reads to their end would wait for the server's.
    private async Task<int> RunAsync(params string[] arguments)
    {
        (string file, IReadOnlyList<string> all) = ServerAccount.Wrap(
            _installation.Program("pg_ctl"), [arguments[0], "-s", "-D", _dataDirectory, .. arguments[1..]]);
        ProcessStartInfo start = ProcessRunner.StartInfo(file, all, CleanEnvironment.ForServers());
        (start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError) = (false, false, false);
        (start.StandardOutputEncoding, start.StandardErrorEncoding) = (null, null);
        using Process process = ProcessRunner.Start(start);
        await process.WaitForExitAsync().WaitAsync(Limit);
        return process.ExitCode;
    }

    private int? ReadProcessId()
    {
        string path = Path.Combine(_dataDirectory, "postmaster.pid");
        return File.Exists(path) && int.TryParse(File.ReadLines(path).FirstOrDefault(), CultureInfo.InvariantCulture, out int processId)
            ? processId
            : null;
    }

    private static Process? Find(int processId)
    {
        try
        {
            return Process.GetProcessById(processId);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
