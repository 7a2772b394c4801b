using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using PgSsl.Providers;

namespace PgSsl.Binding;

/// <summary>A provider of the catalogue, in any case. Any other word is an error that lists them.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ProviderTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        PipelineObject.ConvertAll(inputData, item => ToName(item.ToString()))!;

    private static string ToName(string text)
    {
        try
        {
            return ProviderCatalogue.Get(text).Name;
        }
        catch (PgSslException unknown)
        {
            throw new ArgumentTransformationMetadataException(unknown.Message, unknown);
        }
    }
}

/// <summary>Completes the providers of the catalogue.</summary>
public sealed class ProviderCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        ProviderCatalogue.All
            .Where(provider => provider.Name.StartsWith(wordToComplete.Trim('\'', '"'), StringComparison.OrdinalIgnoreCase))
            .Select(provider => new CompletionResult(provider.Name, provider.Name, CompletionResultType.ParameterValue, provider.Title));
}
