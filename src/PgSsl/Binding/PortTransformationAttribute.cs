using System.Management.Automation;

namespace PgSsl.Binding;

/// <summary>Lets -Port take an empty cell of a table, as 0: it names no port. A 0 that somebody writes is an error.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PortTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        new PipelineObject(inputData).ToString().Trim() switch
        {
            "" => 0,
            "0" => throw new ArgumentTransformationMetadataException("0 is not a port: give 1 to 65535."),
            _ => inputData,
        };
}
