using System.Management.Automation;
using PgSsl.Binding;
using PgSsl.Certificates;
using PgSsl.Certificates.Trust;
using PgSsl.Chains;
using PgSsl.Connections;
using PgSsl.Downloads;
using PgSsl.Hosting;
using PgSsl.Providers;
using PgSsl.RootCertificates;
using PgSsl.RootFiles;
using PgSsl.Served;

namespace PgSsl.Cmdlets;

/// <summary>Installs the root certificates that libpq verifies servers with.</summary>
[Cmdlet(VerbsLifecycle.Install, "PgRootCert", SupportsShouldProcess = true, DefaultParameterSetName = CertificateSet)]
[OutputType(typeof(RootCertificate))]
public sealed class InstallPgRootCertCommand : RootChangeCmdlet
{
    private const string CertificateSet = "Certificate";
    private const string ProviderSet = "Provider";

    // Only the roots of servers and providers need these two; a file is installed without them.
    private readonly Lazy<CertificateDownloader> _downloader = new(() => new CertificateDownloader());
    private TrustStore? _system;

    private IReadOnlyList<string> _fingerprints = [];
    private IReadOnlyList<TrustStore> _stores = [];
    private TrustStore? _installed;
    private RootSelection? _selection;
    private bool _comesLineByLine;

    /// <summary>
    /// The roots: files (PEM, DER, PKCS #7), PEM text, certificates, or what Get-PgServerCertificate returned: then the root of that
    /// server's chain is looked for.
    /// </summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ParameterSetName = CertificateSet)]
    [Alias("InputObject", "FilePath")]
    [RootInputTransformation]
    public RootInput[]? Certificate { get; set; }

    /// <summary>A provider of managed PostgreSQL, whose roots are known, or downloaded over https.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ProviderSet)]
    [ProviderTransformation]
    [ArgumentCompleter(typeof(ProviderCompleter))]
    public string[] Provider { get; set; } = [];

    /// <summary>Only the roots of that region, for a provider with regions.</summary>
    [Parameter(ParameterSetName = ProviderSet)]
    [ValidateNotNullOrEmpty]
    public string? Region { get; set; }

    /// <summary>The root file to change; without one, the one that libpq goes by.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>SHA-256 of the root, or of a self-signed server's certificate, from a source that you trust.</summary>
    [Parameter]
    [FingerprintTransformation]
    [ValidateNotNullOrEmpty]
    public string[] Fingerprint { get; set; } = [];

    /// <summary>Files in which the roots of servers are looked for first.</summary>
    [Parameter(ParameterSetName = CertificateSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RootCertificateCompleter))]
    public string[] RootCertificate { get; set; } = [];

    /// <summary>Takes out expired roots of the same name as one that comes.</summary>
    [Parameter]
    public SwitchParameter ReplaceExpired { get; set; }

    /// <inheritdoc/>
    protected override string AdviceAtRisk =>
        "Install the roots of those servers as well, or use -Service or -Path for a file that only the connections meant go by.";

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        try
        {
            _fingerprints = [.. Fingerprint.Select(CertificateExpectation.ParseFingerprint)];
            _selection = new RootSelection(_fingerprints, ReplaceExpired);
            // What is in the file already has been vouched for when it was put there.
            _installed = FindTarget().ReadRoots();
            string[] files = [.. RootCertificate.Select(ResolveRootCertificate).Where(root => root != ConnectionSettings.SystemRoots)];
            _stores = [.. files.Select(TrustStore.LoadFile), _installed];
        }
        catch (PgSslException failure)
        {
            ThrowFailure(failure, null);
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        base.ProcessRecord();
        if (Certificate is null && Provider.Length == 0 && !MyInvocation.ExpectingInput)
            ThrowFailure(
                new PgSslException(
                    PgSslError.InvalidParameterValue, "There is nothing to install: neither -Certificate nor -Provider is given.",
                    "Give a file, pipe the output of Get-PgServerCertificate, or name a -Provider."),
                null);
        foreach (RootInput input in Certificate ?? [])
        {
            _comesLineByLine |= input is RootInput.Unusable { IsFirstLine: true };
            if (!_comesLineByLine || input is not RootInput.FilePath)
                Offer(input, () => Read(input));
        }
        foreach (string name in Provider)
            Offer(name, () => Get(ProviderCatalogue.Get(name)));
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        foreach ((RootOffer offer, PgSslException failure) in _selection!.RemoveUnusable(_installed!.Certificates, DateTimeOffset.UtcNow))
            WriteFailure(failure, offer.Origin);
        if (_selection.IsEmpty)
            return;
        HashSet<string> wanted = [.. _selection.Certificates.Select(Certificates.Fingerprint.Of)];
        Change(
            FindTarget, (path, before) => RootFilePlan.Install(path, before, _selection, DateTimeOffset.UtcNow), root => wanted.Contains(root.Fingerprint));
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (_downloader.IsValueCreated)
            _downloader.Value.Dispose();
    }

    private TrustStore SystemRoots => _system ??= TrustStore.LoadSystem(Environment.GetVariable);

    private RootTarget FindTarget() => RootTarget.Find(Environment, Path is null ? null : ResolveFilePath(Path), Service);

    private void Offer(object target, Func<RootOffer> find)
    {
        try
        {
            RootOffer offer = find();
            _selection!.Add(offer);
            foreach (string remark in offer.Remarks)
                WriteWarning(remark);
        }
        catch (PgSslException failure)
        {
            WriteFailure(failure, target.ToString());
        }
    }

    private RootOffer Read(RootInput input) => input switch
    {
        RootInput.FilePath file => RootOffer.Read(ResolveFilePath(file.Path)),
        RootInput.Given given => given.Offer,
        RootInput.Served served => FindRoot(served),
        RootInput.Unusable unusable => throw unusable.Failure,
        _ => throw new InvalidOperationException($"There is no input {input}."),
    };

    private RootOffer FindRoot(RootInput.Served served) =>
        new ServedRootFinder(new ChainCompleter(_downloader.Value), _fingerprints)
            .FindAsync(ChainRequest.Of(served.Chain, served.HostName, served.Address, [.. _stores, SystemRoots]), Stopped)
            .GetAwaiter().GetResult();

    private RootOffer Get(Provider provider) =>
        ProviderRoots.GetAsync(provider, Region, SystemRoots, _downloader.Value, Stopped).GetAwaiter().GetResult();
}
