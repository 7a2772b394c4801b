using System.Diagnostics;
using System.Text;

namespace PgSsl.Sandbox;

/// <summary>Runs a program to its end, and never waits longer than told.</summary>
public static class ProcessRunner
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(2);

    // A daemon that the program left behind may hold its pipes open for ever; its output is not the program's.
    private static readonly TimeSpan PipeGrace = TimeSpan.FromSeconds(2);

    /// <summary>Starts <paramref name="file"/>, feeds it <paramref name="standardInput"/>, and collects what it writes.</summary>
    /// <param name="file">A path, or a name to find on PATH.</param>
    /// <param name="arguments">The arguments, unquoted.</param>
    /// <param name="standardInput">Text for its standard input; null for an empty one.</param>
    /// <param name="environment">Variables to set, or with a null value to remove, in the inherited environment.</param>
    /// <param name="timeout">When to kill it and all its children; two minutes by default.</param>
    /// <param name="workingDirectory">Where to start it; the root directory or system directory by default, which every account
    /// may enter.</param>
    /// <exception cref="TimeoutException">It did not end in time. It has been killed.</exception>
    /// <exception cref="SandboxException">It could not be started.</exception>
    public static async Task<ProcessResult> RunAsync(
        string file,
        IEnumerable<string> arguments,
        string? standardInput = null,
        IReadOnlyDictionary<string, string?>? environment = null,
        TimeSpan? timeout = null,
        string? workingDirectory = null)
    {
        using Process process = Start(StartInfo(file, arguments, environment, workingDirectory));
        Task<string> output = ReadAsync(process.StandardOutput);
        Task<string> error = ReadAsync(process.StandardError);
        _ = FeedAsync(process, standardInput);

        using var deadline = new CancellationTokenSource(timeout ?? DefaultTimeout);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{file} did not end within {timeout ?? DefaultTimeout} and was killed.");
        }
        return new ProcessResult(process.ExitCode, await WithinGraceAsync(output), await WithinGraceAsync(error));
    }

    /// <summary>True where a program of this name can be started.</summary>
    public static bool IsOnPath(string name)
    {
        string file = OperatingSystem.IsWindows() ? name + ".exe" : name;
        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Any(directory => File.Exists(Path.Combine(directory, file)));
    }

    internal static ProcessStartInfo StartInfo(
        string file,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string?>? environment,
        string? workingDirectory = null)
    {
        var start = new ProcessStartInfo(file)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
            WorkingDirectory = workingDirectory ?? Path.GetPathRoot(Environment.SystemDirectory) ?? "/",
        };
        if (start.WorkingDirectory.Length == 0)
            start.WorkingDirectory = "/";
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        foreach ((string name, string? value) in environment ?? new Dictionary<string, string?>())
        {
            if (value is null)
                start.Environment.Remove(name);
            else
                start.Environment[name] = value;
        }
        return start;
    }

    internal static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new SandboxException($"{start.FileName} could not be started: {e.Message}", e);
        }
    }

    private static async Task FeedAsync(Process process, string? text)
    {
        try
        {
            await process.StandardInput.WriteAsync(text);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The program ended, or closed its input, without reading all of it; its exit status tells.
        }
    }

    private static Task<string> ReadAsync(StreamReader reader) => Task.Run(() => reader.ReadToEndAsync());

    private static async Task<string> WithinGraceAsync(Task<string> text) =>
        await Task.WhenAny(text, Task.Delay(PipeGrace)) == text ? await text : "";
}
