using System.ComponentModel;
using System.Diagnostics;
using PgSsl.Common;

namespace PgSsl.Hosting;

/// <summary>Runs a program that connects to a server of this module.</summary>
internal static class ProgramClient
{
    private const int MostShown = 20;

    /// <summary>Runs it to its end, or ends it with all that it has started.</summary>
    /// <param name="command">The program, and its arguments.</param>
    /// <param name="workingDirectory">Where it runs.</param>
    /// <param name="environment">What is set beside the environment of this process.</param>
    /// <param name="timeout">How long it may take.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    /// <returns>What it wrote, in lines.</returns>
    /// <exception cref="PgSslException"><see cref="PgSslError.FileNotFound"/>: it cannot be started.</exception>
    public static async Task<IReadOnlyList<string>> RunAsync(
        string[] command,
        string workingDirectory,
        IReadOnlyDictionary<string, string> environment,
        TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
            WorkingDirectory = workingDirectory,
        };
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        using Process process = Start(start, command[0]);
        var lines = new List<string>();
        process.OutputDataReceived += (_, data) => Keep(data.Data);
        process.ErrorDataReceived += (_, data) => Keep(data.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        // It has nobody to ask.
        process.StandardInput.Close();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(timeout);
        try
        {
            await process.WaitForExitAsync(deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            cancellationToken.ThrowIfCancellationRequested();
            Keep($"{command[0]} did not end in time, and was ended.");
        }
        lock (lines)
            return [.. lines];

        void Keep(string? line)
        {
            lock (lines)
            {
                if (!string.IsNullOrEmpty(line) && lines.Count < MostShown)
                    lines.Add(line);
            }
        }
    }

    private static Process Start(ProcessStartInfo start, string name)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception exception)
        {
            throw new PgSslException(
                PgSslError.FileNotFound,
                $"The program \"{PrintableText.Of(name)}\" cannot be started: {exception.Message}",
                "Give -Command a program, and its arguments after it: -Command psql, '-c', 'select 1'.",
                exception);
        }
    }
}
