using System.Management.Automation;
using PgSsl.Binding;
using PgSsl.Common;
using PgSsl.Connections;
using PgSsl.Expiry;
using PgSsl.Hosting;
using PgSsl.Probing;
using PgSsl.Served;

namespace PgSsl.Cmdlets;

/// <summary>Tells what expires, and when: what servers serve, what clients here verify and log in with, and files.</summary>
[Cmdlet(VerbsDiagnostic.Test, "PgCertificateExpiry", SupportsShouldProcess = true)]
[OutputType(typeof(CertificateExpiry), typeof(NagiosResult), typeof(CertificateExpiryFile), typeof(string), typeof(bool))]
public sealed class TestPgCertificateExpiryCommand : ServerCmdlet
{
    private const int DefaultWarningDays = 30;
    private const int DefaultCriticalDays = 7;
    private const int MaximumDays = 36500;

    private readonly ServerCertificateReader _reader = new();
    private readonly List<(string Kind, string Path)> _files = [];
    private readonly HashSet<(string Kind, string Path)> _known = [];
    private readonly List<ExpiryFact> _served = [];
    private readonly List<CertificateExpiry> _items = [];
    private ExpiryJudge? _judge;
    private string? _outFile;
    private string[]? _typedPath;

    /// <summary>Files with certificates or revocation lists, in any form; wildcards allowed. Without -Endpoint, no server is asked.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "FullName", "FilePath")]
    [SupportsWildcards]
    [AllowNull]
    [AllowEmptyCollection]
    public string[]? Path { get; set; }

    /// <summary>With fewer days left, the status is Warning.</summary>
    [Parameter]
    [ValidateRange(0, MaximumDays)]
    public int WarningDays { get; set; } = DefaultWarningDays;

    /// <summary>With fewer days left, the status is Critical.</summary>
    [Parameter]
    [ValidateRange(0, MaximumDays)]
    public int CriticalDays { get; set; } = DefaultCriticalDays;

    /// <summary>How it is told: <c>Object</c>, <c>Nagios</c> or <c>Prometheus</c>.</summary>
    [Parameter]
    [ExpiryFormatTransformation]
    [ArgumentCompleter(typeof(ExpiryFormatCompleter))]
    public string? As { get; set; } = ExpiryFormatWords.Objects;

    /// <summary>A file for the text of Nagios or Prometheus: it is written beside it and renamed.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? OutFile { get; set; }

    /// <summary>With -As Nagios, an object that has the exit code, instead of the line; with -WhatIf, what would be written.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>Returns one bool instead of objects: true if everything was seen, and nothing expires soon.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    private bool WritesObjects => As is ExpiryFormatWords.Objects && !Quiet;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        As ??= ExpiryFormatWords.Objects;
        if (As == ExpiryFormatWords.Objects ? OutFile is not null : Quiet)
            ThrowFailure(
                new PgSslException(
                    PgSslError.ContradictoryParameters,
                    Quiet ? "-Quiet returns true or false, and no text." : $"-OutFile is for text, and -As is {As}.",
                    Quiet ? "Leave out -Quiet, -OutFile and -As, or -Quiet alone." : "-As Prometheus, or -As Nagios; objects go to Export-Csv."),
                OutFile);
        // The one that is not given follows the other.
        bool isGiven(string name) => MyInvocation.BoundParameters.ContainsKey(name);
        int critical = isGiven(nameof(CriticalDays)) ? CriticalDays : Math.Min(CriticalDays, WarningDays);
        int warning = isGiven(nameof(WarningDays)) ? WarningDays : Math.Max(WarningDays, CriticalDays);
        TryOrThrow(OutFile, () => (_judge, _outFile) = (new ExpiryJudge(warning, critical, DateTimeOffset.UtcNow), Resolve(OutFile)));
        _typedPath = Path;
        base.BeginProcessing();
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        Row = null;
        string[] paths = [.. (Path ?? []).Where(path => !string.IsNullOrEmpty(path))];
        foreach (string path in paths)
            AddFiles(path);
        // Files alone ask no server, and a file that comes through the pipeline is no endpoint.
        bool isFileOnly = MyInvocation.ExpectingInput
            ? Path != _typedPath && Endpoint?.All(endpoint => endpoint.IsForeign) != false
            : Endpoint is null;
        if (paths.Length == 0 || !isFileOnly)
            base.ProcessRecord();
    }

    /// <inheritdoc/>
    private protected override void Start(ServerTarget server)
    {
        foreach (ConnectionSettings settings in server.Candidates)
            _files.AddRange(ExpiryReader.ClientFiles(settings).Where(_known.Add));
        base.Start(server);
    }

    /// <inheritdoc/>
    private protected override async Task ProcessServerAsync(ServerTarget server, CancellationToken cancellationToken)
    {
        ServerCertificate seen;
        try
        {
            seen = await _reader.ReadAsync(
                server.Endpoint, server.Candidates, ProbeRequest.ForTls(server.Settings, server.Host, server.Timeout), cancellationToken)
                .ConfigureAwait(false);
        }
        catch (PgSslException failure)
        {
            seen = ServerCertificate.Of(server.Endpoint.Text, server.Host, failure);
        }
        ExpiryFact[] facts = [.. ExpiryReader.Of(seen)];
        await PostAsync(() => AddServed(facts), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    private protected override void WriteUnusable(PgSslException failure, object target)
    {
        // What is written for monitoring must tell of it.
        if (WritesObjects)
            base.WriteUnusable(failure, target);
        else
            Add(ExpiryReader.Of($"{target}", failure));
    }

    /// <summary>Which files are served is known when all servers were asked.</summary>
    protected override void EndProcessing()
    {
        base.EndProcessing();
        foreach ((string kind, string path) in _files)
            foreach (ExpiryFact fact in ExpiryReader.ReadFile(path, kind))
                Add(ExpiryReader.Compare(fact, _served));
        if (Quiet)
            WriteObject(NagiosText.Of(_items).ExitCode == 0);
        else if (_outFile is not null)
            Try(_outFile, () => WriteFile(new ExpiryFileChange(_outFile, As!, _items)));
        else if (As == ExpiryFormatWords.Nagios)
            WriteObject(PassThru ? NagiosText.Of(_items) : NagiosText.Of(_items).Text);
        else if (As == ExpiryFormatWords.Prometheus)
            WriteObject(PrometheusText.Of(_items));
    }

    private void WriteFile(ExpiryFileChange change)
    {
        if (Run(change, "Write the file?", isForced: false, PassThru) is { } written)
            WriteObject(written);
    }

    private void AddFiles(string path)
    {
        try
        {
            IReadOnlyList<string> found = FindFiles(path);
            if (found.Count == 0)
                throw new PgSslException(PgSslError.FileNotFound, $"No file is named like {path}.", "Name a file that exists.");
            _files.AddRange(found.Where(file => found.Count == 1 || !Directory.Exists(file)).Select(file => ("File", file)).Where(_known.Add));
        }
        catch (PgSslException failure)
        {
            string? shown = PemText.MayBe(path) ? null : path;
            Add(new ExpiryFact("File") { Path = shown, Error = failure.Message, ErrorId = $"{failure.Error}" });
        }
    }

    private void AddServed(ExpiryFact[] facts)
    {
        _served.AddRange(facts);
        foreach (ExpiryFact fact in facts)
            Add(fact);
    }

    private void Add(ExpiryFact fact)
    {
        CertificateExpiry item = _judge!.Judge(fact);
        if (WritesObjects)
            WriteObject(item);
        else
            _items.Add(item);
    }
}
