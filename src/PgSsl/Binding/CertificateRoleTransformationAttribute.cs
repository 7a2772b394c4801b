using System.Management.Automation;
using PgSsl.Requests;

namespace PgSsl.Binding;

/// <summary>Takes an empty cell of a table for the default role, Server.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class CertificateRoleTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        string.IsNullOrEmpty(inputData?.ToString()) ? CertificateRole.Server : inputData;
}
