using System.Diagnostics;

namespace PgSsl.Sandbox;

/// <summary>
/// Windows: the server is our child, killed with its children at the end of this process. Written after the documentation, not
/// run.
/// </summary>
internal sealed class WindowsServerGuard : ServerGuard
{
    private readonly string _directory;
    private readonly string _file;
    private readonly IReadOnlyList<string> _arguments;
    private Process? _server;
    private Task<int> _exited = Task.FromResult(0);

    public WindowsServerGuard(string directory, string file, IReadOnlyList<string> arguments)
    {
        (_directory, _file, _arguments) = (directory, file, arguments);
        AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
    }

    public override Task<int> Exited => _exited;

    public override Task StartAsync()
    {
        Process server = ProcessRunner.Start(ProcessRunner.StartInfo(_file, _arguments, CleanEnvironment.ForServers()));
        var file = new FileStream(LogPath(_directory), FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        var log = TextWriter.Synchronized(new StreamWriter(file) { AutoFlush = true });
        server.OutputDataReceived += (_, line) => log.WriteLine(line.Data);
        server.ErrorDataReceived += (_, line) => log.WriteLine(line.Data);
        server.BeginOutputReadLine();
        server.BeginErrorReadLine();
        (_server, ProcessId, _exited) = (server, server.Id, WaitAsync(server, log));
        return Task.CompletedTask;
    }

    public override async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
        Kill();
        await _exited;
        Directory.Delete(_directory, recursive: true);
    }

    private static async Task<int> WaitAsync(Process server, TextWriter log)
    {
        await server.WaitForExitAsync();
        await log.DisposeAsync();
        return server.ExitCode;
    }

    private void OnProcessExit(object? sender, EventArgs e) => Kill();

    private void Kill()
    {
        if (_server is { HasExited: false })
            _server.Kill(entireProcessTree: true);
    }
}
