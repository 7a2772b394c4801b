using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace PgSsl.Tests.Dsc;

/// <summary>
/// A manifest as the engine of DSC v3 reads it, where one unknown member makes it invalid (resource_manifest.rs, deny_unknown_fields). The engine
/// takes unknown members of the operations; here they are mistakes as well.
/// </summary>
internal sealed record DscManifest
{
    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    [JsonPropertyName("$schema")]
    public required string Schema { get; init; }

    public required string Type { get; init; }

    public string? Kind { get; init; }

    public required string Version { get; init; }

    public required string Description { get; init; }

    public IReadOnlyList<string> Tags { get; init; } = [];

    public required DscOperation Get { get; init; }

    public required DscOperation Test { get; init; }

    public required DscOperation Set { get; init; }

    public DscOperation? Delete { get; init; }

    public DscOperation? Export { get; init; }

    public required IReadOnlyDictionary<string, string> ExitCodes { get; init; }

    [JsonPropertyName("schema")]
    public required DscSchema Instance { get; init; }

    /// <summary>Reads a list of manifests (command_discovery.rs, ManifestList).</summary>
    public static IReadOnlyList<DscManifest> ReadList(string json) => JsonSerializer.Deserialize<DscManifestList>(json, Strict)!.Resources;
}

/// <summary>A file PgSsl.dsc.manifests.json.</summary>
internal sealed record DscManifestList(IReadOnlyList<DscManifest> Resources);

/// <summary>How an operation is run.</summary>
internal sealed record DscOperation
{
    public required string Executable { get; init; }

    /// <summary>Text, or an object that stands for an argument: <c>whatIfArg</c>.</summary>
    public required IReadOnlyList<JsonNode> Args { get; init; }

    public string? Input { get; init; }

    public bool ImplementsPretest { get; init; }

    public bool HandlesExist { get; init; }

    public string? Return { get; init; }

    public string? WhatIfReturns { get; init; }

    /// <summary>The arguments of a run.</summary>
    public IEnumerable<string> ArgumentsFor(bool isWhatIf) => Args
        .Where(argument => argument is JsonValue || isWhatIf)
        .Select(argument => argument is JsonValue text ? text.GetValue<string>() : WhatIfArgument(argument)!);

    /// <summary>Whether the resource itself says what it would do.</summary>
    public bool KnowsWhatIf => Args.Any(argument => WhatIfArgument(argument) is not null);

    private static string? WhatIfArgument(JsonNode argument) => argument is JsonObject members && members.Count == 1
        ? members["whatIfArg"]?.GetValue<string>() : null;
}

/// <summary>What the properties have to be.</summary>
internal sealed record DscSchema(JsonNode Embedded);
