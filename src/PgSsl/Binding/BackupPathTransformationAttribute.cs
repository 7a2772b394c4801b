using System.Management.Automation;

namespace PgSsl.Binding;

/// <summary>Lets -Restore take the output of Get-PgBackup and file objects besides paths.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class BackupPathTransformationAttribute : ArgumentTransformationAttribute
{
    private static readonly string[] Properties = ["BackupPath", "PSPath", "FullName"];

    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        PipelineObject.ConvertAll(inputData, item => item.Base is string text ? text : item.First(Properties) ?? item.Base);
}
