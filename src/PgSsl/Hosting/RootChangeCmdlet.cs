using System.Management.Automation;
using PgSsl.Backups;
using PgSsl.Binding;
using PgSsl.Connections;
using PgSsl.RootCertificates;
using PgSsl.RootFiles;
using PgSsl.SslModes;

namespace PgSsl.Hosting;

/// <summary>
/// A cmdlet that changes root files. It collects what is asked for. At the end it plans, checks what the plan does to servers, asks, and
/// makes the change.
/// </summary>
public abstract class RootChangeCmdlet : PgCmdlet
{
    private readonly List<EndpointArgument> _endpoints = [];

    /// <summary>A service of pg_service.conf: only the root file of that service changes, and no other connections.</summary>
    [Parameter]
    [Alias("ServiceName")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ServiceCompleter))]
    public string? Service { get; set; }

    /// <summary>Servers that must not be lost: before anything is written, connections to them are checked with the planned file.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [EndpointTransformation]
    [ArgumentCompleter(typeof(EndpointCompleter))]
    public EndpointArgument[]? Endpoint { get; set; }

    /// <summary>Makes the change even if a server is then reached without TLS, or not at all.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Returns the certificates concerned, instead of the summary. With -WhatIf, returns the summary.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => _endpoints.AddRange(Endpoint ?? []);

    /// <summary>What to do instead of a change that costs connections.</summary>
    protected abstract string AdviceAtRisk { get; }

    /// <summary>Plans a change, checks it, asks, makes it, and tells about it.</summary>
    /// <param name="find">Finds the root file.</param>
    /// <param name="plan">Makes the plan for a path and the file's content (null: no file).</param>
    /// <param name="isConcerned">Whether -PassThru returns a certificate of the file as it is before or after.</param>
    /// <param name="tell">Tells what the plan has shown; null for nothing.</param>
    /// <param name="restored">The backup that is restored; null for none.</param>
    private protected void Change(
        Func<RootTarget> find, Func<string, byte[]?, RootFilePlan> plan, Func<RootCertificate, bool> isConcerned, Action? tell = null,
        ChosenBackup? restored = null)
    {
        RootTarget? target = null;
        if (!Try(null, () => target = find()))
            return;
        Try(target!.Path, () =>
        {
            var change = RootChange.Prepare(target, plan);
            tell?.Invoke();
            var planned = new PlannedRootChange(change, change.IsNoChange ? [] : FindEffects(change), Environment)
            {
                AdviceAtRisk = AdviceAtRisk,
                IsRead = MyInvocation.BoundParameters.ContainsKey("Confirm"),
            };
            BackupTerms? terms = restored is null ? null : new() { Restored = [restored.Remark], Present = [restored.RemarkIfPresent] };
            WriteWarnings(restored?.Warnings ?? []);
            RootCertificateChange? done = Run(planned, "Change root certificates?", Force, PassThru, terms);
            if (done is null)
                return;
            if (!PassThru || IsWhatIf)
            {
                WriteObject(done);
                return;
            }
            RootFile file = restored is null ? FileWith(done.FilePlan) : RootFile.Parse(done.FilePlan.After, done.Path);
            WriteObject(RootCertificate.Of(file, DateTimeOffset.UtcNow).Where(isConcerned), enumerateCollection: true);
        });
    }

    /// <summary>The file that has the certificates concerned: those that were removed are in the old one.</summary>
    private static RootFile FileWith(RootFilePlan done) => RootFile.Parse((done.Removed.Count > 0 ? done.Before : done.After) ?? [], done.Path);

    private List<SslModeChange> FindEffects(RootChange change)
    {
        using var check = new RootChangeCheck(change.PlannedFiles);
        // If one server cannot be checked, nothing is changed: it could not be kept from harm.
        PgEndpoint[] endpoints = [.. _endpoints.Select(EndpointOf).DistinctBy(endpoint => endpoint.Text)];
        (PgEndpoint Endpoint, string? Roots)[] servers =
            [.. endpoints.Select(endpoint => (endpoint, change.Target.GainsFile(endpoint, Environment) ? change.Target.Path : null))];
        RootChangeEffect[] effects =
            Wait(token => Task.WhenAll(servers.Select(server => check.RunAsync(server.Endpoint, server.Roots, Environment, token))));
        WriteWarnings(effects.SelectMany(effect => effect.Unknown)
            .Select(server => $"What the change does to {server.Endpoint} is not known: {server.Failure.Message}"));
        return [.. effects.SelectMany(effect => effect.Changes)];
    }
}
