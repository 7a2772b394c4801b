using System.Management.Automation;
using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates;

namespace PgSsl.Binding;

/// <summary>Lets -Fingerprint take text, certificates, and objects with a property Fingerprint.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class FingerprintTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) => PipelineObject.ConvertAll(inputData, ToText)!;

    private static string ToText(PipelineObject item) => item.Base is X509Certificate2 certificate
        ? Fingerprint.Of(certificate)
        : item.Text("Fingerprint") ?? item.ToString();
}
