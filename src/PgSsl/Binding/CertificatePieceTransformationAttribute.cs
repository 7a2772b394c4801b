using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Security.Cryptography.X509Certificates;

namespace PgSsl.Binding;

/// <summary>
/// Lets -Certificate take files (as text or objects), PEM in one piece or line by line, X509Certificate2, and any object with a property
/// CertificatePem, CertificatePath, Certificate or FullName.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class CertificatePieceTransformationAttribute : ArgumentTransformationAttribute
{
    private static readonly string[] PemProperties = ["CertificatePem", "ChainPem"];
    private static readonly string[] FileProperties = ["CertificatePath", "PSPath", "FullName"];

    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object? input = Unwrap(inputData);
        return input is IEnumerable items and not string
            ? items.Cast<object>().Select(Convert).ToArray()
            : new[] { Convert(inputData) };
    }

    private static CertificatePiece Convert(object? item) => Unwrap(item) switch
    {
        CertificatePiece piece => piece,
        string text => new CertificatePiece.Text(text),
        X509Certificate2 certificate => new CertificatePiece.Given(certificate),
        FileInfo file => new CertificatePiece.FilePath(file.FullName),
        null => Unusable("Nothing holds no certificate."),
        CertificateRequest => NotSigned,
        var other => FromProperties(PSObject.AsPSObject(other)),
    };

    private static CertificatePiece FromProperties(PSObject item)
    {
        if (PemProperties.Select(name => TextOf(item, name)).FirstOrDefault(text => text is not null) is { } pem)
            return new CertificatePiece.Text(pem);
        if (Unwrap(item.Properties["Certificate"]?.Value) is X509Certificate2 certificate)
            return new CertificatePiece.Given(certificate);
        if (Unwrap(item.Properties["Certificate"]?.Value) is string text)
            return new CertificatePiece.Text(text);
        if (FileProperties.Select(name => TextOf(item, name)).FirstOrDefault(path => path is not null) is { } file)
            return new CertificatePiece.FilePath(file);
        return TextOf(item, "CsrPath") is null
            ? Unusable($"An object of type {item.BaseObject.GetType().Name} holds no certificate: it has no property CertificatePem, CertificatePath, Certificate or FullName.")
            : NotSigned;
    }

    private static CertificatePiece.Unusable NotSigned => new(new PgSslException(
        PgSslError.InvalidCertificateFile,
        "This is a certificate request (CSR), no certificate.",
        "Have a CA sign it, and give what it answers: New-PgCsr … | ForEach-Object { <your CA> $_.CsrPath } | Install-PgServerCertificate"));

    private static CertificatePiece.Unusable Unusable(string message) => new(new PgSslException(
        PgSslError.InvalidCertificateFile, message, "Give a file (PEM, DER, PKCS #7, PKCS #12), PEM text, or an X509Certificate2."));

    private static string? TextOf(PSObject item, string property) =>
        System.Convert.ToString(item.Properties[property]?.Value, CultureInfo.InvariantCulture) is { Length: > 0 } text ? text : null;

    private static object? Unwrap(object? item) => item is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : item;
}
