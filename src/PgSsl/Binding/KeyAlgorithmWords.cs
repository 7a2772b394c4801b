using System.Management.Automation;
using PgSsl.Requests;

namespace PgSsl.Binding;

/// <summary>
/// The key algorithms that can be made, or Same. An algorithm that is refused passes here: the cmdlet refuses it and says why. Completion does not
/// offer it.
/// </summary>
public sealed class KeyAlgorithmTransformationAttribute() : WordTransformationAttribute([.. KeyAlgorithms.Names, KeyAlgorithms.Same])
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        string? word = inputData?.ToString()?.Replace("-", "", StringComparison.Ordinal);
        return KeyAlgorithms.RefusedNames.FirstOrDefault(name => string.Equals(name, word, StringComparison.OrdinalIgnoreCase))
            ?? base.Transform(engineIntrinsics, inputData!);
    }
}

/// <summary>Completes the key algorithms that can be made, and Same.</summary>
public sealed class KeyAlgorithmCompleter() : WordCompleter([.. KeyAlgorithms.Names, KeyAlgorithms.Same], WordMeanings.KeyAlgorithms);
