using System.Reflection;
using Xunit.Sdk;
using Xunit.v3;

namespace PgSsl.Tests;

/// <summary>
/// Theory data that comes from a run of the Pester file after which the test class is named: a row per Pester test, made when the
/// theory runs and not when it is discovered, because discovery of Pester files takes as long as running half of them.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PesterResultsAttribute : DataAttribute
{
    /// <inheritdoc/>
    public override bool SupportsDiscoveryEnumeration() => false;

    /// <inheritdoc/>
    public override async ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(
        MethodInfo testMethod, DisposalTracker disposalTracker)
    {
        IReadOnlyList<PesterResult> results = await PesterFile.Of(testMethod.ReflectedType!).RunAsync();
        return [.. results.Select(result => new TheoryDataRow<PesterResult>(result)
        {
            TestDisplayName = result.Name,
            Label = "",
            Skip = result.SkipReason,
        })];
    }
}
