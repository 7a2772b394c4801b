using System.Diagnostics;

namespace PgSsl.Sandbox.Playground;

/// <summary>The pwsh of this machine.</summary>
internal sealed record PowerShellProgram(string FilePath)
{
    private static readonly string Walkthrough = Path.Combine(AppContext.BaseDirectory, "Playground", "Walkthrough.ps1");

    /// <summary>It, or null where there is none.</summary>
    public static PowerShellProgram? Find() => PowerShellPath.Find().Value is { } path ? new PowerShellProgram(path) : null;

    /// <summary>Runs the walk-through to its end.</summary>
    /// <returns>Its exit status.</returns>
    public Task<int> WalkThroughAsync(string sessionScript, CancellationToken cancellationToken) =>
        RunAsync(["-NonInteractive", "-File", Walkthrough, "-Session", sessionScript], hasInput: false, cancellationToken);

    /// <summary>Runs the walk-through and hands its session to the user, until they leave it.</summary>
    public Task StayAsync(string sessionScript, CancellationToken cancellationToken) =>
        RunAsync(["-NoExit", "-File", Walkthrough, "-Session", sessionScript, "-Stay"], hasInput: true, cancellationToken);

    private async Task<int> RunAsync(string[] arguments, bool hasInput, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(FilePath) { UseShellExecute = false, RedirectStandardInput = !hasInput };
        foreach (string argument in (string[])["-NoLogo", "-NoProfile", .. arguments])
            start.ArgumentList.Add(argument);
        // pwsh colours what it writes into a file or pipe of the shell's, too.
        if (Console.IsOutputRedirected)
            start.Environment["NO_COLOR"] = "1";
        using Process process = ProcessRunner.Start(start);
        if (!hasInput)
            process.StandardInput.Close();
        await process.WaitOrKillAsync(cancellationToken);
        return process.ExitCode;
    }
}
