using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using PgSsl.Providers;

namespace PgSsl.Binding;

/// <summary>Completes the regions of a provider that has roots for each of them; those of all such providers before -Provider is given.</summary>
/// <remarks>Any other region can be typed: there is a new one every year.</remarks>
public sealed class RegionCompleter : IArgumentCompleter
{
    // Regions of AWS with RDS, 2026: docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.RegionsAndAvailabilityZones.html
    private static readonly string[] Commercial =
    [
        "af-south-1", "ap-east-1", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-south-2", "ap-southeast-1",
        "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ca-central-1", "ca-west-1", "eu-central-1", "eu-central-2", "eu-north-1", "eu-south-1",
        "eu-south-2", "eu-west-1", "eu-west-2", "eu-west-3", "il-central-1", "me-central-1", "me-south-1", "sa-east-1", "us-east-1", "us-east-2",
        "us-west-1", "us-west-2",
    ];

    private static readonly Dictionary<string, string[]> Regions = new(StringComparer.OrdinalIgnoreCase)
    {
        ["AmazonRds"] = Commercial,
        ["AmazonRdsGovCloud"] = ["us-gov-east-1", "us-gov-west-1"],
        ["AmazonRdsChina"] = ["cn-north-1", "cn-northwest-1"],
    };

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string typed = wordToComplete.Trim('\'', '"');
        object? given = PipelineObject.ConvertAll(fakeBoundParameters["Provider"], item => item.ToString());
        string[] chosen = given is string[] several ? several : given is string { Length: > 0 } one ? [one] : [];
        return ProviderCatalogue.All
            .Where(provider => provider.RegionUrl is not null && Regions.ContainsKey(provider.Name))
            .Where(provider => chosen.Length == 0 || chosen.Contains(provider.Name, StringComparer.OrdinalIgnoreCase))
            .SelectMany(provider => Regions[provider.Name].Select(region => (Region: region, provider.Title)))
            .Where(offer => offer.Region.StartsWith(typed, StringComparison.OrdinalIgnoreCase))
            .Select(offer => new CompletionResult(offer.Region, offer.Region, CompletionResultType.ParameterValue, offer.Title));
    }
}
