using System.Management.Automation;
using System.Security.Cryptography.X509Certificates;
using PgSsl.Hosting;
using PgSsl.Requests;

namespace PgSsl.Cmdlets;

/// <summary>Makes a private key and a certificate signing request for a CA.</summary>
[Cmdlet(VerbsCommon.New, "PgCsr", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(CertificateRequest))]
public sealed class NewPgCsrCommand : KeyPairCmdlet
{
    /// <summary>The file for the request.</summary>
    [Parameter]
    [Alias("RequestPath")]
    [ValidateNotNullOrEmpty]
    public string? CsrPath { get; set; }

    /// <inheritdoc/>
    protected override string? DocumentPath => CsrPath;

    /// <inheritdoc/>
    protected override string DocumentExtension => ".csr";

    /// <inheritdoc/>
    protected override string DocumentName => "certificate request";

    /// <inheritdoc/>
    private protected override ChangeOutput Make(
        CertificateProfile profile, CertificateKey key, KeyFilePlan files, Func<string, IReadOnlyList<string>> write)
    {
        string pem = profile.CreateRequestPem(key);
        return CertificateRequest.Create(profile, key, files, isKeyEncrypted: Passphrase is not null, pem, write(pem));
    }

    /// <inheritdoc/>
    private protected override ChangeOutput Plan(CertificateProfile profile, string algorithm, CertificateKey? key, KeyFilePlan files) =>
        CertificateRequest.Planned(profile, algorithm, key, files, isKeyEncrypted: Passphrase is not null);

    /// <inheritdoc/>
    private protected override ChangeOutput? FindPresent(
        CertificateProfile profile, string algorithm, CertificateKey? key, KeyFilePlan files, char[]? passphrase, X509Certificate2? renewed) =>
        PresentRequest.Find(profile, algorithm, files, key, passphrase, renewed);
}
