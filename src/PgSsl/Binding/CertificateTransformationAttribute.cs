using System.Management.Automation;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using PgSsl.Certificates.Requests;

namespace PgSsl.Binding;

/// <summary>
/// Lets -Certificate take a certificate, the path of a file with one, and any object with a property that is one: the output of
/// Get-PgServerCertificate, also as it comes back from a job or a file.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class CertificateTransformationAttribute : ArgumentTransformationAttribute
{
    private const string DefaultPort = "5432";

    private static readonly string[] PemProperties = ["CertificatePem", "ChainPem"];

    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object input = inputData is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : inputData;
        return input switch
        {
            CertificateArgument argument => argument,
            X509Certificate2 certificate => new CertificateArgument(certificate, certificate.Subject),
            string path => FromFile(engineIntrinsics.SessionState.Path.GetUnresolvedProviderPathFromPSPath(path)),
            FileInfo file => FromFile(file.FullName),
            null => inputData!,
            // What has no certificate may be a row of names, for other parameters.
            _ => FromProperties(PSObject.AsPSObject(input)) ?? inputData,
        };
    }

    private static CertificateArgument FromFile(string path)
    {
        try
        {
            return new CertificateArgument(CertificateFileReader.Read(path), path);
        }
        catch (PgSslException failure)
        {
            return new CertificateArgument(failure, path);
        }
    }

    private static CertificateArgument? FromProperties(PSObject item)
    {
        string? host = Text(item, "HostName");
        string? port = Text(item, "Port");
        string? name = host is null || port is null or DefaultPort ? host : $"{host}-{port}";
        object target = Text(item, "Endpoint") ?? host ?? item.BaseObject.GetType().Name;
        if (Value(item, "Certificate") is X509Certificate2 certificate)
            return new CertificateArgument(certificate, target) { HostName = name };
        if (PemProperties.Select(property => Text(item, property)).FirstOrDefault(pem => pem is not null) is not { } pem)
            return null;
        try
        {
            return new CertificateArgument(CertificateFileReader.Parse(Encoding.ASCII.GetBytes(pem), $"{target}"), target) { HostName = name };
        }
        catch (PgSslException failure)
        {
            return new CertificateArgument(failure, target);
        }
    }

    private static object? Value(PSObject item, string property) =>
        item.Properties[property]?.Value is PSObject wrapped ? wrapped.BaseObject : item.Properties[property]?.Value;

    private static string? Text(PSObject item, string property) => Value(item, property)?.ToString() is { Length: > 0 } text ? text : null;
}
