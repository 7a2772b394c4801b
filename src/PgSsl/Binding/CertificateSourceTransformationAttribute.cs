using System.Management.Automation;
using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates;

namespace PgSsl.Binding;

/// <summary>
/// Lets -Certificate take files (as text or objects), PEM in one piece or line by line, X509Certificate2, the output of this module, and any
/// object with a property CertificatePem, ChainPem, Certificate, CertificatePath or FullName.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class CertificateSourceTransformationAttribute : ArgumentTransformationAttribute
{
    private const string Properties = "CertificatePem, ChainPem, Certificate, CertificatePath or FullName";

    private static readonly string[] PemProperties = ["CertificatePem", "ChainPem"];
    private static readonly string[] FileProperties = ["CertificatePath", "PSPath", "FullName"];

    /// <summary>Whether an object without a certificate is left as it is: a row of names, for other parameters.</summary>
    public bool LeavesRows { get; set; }

    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) => LeavesRows
        ? inputData is null || Convert(new PipelineObject(inputData), isRow: true) is not { } source ? inputData! : source
        : PipelineObject.ConvertAll(inputData, item => Convert(item, isRow: false))!;

    private static CertificateSource? Convert(PipelineObject item, bool isRow) => item.Base switch
    {
        CertificateSource source => source,
        string text => new CertificateSource.Text(text),
        FileInfo file => new CertificateSource.InFile(file.FullName),
        X509Certificate2 certificate => FromCertificate(certificate, null, item),
        null => Unusable("-Certificate is $null.", item),
        // The state of a session (active, idle) is not the state of a subject.
        _ when isRow && item.IsOrWas<SslSession>() => Unusable("A session is not a certificate, and has no names for one.", item),
        _ when !isRow && item.IsOrWas<FileBackup>() => new CertificateSource.InBackup(item.Text(nameof(FileBackup.BackupPath)) ?? ""),
        _ => FromProperties(item) ?? (isRow ? null : FromFile(item)),
    };

    // What came over the wire stays unverified, even if it was taken out of the object that it came in.
#pragma warning disable CA1859 // It returns two types; the analyzer sees one of them.
    private static CertificateSource FromCertificate(X509Certificate2 certificate, string? pem, PipelineObject item)
#pragma warning restore CA1859
    {
        if (item.Text("HostName") is not null || UnverifiedCertificates.Contains(certificate))
            return FromServer(item) with { Certificate = certificate, Pem = pem };
        return new CertificateSource.InHand(certificate) { Pem = pem, IsSelfSignedServer = item.IsOrWas<SelfSignedCertificate>() };
    }

    private static CertificateSource? FromProperties(PipelineObject item)
    {
        var certificate = item.Value("Certificate") as X509Certificate2;
        string? pem = item.First(PemProperties);
        // A row of -IncludeFailed.
        if (item.IsOrWas<ServerCertificate>() && pem is null && certificate is null)
            return Unusable(
                $"{item.First(["Server", "HostName"])} served no certificate: {item.Text("Error") ?? "there is none in the object"}", item);
        if (item.Base is ServerCertificate live)
            return FromServer(item) with { Certificate = certificate, Pem = pem, Chain = live.Chain };
        if (item.Text("ChainPem") is not null || (pem is not null && item.Text("HostName") is not null))
            return FromServer(item) with { Certificate = certificate, Pem = pem };
        if (certificate is not null)
            return FromCertificate(certificate, pem, item);
        return pem is null ? null : new CertificateSource.Text(pem);
    }

    private static CertificateSource.Served FromServer(PipelineObject item) => new(item.First(["Endpoint", "HostName", "Subject"]) ?? item.TypeName)
    {
        HostName = item.Text("HostName"),
        Port = item.Text("Port"),
        Address = item.Text("Address"),
    };

    private static CertificateSource FromFile(PipelineObject item)
    {
        if (item.Value("Certificate") is string text)
            return new CertificateSource.Text(text);
        if (item.IsServerState || item.IsVerdict)
            return new CertificateSource.Unusable(
                new PgSslException(
                    PgSslError.InvalidCertificateFile, "This says how the files of a server are. It is not a new certificate.",
                    "Name the new files, and the server with -Endpoint."),
                item.TypeName);
        if (item.First(FileProperties) is { } file)
            return new CertificateSource.InFile(file);
        return item.Base is CertificateRequest || item.Text("CsrPath") is not null
            ? NotSigned(item)
            : Unusable($"An object of type {item.TypeName} holds no certificate: it has no property {Properties}.", item);
    }

    private static CertificateSource.Unusable NotSigned(PipelineObject item) => new(
        new PgSslException(
            PgSslError.InvalidCertificateFile,
            "This is a certificate signing request (CSR), not a certificate.",
            "Have a CA sign it, and give its answer: New-PgCsr … | ForEach-Object { <your CA> $_.CsrPath } | Install-PgServerCertificate"),
        item.TypeName);

    private static CertificateSource.Unusable Unusable(string message, PipelineObject item) => new(
        new PgSslException(
            PgSslError.InvalidCertificateFile, message,
            "Give a file (PEM, DER, PKCS #7), PEM text, an X509Certificate2, or the output of Get-PgServerCertificate."),
        item.TypeName);
}
