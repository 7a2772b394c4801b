using System.Collections;
using System.Management.Automation;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates;

namespace PgSsl.Binding;

/// <summary>Lets -Fingerprint take certificates, and objects with a property Fingerprint, beside the text itself.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class FingerprintTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object input = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return input is IEnumerable items and not string ? items.Cast<object>().Select(ToText).ToArray() : new[] { ToText(inputData) };
    }

    private static string ToText(object item)
    {
        PSObject wrapped = PSObject.AsPSObject(item);
        return wrapped.BaseObject is X509Certificate2 certificate
            ? certificate.GetCertHashString(HashAlgorithmName.SHA256)
            : (wrapped.Properties["Fingerprint"]?.Value ?? wrapped.BaseObject).ToString() ?? "";
    }
}
