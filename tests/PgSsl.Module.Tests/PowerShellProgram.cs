using PgSsl.Sandbox;

namespace PgSsl.Tests;

/// <summary>The pwsh that runs the Pester files.</summary>
internal sealed class PowerShellProgram
{
    private readonly string _path;

    private PowerShellProgram(string path) => _path = path;

    /// <summary>The machine's pwsh, or why there is none.</summary>
    public static Availability<PowerShellProgram> Find()
    {
        Availability<string> path = PowerShellPath.Find();
        return path.IsAvailable ? Availability.Of(new PowerShellProgram(path.Value)) : Availability.Missing<PowerShellProgram>(path.Reason);
    }

    /// <summary>Runs a script to its end, or to its timeout, without input, terminal or profile.</summary>
    public Task<ProcessResult> RunScriptAsync(
        string script, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?> environment, TimeSpan timeout) =>
        ProcessRunner.RunAsync(
            _path,
            ["-NoProfile", "-NonInteractive", "-File", script, .. arguments],
            environment: new Dictionary<string, string?>(environment)
            {
                ["POWERSHELL_TELEMETRY_OPTOUT"] = "1",
                ["POWERSHELL_UPDATECHECK"] = "Off",
                ["NO_COLOR"] = "1",
                ["PSModulePath"] = ModulePath(),
            },
            timeout: timeout);

    // PowerShell looks for the user's modules (Pester among them) below HOME, and the tests give it an empty one.
    private static string ModulePath()
    {
        string inherited = Environment.GetEnvironmentVariable("PSModulePath") ?? "";
        string data = Environment.GetEnvironmentVariable("XDG_DATA_HOME") is { Length: > 0 } named
            ? named
            : Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
        return string.Join(
            Path.PathSeparator,
            new[] { inherited, Path.Combine(data, "powershell", "Modules") }.Where(path => path.Length > 0));
    }
}
