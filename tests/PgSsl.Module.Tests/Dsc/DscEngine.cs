using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Dsc;

/// <summary>
/// Does with a resource what the sources of the engine of DSC v3 say (PowerShell/DSC, lib/dsc-lib/src/dscresources/command_resource.rs): runs it in
/// the folder of its manifest with the properties on standard input, validates what goes in and what comes out, reads states and differences line by
/// line and messages from standard error, and turns an exit code into an error. The engine itself is not to be had here.
/// </summary>
internal sealed class DscEngine
{
    private readonly PowerShellProgram _pwsh = PowerShellProgram.Find();
    private readonly string _directory = Path.GetDirectoryName(Repository.ManifestPath)!;
    private readonly IReadOnlyDictionary<string, string?> _environment;
    private readonly Dictionary<string, DscManifest> _manifests;
    private readonly Dictionary<string, JsonSchema> _schemas;

    public DscEngine(string home)
    {
        // PGSSL_TEST_MODULE names the packaged module, as for the Pester files.
        if (Environment.GetEnvironmentVariable("PGSSL_TEST_MODULE") is { Length: > 0 } module)
            _directory = module;
        _environment = CleanEnvironment.ForClients(home);
        _manifests = DscManifest.ReadList(File.ReadAllText(Path.Combine(_directory, "PgSsl.dsc.manifests.json")))
            .ToDictionary(manifest => manifest.Type, StringComparer.OrdinalIgnoreCase);
        _schemas = _manifests.ToDictionary(
            pair => pair.Key, pair => JsonSchema.FromText(pair.Value.Instance.Embedded.ToJsonString()), StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>What resources said: level and text.</summary>
    public List<(string Level, string Text)> Traces { get; } = [];

    public IEnumerable<DscManifest> Manifests => _manifests.Values;

    /// <summary>invoke_get.</summary>
    public async Task<JsonObject> GetAsync(string type, JsonObject properties)
    {
        Validate(type, properties);
        return Validate(type, (await RunAsync(type, _manifests[type].Get, properties, isWhatIf: false)).Trim());
    }

    /// <summary>invoke_test.</summary>
    public async Task<DscComparison> TestAsync(string type, JsonObject properties)
    {
        Validate(type, properties);
        DscComparison compared = ReadStateAndDiff(type, await RunAsync(type, _manifests[type].Test, properties, isWhatIf: false));
        return compared with { IsInDesiredState = compared.State["_inDesiredState"]?.GetValue<bool>() ?? compared.Differing.Count == 0 };
    }

    /// <summary>invoke_set. The resource has a test of its own before, so the engine makes none.</summary>
    public async Task<DscComparison> SetAsync(string type, JsonObject properties, bool isWhatIf = false)
    {
        DscManifest manifest = _manifests[type];
        Validate(type, properties);
        if (!manifest.Set.ImplementsPretest || (isWhatIf && !manifest.Set.KnowsWhatIf))
            throw new DscException("The stand-in knows only resources that test before they set, and know -WhatIf.");
        JsonObject before = await GetAsync(type, properties);
        string output = await RunAsync(type, manifest.Set, properties, isWhatIf);
        return ReadStateAndDiff(type, output) with { Before = before };
    }

    /// <summary>invoke_delete.</summary>
    /// <returns>What would be done, with <paramref name="isWhatIf"/>.</returns>
    public async Task<IReadOnlyList<string>> DeleteAsync(string type, JsonObject properties, bool isWhatIf = false)
    {
        Validate(type, properties);
        string output = await RunAsync(type, _manifests[type].Delete!, properties, isWhatIf);
        return isWhatIf ? [.. Parse(output)["_metadata"]!["whatIf"]!.AsArray().Select(line => line!.GetValue<string>())] : [];
    }

    /// <summary>invoke_export.</summary>
    public async Task<IReadOnlyList<JsonObject>> ExportAsync(string type, JsonObject properties)
    {
        Validate(type, properties);
        string output = await RunAsync(type, _manifests[type].Export!, properties, isWhatIf: false);
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => Validate(type, line))];
    }

    private async Task<string> RunAsync(string type, DscOperation operation, JsonObject properties, bool isWhatIf)
    {
        Assert.Equal("pwsh", operation.Executable);
        ProcessResult result = await _pwsh.RunAsync(operation.ArgumentsFor(isWhatIf), properties.ToJsonString(), _environment, _directory);
        // What is no trace is kept, and shown where the resource fails.
        string kept = string.Join('\n', result.StandardError.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !ReadTrace(line)));
        if (result.ExitCode == 0)
        {
            Assert.Empty(kept);
            return result.StandardOutput;
        }
        string told = _manifests[type].ExitCodes.TryGetValue($"{result.ExitCode}", out string? mapped) ? mapped : kept;
        throw new DscException($"{type} failed with exit code {result.ExitCode}: {told}") { ExitCode = result.ExitCode };
    }

    // log_stderr_line
    private bool ReadTrace(string line)
    {
        try
        {
            if (JsonNode.Parse(line) is JsonObject members)
                foreach (string level in (string[])["error", "warn", "info", "debug", "trace"])
                    if (members[level] is { } text)
                    {
                        Traces.Add((level, text.GetValue<string>()));
                        return true;
                    }
        }
        catch (JsonException)
        {
            // It is some other text.
        }
        return false;
    }

    private DscComparison ReadStateAndDiff(string type, string output)
    {
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length != 2)
            throw new DscException($"{type} wrote {lines.Length} lines, where a state and the differences are two: {output}");
        return new DscComparison(Validate(type, lines[0]), JsonSerializer.Deserialize<string[]>(lines[1])!);
    }

    private JsonObject Validate(string type, string json) => Validate(type, Parse(json));

    // verify_json_from_manifest
    private JsonObject Validate(string type, JsonObject value)
    {
        using JsonDocument document = JsonDocument.Parse(value.ToJsonString());
        EvaluationResults results = _schemas[type].Evaluate(document.RootElement, new EvaluationOptions { OutputFormat = OutputFormat.List });
        return results.IsValid ? value : throw new DscException(
            $"{value.ToJsonString()} is not what the schema of {type} describes: {JsonSerializer.Serialize(results)}");
    }

    private static JsonObject Parse(string json)
    {
        try
        {
            return JsonNode.Parse(json)!.AsObject();
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            throw new DscException($"This is not one JSON object: {json}");
        }
    }
}

/// <summary>A state, and the names of the properties that differ.</summary>
internal sealed record DscComparison(JsonObject State, IReadOnlyList<string> Differing)
{
    public bool IsInDesiredState { get; init; }

    public JsonObject? Before { get; init; }

    public IReadOnlyList<string> WhatIf => [.. State["_metadata"]?["whatIf"]?.AsArray().Select(line => line!.GetValue<string>()) ?? []];
}

/// <summary>What the engine would end with.</summary>
internal sealed class DscException(string message) : Exception(message)
{
    public int ExitCode { get; init; }
}
