using System.Management.Automation;

namespace PgSsl.Binding;

/// <summary>Lets a switch take a property of a row of a CSV file, where true and false are words.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SwitchTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        new PipelineObject(inputData).Base is string text && (text.Length == 0 || bool.TryParse(text, out _))
            ? text.Equals(bool.TrueString, StringComparison.OrdinalIgnoreCase) : inputData;
}
