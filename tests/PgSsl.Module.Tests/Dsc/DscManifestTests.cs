using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Dsc;

/// <summary>PgSsl.dsc.manifests.json, before anything is run.</summary>
public partial class DscManifestTests
{
    private static readonly IReadOnlyList<DscManifest> Manifests =
        DscManifest.ReadList(File.ReadAllText(Path.Combine(Repository.Root, "PgSsl.dsc.manifests.json")));

    public static TheoryData<string> Types => [.. Manifests.Select(manifest => manifest.Type)];

    [Fact]
    public void There_are_the_resources_that_the_guide_names()
    {
        string guide = File.ReadAllText(Path.Combine(Repository.Root, "docs", "guides", "dsc.md"));
        IEnumerable<string> named = ResourceRow().Matches(guide).Select(match => match.Groups[1].Value);
        Assert.Equal(Manifests.Select(manifest => manifest.Type).Order(), named.Order());
    }

    [Theory, MemberData(nameof(Types))]
    public void A_manifest_has_the_version_of_the_module(string type) =>
        Assert.Contains($"= '{Find(type).Version}'", File.ReadAllText(Repository.ManifestPath));

    [Theory, MemberData(nameof(Types))]
    public void A_schema_is_closed_and_describes_each_property(string type)
    {
        JsonObject schema = Find(type).Instance.Embedded.AsObject();
        Assert.Equal("https://json-schema.org/draft/2020-12/schema", schema["$schema"]!.GetValue<string>());
        Assert.False(schema["additionalProperties"]!.GetValue<bool>());
        foreach ((string name, JsonNode? property) in schema["properties"]!.AsObject())
            Assert.True(property!["description"]?.GetValue<string>().Length > 0, name);
    }

    [Theory, MemberData(nameof(Types))]
    public void What_the_engine_adds_is_in_the_schema(string type)
    {
        JsonObject properties = Find(type).Instance.Embedded["properties"]!.AsObject();
        Assert.True(properties["_inDesiredState"]!["readOnly"]!.GetValue<bool>());
        Assert.True(properties["_metadata"]!["readOnly"]!.GetValue<bool>());
    }

    /// <summary>The guide tells what the codes mean, and so does an engine.</summary>
    [Theory, MemberData(nameof(Types))]
    public void Exit_codes_mean_what_the_guide_says(string type)
    {
        string guide = File.ReadAllText(Path.Combine(Repository.Root, "docs", "guides", "dsc.md"));
        foreach ((string code, string text) in Find(type).ExitCodes)
            Assert.Contains($"| {code} | {text} |", guide);
    }

    [Theory, MemberData(nameof(Types))]
    public void Each_operation_runs_the_script_without_a_profile(string type)
    {
        DscManifest manifest = Find(type);
        DscOperation?[] operations = [manifest.Get, manifest.Test, manifest.Set, manifest.Delete, manifest.Export];
        foreach (DscOperation operation in operations.OfType<DscOperation>())
        {
            Assert.Equal("stdin", operation.Input);
            string line = string.Join(' ', operation.ArgumentsFor(isWhatIf: false));
            Assert.Matches(
                @"^-NoLogo -NonInteractive -NoProfile -ExecutionPolicy Bypass -File \./bin/pgssl\.dsc\.ps1 -Resource \w+ -Operation \w+$", line);
        }
        Assert.EndsWith(" -WhatIf", string.Join(' ', manifest.Set.ArgumentsFor(isWhatIf: true)));
    }

    private static DscManifest Find(string type) => Manifests.Single(manifest => manifest.Type == type);

    [GeneratedRegex(@"^\| `(PgSsl/\w+)` \|", RegexOptions.Multiline)]
    private static partial Regex ResourceRow();
}
