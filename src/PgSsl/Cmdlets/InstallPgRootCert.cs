using System.Management.Automation;
using PgSsl.Backups;
using PgSsl.Binding;
using PgSsl.Certificates.Trust;
using PgSsl.Connections;
using PgSsl.Hosting;
using PgSsl.Providers;
using PgSsl.RootCertificates;
using PgSsl.RootFiles;
using PgSsl.Served;

namespace PgSsl.Cmdlets;

/// <summary>Installs the root certificates that libpq verifies servers with.</summary>
[Cmdlet(VerbsLifecycle.Install, "PgRootCert", SupportsShouldProcess = true, DefaultParameterSetName = CertificateSet)]
[OutputType(typeof(RootCertificateChange), typeof(RootCertificate))]
public sealed class InstallPgRootCertCommand : RootChangeCmdlet
{
    private const string CertificateSet = "Certificate";
    private const string ProviderSet = "Provider";
    private const string RestoreSet = "Restore";

    private readonly PipedBackups _backups = new();
    private TrustStore? _installed;
    private RootReader? _reader;
    private RootSelection? _selection;
    private bool _comesLineByLine;

    /// <summary>
    /// The roots: files (PEM, DER, PKCS #7), PEM text, certificates, or the output of Get-PgServerCertificate: then the root of that
    /// server's chain is looked for.
    /// </summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ParameterSetName = CertificateSet)]
    [Alias("InputObject", "FilePath", "CertificatePath")]
    [CertificateSourceTransformation]
    public CertificateSource[]? Certificate { get; set; }

    /// <summary>A provider of managed PostgreSQL, whose roots are known, or downloaded over https.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ProviderSet)]
    [ProviderTransformation]
    [ArgumentCompleter(typeof(ProviderCompleter))]
    public string[] Provider { get; set; } = [];

    /// <summary>Only the roots of that region, for a provider with regions.</summary>
    [Parameter(ParameterSetName = ProviderSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RegionCompleter))]
    public string? Region { get; set; }

    /// <summary>
    /// Puts a backup of a root file back: its path, output of Get-PgBackup, or the root file itself, whose newest backup is then taken.
    /// </summary>
    [Parameter(Mandatory = true, ParameterSetName = RestoreSet)]
    [BackupPathTransformation]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(BackupCompleter))]
    public string? Restore { get; set; }

    /// <summary>The root file to change; without it, the file that libpq reads.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>SHA-256 of the root, or of a self-signed server's certificate, from a source that you trust.</summary>
    [Parameter(ParameterSetName = CertificateSet)]
    [Parameter(ParameterSetName = ProviderSet)]
    [FingerprintTransformation]
    [ValidateNotNullOrEmpty]
    public string[] Fingerprint { get; set; } = [];

    /// <summary>Files in which the roots of servers are looked for first.</summary>
    [Parameter(ParameterSetName = CertificateSet)]
    [Alias("SslRootCert")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RootCertificateCompleter))]
    public string[] RootCertificate { get; set; } = [];

    /// <summary>Removes expired roots that have the same name as a new one.</summary>
    [Parameter(ParameterSetName = CertificateSet)]
    [Parameter(ParameterSetName = ProviderSet)]
    public SwitchParameter ReplaceExpired { get; set; }

    /// <inheritdoc/>
    protected override string AdviceAtRisk =>
        "Install the roots of those servers as well, or use -Service or -Path for a file that only the intended connections use.";

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (ParameterSetName == RestoreSet)
            return;
        TryOrThrow(null, () =>
        {
            string[] fingerprints = [.. Fingerprint.Select(CertificateExpectation.ParseFingerprint)];
            _selection = new RootSelection(fingerprints, ReplaceExpired);
            // Somebody vouched for what is in the file already when it was put there.
            _installed = FindTarget().ReadRoots();
            IEnumerable<string> files = RootCertificate.Select(ResolveRootCertificate).Where(root => root != ConnectionSettings.SystemRoots);
            _reader = new RootReader(fingerprints, [.. files.Select(TrustStore.LoadFile), _installed], Environment);
        });
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        base.ProcessRecord();
        IEnumerable<string?> backups = [Restore, .. (Certificate ?? []).OfType<CertificateSource.InBackup>().Select(backup => backup.Path)];
        foreach (string backup in backups.OfType<string>())
            Try(backup, () => _backups.Add(ChosenBackup.Choose(Resolve(backup), UsualBackups)));
        if (Restore is not null)
            return;
        if (Certificate is null && Provider.Length == 0 && !MyInvocation.ExpectingInput)
            ThrowFailure(
                new PgSslException(
                    PgSslError.InvalidParameterValue, "There is nothing to install: neither -Certificate nor -Provider is given.",
                    "Give a file, pipe the output of Get-PgServerCertificate, or name a -Provider."),
                null);
        foreach (CertificateSource source in (Certificate ?? []).Where(source => source is not CertificateSource.InBackup))
        {
            bool isFirstLine = RootReader.IsFirstLine(source);
            if (isFirstLine || !_comesLineByLine || source is not CertificateSource.Text { IsPem: false })
                Offer(source.Target, () => RootReader.Read(source, path => Resolve(path))
                    ?? Wait(token => _reader!.FindAsync((CertificateSource.Served)source, token)));
            _comesLineByLine |= isFirstLine;
        }
        foreach (string name in Provider)
            Offer(name, () => Wait(token => _reader!.GetAsync(ProviderCatalogue.Get(name), Region, token)));
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        bool isNamed = Path is not null || Service is not null;
        foreach ((ChosenBackup backup, _) in _backups.Take(
            backup => isNamed ? Path ?? Service : backup.Target, (failure, file) => WriteFailure(failure, file)))
            Put(backup);
        if (_selection is null)
            return;
        foreach ((RootOffer offer, PgSslException failure) in _selection.RemoveUnusable(_installed!.Certificates, DateTimeOffset.UtcNow))
            WriteFailure(failure, offer.Origin);
        if (_selection.IsEmpty)
            return;
        HashSet<string> wanted = [.. _selection.Certificates.Select(Certificates.Fingerprint.Of)];
        Change(
            FindTarget,
            (path, before) => RootFilePlan.Install(path, before, _selection, DateTimeOffset.UtcNow),
            root => wanted.Contains(root.Fingerprint));
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _reader?.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>Without -Path and -Service, the backup says which file it belongs to.</summary>
    private void Put(ChosenBackup backup) => Change(
        () => Path is null && Service is null && backup.Target is { } target ? new RootTarget(target) : FindTarget(),
        (path, before) =>
        {
            backup.Check(path, null);
            return RootFilePlan.Restore(path, before, backup.Content);
        },
        _ => true,
        restored: backup);

    private RootTarget FindTarget() => RootTarget.Find(Environment, Resolve(Path), Service);

    private void Offer(string target, Func<RootOffer> find) => Try(target, () =>
    {
        RootOffer offer = find();
        _selection!.Add(offer);
        WriteWarnings(offer.Remarks);
    });
}
