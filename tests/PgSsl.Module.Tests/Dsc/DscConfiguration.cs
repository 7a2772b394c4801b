using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace PgSsl.Tests.Dsc;

/// <summary>
/// A configuration document of DSC v3, as far as the guide needs it: parameters, resources, dependsOn (configure/mod.rs). A secure parameter stays an
/// object with secureString, as in functions/parameters.rs.
/// </summary>
internal sealed partial class DscConfiguration
{
    private readonly IReadOnlyList<JsonObject> _resources;
    private readonly Dictionary<string, JsonNode> _parameters = [];

    /// <param name="yaml">The document.</param>
    /// <param name="parameters">The values of its parameters.</param>
    public DscConfiguration(string yaml, IReadOnlyDictionary<string, string> parameters)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        JsonObject document = ToJson(stream.Documents[0].RootNode).AsObject();
        Assert.StartsWith("https://aka.ms/dsc/schemas/v3/", document["$schema"]!.GetValue<string>());
        foreach ((string name, JsonNode? declared) in document["parameters"]?.AsObject() ?? [])
        {
            JsonNode value = parameters.TryGetValue(name, out string? given) ? given : declared!["defaultValue"]!.DeepClone();
            bool isSecure = declared!["type"]!.GetValue<string>() == "secureString";
            _parameters[name] = isSecure ? new JsonObject { ["secureString"] = value } : value;
        }
        _resources = [.. document["resources"]!.AsArray().Select(resource => resource!.AsObject())];
    }

    /// <summary>The resources, each after those that it depends on, with the values of the parameters.</summary>
    public IEnumerable<(string Type, JsonObject Properties)> Resources
    {
        get
        {
            List<JsonObject> left = [.. _resources];
            HashSet<string> done = [];
            while (left.Count > 0)
            {
                JsonObject next = left.First(resource => DependenciesOf(resource).All(done.Contains));
                left.Remove(next);
                string type = next["type"]!.GetValue<string>();
                done.Add($"[resourceId('{type}', '{next["name"]!.GetValue<string>()}')]");
                yield return (type, Resolve(next["properties"]!).AsObject());
            }
        }
    }

    /// <summary>dsc config test: whether all are as desired.</summary>
    public async Task<IReadOnlyList<bool>> TestAsync(DscEngine engine)
    {
        List<bool> results = [];
        foreach ((string type, JsonObject properties) in Resources)
            results.Add((await engine.TestAsync(type, properties)).IsInDesiredState);
        return results;
    }

    /// <summary>dsc config set, or with --what-if: what was, or would be, changed.</summary>
    public async Task<IReadOnlyList<DscComparison>> SetAsync(DscEngine engine, bool isWhatIf = false)
    {
        List<DscComparison> results = [];
        foreach ((string type, JsonObject properties) in Resources)
            results.Add(await engine.SetAsync(type, properties, isWhatIf));
        return results;
    }

    private static IEnumerable<string> DependenciesOf(JsonObject resource) =>
        resource["dependsOn"]?.AsArray().Select(name => name!.GetValue<string>()) ?? [];

    private JsonNode Resolve(JsonNode node) => node switch
    {
        JsonObject members => new JsonObject(members.Select(member => KeyValuePair.Create(member.Key, (JsonNode?)Resolve(member.Value!)))),
        JsonArray items => new JsonArray([.. items.Select(item => (JsonNode?)Resolve(item!))]),
        JsonValue value when value.TryGetValue(out string? text) && Parameter().Match(text) is { Success: true } match =>
            _parameters[match.Groups[1].Value].DeepClone(),
        _ => node.DeepClone(),
    };

    private static JsonNode ToJson(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Children.Select(
            pair => KeyValuePair.Create(((YamlScalarNode)pair.Key).Value!, (JsonNode?)ToJson(pair.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(item => (JsonNode?)ToJson(item))]),
        YamlScalarNode { Style: ScalarStyle.Plain, Value: "true" or "false" } flag => JsonValue.Create(flag.Value == "true"),
        YamlScalarNode { Style: ScalarStyle.Plain } number when int.TryParse(number.Value, CultureInfo.InvariantCulture, out int value) =>
            JsonValue.Create(value),
        YamlScalarNode text => JsonValue.Create(text.Value ?? "")!,
        _ => throw new NotSupportedException($"{node.NodeType} in a configuration."),
    };

    [GeneratedRegex(@"^\[parameters\('(\w+)'\)\]$")]
    private static partial Regex Parameter();
}
