using System.Reflection;
using System.Text.Json;
using PgSsl.Sandbox;

namespace PgSsl.Tests;

/// <summary>A file of tests/Pester, run in a PowerShell of its own that imports the module just built.</summary>
internal sealed class PesterFile
{
    private const string Extension = ".Tests.ps1";
    private const int SideBySide = 2;
    private const int LongestExcerpt = 4000;

    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(15);
    private static readonly SemaphoreSlim Turns = new(SideBySide);

    // The build wrote into this assembly where the package was restored to.
    private static readonly string PesterManifest = typeof(PesterFile).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .First(attribute => attribute.Key == "PesterManifest").Value!;

    private readonly string _name;

    private PesterFile(string name) => _name = name;

    /// <summary>The file that a test class is named after; a dash is an underscore there.</summary>
    public static PesterFile Of(Type testClass) => new(testClass.Name.Replace('_', '-'));

    /// <summary>The names, without the extension, of all there are.</summary>
    public static IEnumerable<string> AllNames => Directory.GetFiles(Repository.Pester, "*" + Extension)
        .Select(path => Path.GetFileName(path)[..^Extension.Length]);

    /// <summary>The name without the extension.</summary>
    public override string ToString() => _name;

    /// <summary>Runs it to its end.</summary>
    /// <returns>A result per Pester test; a single one where there is no PostgreSQL, or where it did not come to its tests.</returns>
    public async Task<IReadOnlyList<PesterResult>> RunAsync()
    {
        Availability<PesterSandbox> sandbox = await PesterSandbox.GetAsync();
        if (!sandbox.IsAvailable)
            return [PesterResult.Skipped(_name, sandbox.Reason)];

        await Turns.WaitAsync();
        try
        {
            return await RunAsync(sandbox.Value);
        }
        finally
        {
            Turns.Release();
        }
    }

    private async Task<IReadOnlyList<PesterResult>> RunAsync(PesterSandbox sandbox)
    {
        string results = Path.Combine(sandbox.Directory, _name + ".json");
        string[] arguments =
        [
            "-Path", Path.Combine(Repository.Pester, _name + Extension),
            "-ResultPath", results,
            "-PesterManifest", PesterManifest,
        ];
        try
        {
            ProcessResult run = await PowerShellProgram.Find().RunScriptAsync(
                Path.Combine(Repository.Pester, "Invoke-PesterFile.ps1"), arguments, sandbox.Environment, Timeout);
            return File.Exists(results)
                ? Read(await File.ReadAllTextAsync(results))
                : [PesterResult.Failed(_name, $"PowerShell ended with {run.ExitCode} and without results:\n{Excerpt(run)}")];
        }
        catch (Exception e) when (e is TimeoutException or SandboxException)
        {
            return [PesterResult.Failed(_name, e.Message)];
        }
    }

    private PesterResult[] Read(string json) => JsonSerializer.Deserialize<PesterResult[]>(json) is { Length: > 0 } results
        ? results
        : [PesterResult.Failed(_name, "The file has no tests.")];

    private static string Excerpt(ProcessResult run)
    {
        string text = (run.StandardError + run.StandardOutput).Trim();
        return text[Math.Max(0, text.Length - LongestExcerpt)..];
    }
}
