using System.Management.Automation;
using System.Security.Cryptography.X509Certificates;
using PgSsl.Hosting;
using PgSsl.Requests;

namespace PgSsl.Cmdlets;

/// <summary>Makes a private key and a self-signed certificate, for testing.</summary>
[Cmdlet(VerbsCommon.New, "PgSelfSignedCertificate", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(SelfSignedCertificate))]
public sealed class NewPgSelfSignedCertificateCommand : KeyPairCmdlet
{
    /// <summary>How many days the certificate is valid.</summary>
    [Parameter]
    [ValidateRange(1, 36500)]
    public int Days { get; set; } = 365;

    /// <summary>The file for the certificate.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? CertificatePath { get; set; }

    /// <inheritdoc/>
    protected override string? DocumentPath => CertificatePath;

    /// <inheritdoc/>
    protected override string DocumentExtension => ".crt";

    /// <inheritdoc/>
    protected override string DocumentName => "self-signed certificate";

    /// <inheritdoc/>
    private protected override IEnumerable<string> Warnings(CertificateProfile profile) => base.Warnings(profile).Append(
        "A self-signed certificate is for testing: every client that verifies needs this very certificate, and each renewed one again. " +
        "For anything else have a CA sign a request: New-PgCsr.");

    /// <inheritdoc/>
    private protected override ChangeOutput Make(
        CertificateProfile profile, CertificateKey key, KeyFilePlan files, Func<string, IReadOnlyList<string>> write)
    {
        X509Certificate2 certificate = profile.CreateSelfSigned(key, Days, DateTimeOffset.UtcNow);
        return SelfSignedCertificate.Create(
            profile, key, files, isKeyEncrypted: Passphrase is not null, certificate, write(certificate.ExportCertificatePem() + "\n"));
    }

    /// <inheritdoc/>
    private protected override ChangeOutput Plan(CertificateProfile profile, string algorithm, CertificateKey? key, KeyFilePlan files) =>
        SelfSignedCertificate.Planned(
            profile, algorithm, key, files, isKeyEncrypted: Passphrase is not null, CertificateProfile.ValidityOf(Days, DateTimeOffset.UtcNow));
}
