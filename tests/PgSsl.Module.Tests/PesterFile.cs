using System.Text.Json;
using PgSsl.Sandbox;

namespace PgSsl.Tests;

/// <summary>A file of tests/Pester, run in a PowerShell that imports the module just built.</summary>
internal sealed class PesterFile
{
    private const string Extension = ".Tests.ps1";

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

        try
        {
            string json = await PesterRunner.RunAsync(Path.Combine(Repository.Pester, _name + Extension), sandbox.Value);
            return JsonSerializer.Deserialize<PesterResult[]>(json) is { Length: > 0 } results
                ? results
                : [PesterResult.Failed(_name, "The file has no tests.")];
        }
        catch (SandboxException e)
        {
            return [PesterResult.Failed(_name, e.Message)];
        }
    }
}
