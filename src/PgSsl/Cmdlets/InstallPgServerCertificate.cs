using System.Management.Automation;
using System.Security;
using System.Security.Cryptography;
using PgSsl.Binding;
using PgSsl.Deployment;
using PgSsl.Hosting;

namespace PgSsl.Cmdlets;

/// <summary>Gives a server a certificate and its key, has it reload them, and sees that it serves them, or puts the old ones back.</summary>
[Cmdlet(VerbsLifecycle.Install, "PgServerCertificate", SupportsShouldProcess = true)]
[OutputType(typeof(ServerCertificateInstallation))]
public sealed class InstallPgServerCertificateCommand : CertificateRecipientCmdlet
{
    private const string Caption = "Install the certificate?";

    private CertificatesByKey? _given;
    private bool _isSpoilt;

    /// <summary>
    /// What the CA gave: files (PEM in any order, DER, PKCS #7, PKCS #12), PEM text, also line by line, or certificates. All that comes with
    /// one key is one certificate and its intermediates.
    /// </summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [Alias("InputObject", "FilePath", "CertificatePath")]
    [CertificatePieceTransformation]
    [AllowEmptyCollection]
    public CertificatePiece[] Certificate { get; set; } = [];

    /// <summary>The key that the certificate was requested with; without it, the one in PKCS #12, or the server's present one.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? KeyPath { get; set; }

    /// <summary>The password of a PKCS #12 file.</summary>
    [Parameter]
    [ValidateNotNull]
    public SecureString? Pkcs12Password { get; set; }

    /// <summary>Installs what clients would refuse, too. What the server would refuse is never installed.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private CertificatesByKey Given => _given ??= new CertificatesByKey(ResolveFilePath);

    // What errors are reported against.
    private object? Concerned => Target ?? PgBouncerIni ?? SslCertFile;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        char[]? password = null;
        try
        {
            password = Secret.CharactersOf(Pkcs12Password, nameof(Pkcs12Password));
            Given.Add(KeyPath, Certificate, password);
        }
        catch (PgSslException failure)
        {
            // What is left might be installed without an intermediate, or as another one than was meant.
            _isSpoilt = true;
            WriteFailure(failure, Concerned);
        }
        finally
        {
            Array.Clear(password ?? []);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_isSpoilt)
            return;
        try
        {
            Given.CheckIsOne();
            if (Given.Take() is var (answer, keyPath))
                WithRecipient(recipient => InstallInto(recipient, answer, keyPath));
        }
        catch (PgSslException failure)
        {
            WriteFailure(failure, Concerned);
        }
    }

    private void InstallInto(ICertificateRecipient recipient, IssuedCertificates answer, string? keyPath)
    {
        DeploymentTarget target = recipient.Target with { Server = Complete(recipient.Target.Server), ServiceAccount = ServiceAccount };
        char[]? passphrase = Secret.CharactersOf(KeyPassphrase, nameof(KeyPassphrase));
        try
        {
            using var deployment = CertificateDeployment.Prepare(
                recipient, target, Wait(recipient.ObserveAsync), new DeploymentRequest(answer, keyPath, passphrase, Roots, Complete));
            Install(deployment);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(answer.KeyPem);
            Array.Clear(passphrase ?? []);
        }
    }

    private void Install(CertificateDeployment deployment)
    {
        if (deployment.IsInPlace)
        {
            WriteVerbose($"{deployment.CertificatePath}: nothing to change.");
            WriteObject(deployment.Report(null));
            return;
        }
        string text = deployment.Text;
        try
        {
            deployment.Check(Force);
        }
        catch (PgSslException) when (IsWhatIf)
        {
            ShouldProcess(text, text, Caption);
            throw;
        }
        if (!ShouldProcess(text, text, Caption))
            return;
        foreach (string warning in deployment.Warnings)
            WriteWarning(warning);
        ServerCertificateChangeResult result = Wait(deployment.ApplyAsync);
        foreach (string file in result.WrittenInPlace)
            WriteWarning($"{file} is mounted by itself, and was written in place: its backup is the only way back if the machine had died in between.");
        WriteObject(deployment.Report(result));
    }
}
