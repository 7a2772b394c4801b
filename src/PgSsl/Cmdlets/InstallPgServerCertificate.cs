using System.Management.Automation;
using System.Security;
using System.Security.Cryptography;
using PgSsl.Backups;
using PgSsl.Binding;
using PgSsl.Connections;
using PgSsl.Deployment;
using PgSsl.Hosting;
using PgSsl.Poolers;
using PgSsl.Server.Live;

namespace PgSsl.Cmdlets;

/// <summary>Installs a certificate and its key on a server, reloads it, and proves that it serves them, or puts the old ones back.</summary>
[Cmdlet(VerbsLifecycle.Install, "PgServerCertificate", SupportsShouldProcess = true, DefaultParameterSetName = CertificateSet)]
[OutputType(typeof(ServerCertificateInstallation))]
public sealed class InstallPgServerCertificateCommand : ServerCertificateCmdlet
{
    private const string CertificateSet = "Certificate";
    private const string RestoreSet = "Restore";

    private readonly List<string> _restored = [];
    private CertificateCollector? _given;
    private bool _isSpoilt;

    /// <summary>
    /// What the CA gave: files (PEM in any order, DER, PKCS #7, PKCS #12), PEM text, also line by line, or certificates. All that comes with
    /// one key is one certificate and its intermediates.
    /// </summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ParameterSetName = CertificateSet)]
    [Alias("InputObject", "FilePath", "CertificatePath")]
    [CertificateSourceTransformation]
    [AllowEmptyCollection]
    public CertificateSource[] Certificate { get; set; } = [];

    /// <summary>The key that the certificate was requested with; without it, the one in PKCS #12, or the server's present one.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = CertificateSet)]
    [ValidateNotNullOrEmpty]
    public string? KeyPath { get; set; }

    /// <summary>The password of a PKCS #12 file.</summary>
    [Parameter(ParameterSetName = CertificateSet)]
    [ValidateNotNull]
    public SecureString? Pkcs12Password { get; set; }

    /// <summary>
    /// Installs an earlier pair again, from the backups that an installation made: paths, output of Get-PgBackup, or the file itself, whose newest
    /// backup is then taken. One of the two is enough: its record names the other.
    /// </summary>
    [Parameter(Mandatory = true, ParameterSetName = RestoreSet)]
    [BackupPathTransformation]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(BackupCompleter))]
    public string[] Restore { get; set; } = [];

    /// <summary>Installs the certificate even if clients would refuse it. It is never installed if the server would refuse it.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>
    /// The server's certificate file (ssl_cert_file), if no server is asked, or if the file has another name on this machine; or the one that
    /// pgbouncer.ini is to name.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? SslCertFile { get; set; }

    /// <summary>The server's key file (ssl_key_file), likewise.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? SslKeyFile { get; set; }

    /// <summary>The pgbouncer.ini of a PgBouncer that gets the certificate, to show it to its clients.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? PgBouncerIni { get; set; }

    /// <summary>On Windows, the account that the server runs as, by its name or its SID: it may read the key.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ServiceAccountCompleter))]
    public string? ServiceAccount { get; set; }

    /// <summary>With -WhatIf, returns what would be done.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>
    /// Where backups go; without it, beside their files, except that of a key in a data directory, which goes to this account's directory.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? BackupDirectory { get; set; }

    private CertificateCollector Given => _given ??= new CertificateCollector(path => Resolve(path));

    // What errors are reported against.
    private object? Concerned => Target ?? PgBouncerIni ?? SslCertFile;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        _restored.AddRange([.. Restore, .. Certificate.OfType<CertificateSource.InBackup>().Select(backup => backup.Path)]);
        // What is left might be installed without an intermediate, or as another certificate than was meant.
        _isSpoilt |= !Try(Concerned, () =>
        {
            using var password = Secret.Read(Pkcs12Password, nameof(Pkcs12Password));
            Given.Add(KeyPath, Certificate.Where(source => source is not CertificateSource.InBackup), password.Characters);
        });
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_isSpoilt)
            return;
        Try(Concerned, () =>
        {
            if (_restored.Count > 0)
                InstallAgain(RestoredPair.Choose([.. _restored.Select(path => Resolve(path))], UsualBackups, Resolve(BackupDirectory)));
            else if (Given.Take() is var (answer, keyPath))
                Install(answer, keyPath, null);
        });
    }

    private void InstallAgain(RestoredPair pair)
    {
        WriteWarnings(pair.Warnings);
        try
        {
            Install(pair.ToAnswer(), null, pair);
        }
        finally
        {
            pair.Clear();
        }
    }

    private void Install(IssuedCertificates answer, string? keyPath, RestoredPair? restored)
    {
        try
        {
            using LiveServer? live = Endpoint is null || PgBouncerIni is not null ? null : Connect(Endpoint[0]);
            ICertificateRecipient recipient = FindRecipient(live);
            DeploymentTarget target = recipient.Target with { Server = Complete(recipient.Target.Server), ServiceAccount = ServiceAccount };
            restored?.Check(target, live?.OfBackups);
            using var passphrase = Secret.Read(KeyPassphrase, nameof(KeyPassphrase));
            var request = new DeploymentRequest(answer, keyPath, passphrase.Characters, LoadRoots(), Complete)
            {
                AccountRoots = LoadAccountRoots(),
                NamesAreGiven = HostName.Length > 0,
            };
            using var deployment = CertificateDeployment.Prepare(recipient, target, Wait(recipient.ObserveAsync), request);
            var terms = new BackupTerms
            {
                Server = live?.OfBackups, Directory = Resolve(BackupDirectory), Restored = restored?.Remarks ?? [],
                Present = restored?.RemarksIfPresent ?? [],
            };
            if (Run(deployment, "Install the certificate?", Force, PassThru, terms) is { } installation)
                WriteObject(installation);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(answer.KeyPem);
        }
    }

    private ICertificateRecipient FindRecipient(LiveServer? live)
    {
        if (PgBouncerIni is not null && Endpoint is not null)
            throw new PgSslException(
                PgSslError.ContradictoryParameters, "-Endpoint names a server and -PgBouncerIni a PgBouncer. Only one of them can be given.",
                "Install the certificate twice, once with each parameter.");
        string? certificate = Resolve(SslCertFile), key = Resolve(SslKeyFile);
        if (live is not null)
            return ServerRecipient.Of(live, ReadTls(live), certificate, key);
        if (PgBouncerIni is null)
            return certificate is not null && key is not null ? ServerRecipient.Offline(certificate, key) : throw new PgSslException(
                PgSslError.InvalidParameterValue, "Neither a server nor its two files are named.",
                "Give -Endpoint for a running server, -PgBouncerIni for a PgBouncer, or -SslCertFile and -SslKeyFile.");
        TimeSpan timeout = TimeoutSec > 0 ? TimeSpan.FromSeconds(TimeoutSec) : ConnectionSettings.DefaultTimeout;
        Func<PgBouncerIni, IPgBouncerReload>? console = Credential is { } role
            ? ini => PgBouncerConsole.Of(ini, role.UserName, () => role.GetNetworkCredential().Password, timeout)
            : null;
        return PgBouncerRecipient.Of(Resolve(PgBouncerIni), certificate, key, console, timeout);
    }
}
