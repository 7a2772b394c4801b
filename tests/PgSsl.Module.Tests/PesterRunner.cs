using System.Collections.Concurrent;
using System.Diagnostics;
using System.IO.Pipes;
using System.Reflection;
using System.Text;
using PgSsl.Sandbox;

namespace PgSsl.Tests;

/// <summary>
/// A PowerShell that runs one Pester file after the other (tests/Pester/Start-PesterRunner.ps1): until a new one has compiled itself and
/// Pester, it takes as much of the processor as most of the files.
/// </summary>
internal sealed class PesterRunner : IDisposable
{
    private const int SideBySide = 2;
    private const int LongestExcerpt = 4000;

    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(2);
    private static readonly SemaphoreSlim Turns = new(SideBySide);
    private static readonly ConcurrentBag<PesterRunner> Idle = [];

    // The build wrote into this assembly where the package was restored to.
    private static readonly string PesterManifest = typeof(PesterRunner).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .First(attribute => attribute.Key == "PesterManifest").Value!;

    private readonly string _pipeName = $"PgSsl-{Guid.NewGuid():N}";
    private readonly NamedPipeServerStream _pipe;
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StreamReader _answers;
    private readonly StreamWriter _requests;

    private PesterRunner(PesterSandbox sandbox)
    {
        _pipe = new NamedPipeServerStream(
            _pipeName, PipeDirection.InOut, 1, PipeTransmissionMode.Byte, PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly);
        _answers = new StreamReader(_pipe);
        _requests = new StreamWriter(_pipe);
        _process = PowerShellProgram.Find().StartScript(
            Path.Combine(Repository.Pester, "Start-PesterRunner.ps1"),
            ["-PipeName", _pipeName, "-PesterManifest", PesterManifest],
            sandbox.Environment);
        _process.OutputDataReceived += Keep;
        _process.ErrorDataReceived += Keep;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Has an idle one run a file to its end, or a new one.</summary>
    /// <returns>The results as JSON.</returns>
    /// <exception cref="SandboxException">It did not end in time, or ended without results.</exception>
    public static async Task<string> RunAsync(string path, PesterSandbox sandbox)
    {
        await Turns.WaitAsync();
        try
        {
            if (!Idle.TryTake(out PesterRunner? runner))
                runner = new PesterRunner(sandbox);
            string results = await runner.RunAsync(path);
            // It ends when this process does: its end of the pipe closes.
            Idle.Add(runner);
            return results;
        }
        finally
        {
            Turns.Release();
        }
    }

    private async Task<string> RunAsync(string path)
    {
        try
        {
            if (!_pipe.IsConnected)
                await _pipe.WaitForConnectionAsync().WaitAsync(StartTimeout);
            await _requests.WriteLineAsync(path);
            await _requests.FlushAsync();
            return await _answers.ReadLineAsync().WaitAsync(Timeout) ?? throw new EndOfStreamException("PowerShell ended before its results.");
        }
        catch (Exception e) when (e is IOException or TimeoutException)
        {
            _process.Kill(entireProcessTree: true);
            Dispose();
            throw new SandboxException($"{e.Message}\n{Excerpt()}", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _pipe.Dispose();
        _answers.Dispose();
        _requests.Dispose();
        _process.Dispose();
    }

    private void Keep(object sender, DataReceivedEventArgs received)
    {
        lock (_output)
            _output.AppendLine(received.Data);
    }

    private string Excerpt()
    {
        lock (_output)
            return _output.ToString(Math.Max(0, _output.Length - LongestExcerpt), Math.Min(_output.Length, LongestExcerpt)).Trim();
    }
}
