using System.Diagnostics;
using System.Runtime.InteropServices;

namespace PgSsl.Sandbox;

/// <summary>
/// The PowerShell of tests and playground: the one that .config/dotnet-tools.json names, which comes with the restore of this project,
/// or the one that PGSSL_TEST_PWSH names. Whatever pwsh is on PATH does not matter.
/// </summary>
public sealed class PowerShellProgram
{
    /// <summary>Names another PowerShell: a program, or a pwsh.dll for <c>dotnet</c>.</summary>
    private const string PathVariable = "PGSSL_TEST_PWSH";

    // Where the .NET CLI tells its children which dotnet they belong to.
    private const string DotnetVariable = "DOTNET_HOST_PATH";

    /// <summary>The dotnet that runs this.</summary>
    internal static readonly string Dotnet = FindDotnet();

    private readonly string _path;

    private PowerShellProgram(string path) => _path = path;

    /// <summary>Finds it.</summary>
    /// <exception cref="SandboxException">It is not where it should be.</exception>
    public static PowerShellProgram Find()
    {
        if (Environment.GetEnvironmentVariable(PathVariable) is { Length: > 0 } named)
        {
            return File.Exists(named)
                ? new PowerShellProgram(Path.GetFullPath(named))
                : throw new SandboxException($"{PathVariable} names {named}, which does not exist.");
        }
        // tools/net10.0/any/unix/pwsh.dll, and another one for Windows beside it.
        string system = OperatingSystem.IsWindows() ? "win" : "unix";
        string? pinned = Directory.Exists(Repository.PowerShellPackage)
            ? Directory.GetFiles(Repository.PowerShellPackage, "pwsh.dll", SearchOption.AllDirectories)
                .FirstOrDefault(path => Path.GetFileName(Path.GetDirectoryName(path)) == system)
            : null;
        return pinned is null
            ? throw new SandboxException($"There is no pwsh.dll below {Repository.PowerShellPackage}: dotnet restore brings it.")
            : new PowerShellProgram(pinned);
    }

    /// <summary>Starts a script, without input, terminal or profile; what it writes is the caller's to read.</summary>
    public Process StartScript(string script, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?> environment)
    {
        (string file, IEnumerable<string> all) = Command(["-NonInteractive", "-File", script, .. arguments]);
        var variables = new Dictionary<string, string?>(Variables);
        foreach ((string name, string? value) in environment)
            variables[name] = value;
        variables["NO_COLOR"] = "1";
        Process process = ProcessRunner.Start(ProcessRunner.StartInfo(file, all, variables));
        process.StandardInput.Close();
        return process;
    }

    /// <summary>The line that starts it, for a configuration file that a shell reads. No path of the tests has a blank.</summary>
    internal string CommandLine(params string[] arguments)
    {
        (string file, IEnumerable<string> all) = Command(arguments);
        return string.Join(' ', all.Prepend(file));
    }

    /// <summary>Its environment, as NAME=VALUE, for OpenSSH's SetEnv.</summary>
    internal string EnvironmentLine => string.Join(' ', Variables.Select(variable => $"\"{variable.Key}={variable.Value}\""));

    /// <summary>Runs it to its end, with exactly these arguments.</summary>
    public Task<ProcessResult> RunAsync(
        IEnumerable<string> arguments, string input, IReadOnlyDictionary<string, string?> environment, string workingDirectory)
    {
        var variables = new Dictionary<string, string?>(Variables);
        foreach ((string name, string? value) in environment)
            variables[name] = value;
        (string file, IEnumerable<string> all) = Program(arguments);
        return ProcessRunner.RunAsync(file, all, input, variables, timeout: null, workingDirectory);
    }

    /// <summary>Starts it in this terminal; its input is the user's, or empty.</summary>
    internal Process Start(IEnumerable<string> arguments, bool hasInput)
    {
        (string file, IEnumerable<string> all) = Command(arguments);
        var start = new ProcessStartInfo(file, all) { UseShellExecute = false, RedirectStandardInput = !hasInput };
        foreach ((string name, string? value) in Variables)
            start.Environment[name] = value;
        // pwsh colours what it writes into a file or pipe of the shell's, too.
        if (Console.IsOutputRedirected)
            start.Environment["NO_COLOR"] = "1";
        Process process = ProcessRunner.Start(start);
        if (!hasInput)
            process.StandardInput.Close();
        return process;
    }

    // The first two are for tests/Pester/PowerShell.psm1, which starts further ones.
    private Dictionary<string, string?> Variables => new()
    {
        [PathVariable] = _path,
        [DotnetVariable] = Dotnet,
        // Start-Job runs the program beside pwsh.dll, which looks for .NET here.
        ["DOTNET_ROOT"] = Path.GetDirectoryName(Dotnet),
        // Code that counts its calls to be compiled better later does not live long enough: a fifth of the processor time.
        ["DOTNET_TieredPGO"] = "0",
        ["POWERSHELL_TELEMETRY_OPTOUT"] = "1",
        ["POWERSHELL_UPDATECHECK"] = "Off",
    };

    private (string File, IEnumerable<string> Arguments) Command(IEnumerable<string> arguments) => Program(["-NoLogo", "-NoProfile", .. arguments]);

    private (string File, IEnumerable<string> Arguments) Program(IEnumerable<string> arguments) =>
        Path.GetExtension(_path).Equals(".dll", StringComparison.OrdinalIgnoreCase) ? (Dotnet, [_path, .. arguments]) : (_path, arguments);

    // DIRECTORY/dotnet, where the runtime is in DIRECTORY/shared/Microsoft.NETCore.App/VERSION.
    private static string FindDotnet()
    {
        string root = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        return Path.Combine(root, OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet");
    }
}
