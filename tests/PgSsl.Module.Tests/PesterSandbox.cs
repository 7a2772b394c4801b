using PgSsl.Sandbox;

namespace PgSsl.Tests;

/// <summary>
/// The servers that all Pester files share. PowerShell learns of them from a JSON file (<see cref="PesterDescription"/>), whose path is in
/// PGSSL_TEST_SANDBOX; tests/Pester/Sandbox.psm1 reads it.
/// </summary>
internal sealed class PesterSandbox
{
    private const string PathVariable = "PGSSL_TEST_SANDBOX";

    private static readonly Lazy<Task<Availability<PesterSandbox>>> Shared = new(StartAsync);

    private PesterSandbox(string directory)
    {
        Directory = directory;
        Environment = new Dictionary<string, string?>(CleanEnvironment.ForClients(Subdirectory("home")))
        {
            [PathVariable] = DescriptionPath,
            ["PSModulePath"] = ModulePath(),
        };
    }

    /// <summary>A directory for what comes and goes with this run.</summary>
    public string Directory { get; }

    /// <summary>
    /// What PowerShell is started with: the servers, an empty home, and nothing of the developer's own PostgreSQL set-up.
    /// </summary>
    public IReadOnlyDictionary<string, string?> Environment { get; }

    private string DescriptionPath => Path.Combine(Directory, "sandbox.json");

    /// <summary>Starts the servers for the first who asks; all end with this process.</summary>
    public static Task<Availability<PesterSandbox>> GetAsync() => Shared.Value;

    private static async Task<Availability<PesterSandbox>> StartAsync()
    {
        var sandbox = new PesterSandbox(SandboxDirectory.Create());
        AppDomain.CurrentDomain.ProcessExit += (_, _) => sandbox.Delete();
        Availability<PesterDescription> description = await PesterServers.StartAsync(sandbox.Write);
        if (!description.IsAvailable)
            return Availability.Missing<PesterSandbox>(description.Reason);
        await File.WriteAllTextAsync(sandbox.DescriptionPath, description.Value.ToJson());
        return Availability.Of(sandbox);
    }

    // PowerShell looks for the user's modules (PSScriptAnalyzer and PlatyPS) below HOME, and the tests give it an empty one.
    private static string ModulePath()
    {
        string inherited = System.Environment.GetEnvironmentVariable("PSModulePath") ?? "";
        string data = System.Environment.GetEnvironmentVariable("XDG_DATA_HOME") is { Length: > 0 } named
            ? named
            : System.Environment.GetFolderPath(System.Environment.SpecialFolder.LocalApplicationData);
        return string.Join(
            Path.PathSeparator,
            new[] { inherited, Path.Combine(data, "powershell", "Modules") }.Where(path => path.Length > 0));
    }

    private void Delete()
    {
        try
        {
            System.IO.Directory.Delete(Directory, recursive: true);
        }
        catch (IOException)
        {
            // A PowerShell that was killed may hold a file yet; the next run sweeps.
        }
    }

    private string Subdirectory(string name) => System.IO.Directory.CreateDirectory(Path.Combine(Directory, name)).FullName;

    // libpq refuses a private key that others may read.
    private string Write(string name, string text)
    {
        string path = Path.Combine(Directory, name);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var writer = new StreamWriter(path, options);
        writer.Write(text);
        return path;
    }
}
