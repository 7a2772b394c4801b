using System.Management.Automation;
using System.Security.Cryptography.X509Certificates;
using PgSsl.Hosting;
using PgSsl.RootFiles;

namespace PgSsl.Binding;

/// <summary>
/// Lets -Certificate take a certificate, the path of a file with one, PEM text, and any object with a property that is one: the output of
/// Get-PgServerCertificate, also as it comes back from a job or a file.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class CertificateTransformationAttribute : ArgumentTransformationAttribute
{
    // A text is taken for a path; whoever gave a host name is told where that goes.
    private const string NotFoundRemedy = "Name a file with the certificate to renew; the name of a host goes to -CommonName.";
    private const string DefaultPort = "5432";
    private const string PemBegin = "-----BEGIN ";
    private const string TextName = "the text given";

    private static readonly string[] PemProperties = ["CertificatePem", "ChainPem"];

    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object input = inputData is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : inputData;
        return input switch
        {
            CertificateArgument argument => argument,
            X509Certificate2 certificate => new CertificateArgument(certificate, certificate.Subject),
            string pem when pem.Contains(PemBegin, StringComparison.Ordinal) =>
                Read(() => CertificateInput.ReadText(pem, TextName, CertificateWanted.Leaf), TextName),
            string path => FromPath(engineIntrinsics.SessionState.Path, path),
            FileInfo file => FromFile(file.FullName),
            null => inputData!,
            // What has no certificate may be a row of names, for other parameters.
            _ => FromProperties(PSObject.AsPSObject(input)) ?? inputData,
        };
    }

    private static CertificateArgument FromPath(PathIntrinsics paths, string path)
    {
        try
        {
            return FromFile(FilePath.Resolve(paths, path));
        }
        catch (PgSslException failure)
        {
            return Unusable(failure, path);
        }
    }

    private static CertificateArgument FromFile(string path) => Read(() => CertificateInput.ReadFile(path, CertificateWanted.Leaf), path);

    private static CertificateArgument Read(Func<IReadOnlyList<X509Certificate2>> read, object target, string? host = null, string? fileName = null)
    {
        try
        {
            return new CertificateArgument(read()[0], target) { HostName = host, FileName = fileName };
        }
        catch (PgSslException failure)
        {
            return Unusable(failure, target);
        }
    }

    private static CertificateArgument Unusable(PgSslException failure, object target) => new(
        failure.Error == PgSslError.FileNotFound ? new PgSslException(failure.Error, failure.Message, NotFoundRemedy, failure) : failure,
        target);

    private static CertificateArgument? FromProperties(PSObject item)
    {
        string? host = Text(item, "HostName");
        string? port = Text(item, "Port");
        string? fileName = host is null || port is null or DefaultPort ? host : $"{host}-{port}";
        object target = Text(item, "Endpoint") ?? host ?? item.BaseObject.GetType().Name;
        if (Value(item, "Certificate") is X509Certificate2 certificate)
            return new CertificateArgument(certificate, target) { HostName = host, FileName = fileName };
        return PemProperties.Select(property => Text(item, property)).FirstOrDefault(pem => pem is not null) is { } pem
            ? Read(() => CertificateInput.ReadText(pem, $"{target}", CertificateWanted.Leaf), target, host, fileName)
            : null;
    }

    private static object? Value(PSObject item, string property) =>
        item.Properties[property]?.Value is PSObject wrapped ? wrapped.BaseObject : item.Properties[property]?.Value;

    private static string? Text(PSObject item, string property) => Value(item, property)?.ToString() is { Length: > 0 } text ? text : null;
}
