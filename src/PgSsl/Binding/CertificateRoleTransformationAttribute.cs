using System.Management.Automation;
using PgSsl.Requests;

namespace PgSsl.Binding;

/// <summary>An empty cell of a table says nothing about the role, which is then a server's.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class CertificateRoleTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        string.IsNullOrEmpty(inputData?.ToString()) ? CertificateRole.Server : inputData;
}
