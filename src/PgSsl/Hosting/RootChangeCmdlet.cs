using System.Management.Automation;
using PgSsl.Binding;
using PgSsl.Connections;
using PgSsl.RootCertificates;
using PgSsl.RootFiles;
using PgSsl.SslModes;
using Root = PgSsl.RootCertificate;

namespace PgSsl.Hosting;

/// <summary>
/// A cmdlet that changes root files: it collects what is asked for, and at the end plans, checks what the plan does to servers, asks
/// ShouldProcess, writes, and tells.
/// </summary>
public abstract class RootChangeCmdlet : CancellableCmdlet
{
    private readonly List<EndpointArgument> _endpoints = [];

    /// <summary>A service of pg_service.conf: the root file of that service alone changes, and nobody else's connections do.</summary>
    [Parameter]
    [Alias("ServiceName")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ServiceCompleter))]
    public string? Service { get; set; }

    /// <summary>Servers that must not get lost: what the change does to connections to them is found out before anything is written.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [EndpointTransformation]
    [ArgumentCompleter(typeof(EndpointCompleter))]
    public EndpointArgument[]? Endpoint { get; set; }

    /// <summary>Makes the change also where a server would be reached without TLS, or not at all, afterwards.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Gives the certificates concerned.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>The world in which files and services are looked for.</summary>
    private protected ConnectionEnvironment Environment { get; private set; } = null!;

    /// <inheritdoc/>
    protected override void BeginProcessing() => Environment = ConnectionEnvironment.Capture(WorkingDirectory);

    /// <inheritdoc/>
    protected override void ProcessRecord() => _endpoints.AddRange(Endpoint ?? []);

    /// <summary>What to do instead of a change that costs connections.</summary>
    protected abstract string AdviceAtRisk { get; }

    /// <summary>Plans, checks, asks, writes and tells.</summary>
    /// <param name="find">Finds the root file.</param>
    /// <param name="plan">Makes the plan for a path and the file's content (null: no file).</param>
    /// <param name="concerned">Whether a certificate is one that -PassThru gives, from the file as it is before or after.</param>
    private protected void Change(Func<RootTarget> find, Func<string, byte[]?, RootFilePlan> plan, Func<Root, bool> concerned)
    {
        string? path = null;
        try
        {
            RootTarget target = find();
            path = target.Path;
            var change = RootChange.Prepare(target, plan);
            RootFilePlan? done = change.IsNoChange ? TellNoChange(change) : CheckAndApply(change);
            if (done is not null && PassThru)
                WriteObject(Root.Of(RootFile.Parse(Concerning(done), done.Path), DateTimeOffset.UtcNow).Where(concerned), enumerateCollection: true);
        }
        catch (PgSslException failure)
        {
            WriteFailure(failure, path);
        }
    }

    /// <summary>The file in which the certificates concerned are: what was taken out is in the old one.</summary>
    private static byte[] Concerning(RootFilePlan done) => (done.Removed.Count > 0 ? done.Before : done.After) ?? [];

    private RootFilePlan TellNoChange(RootChange change)
    {
        WriteVerbose($"{change.Target.Path}: no change.");
        foreach (string note in change.File.Notes)
            WriteWarning(note);
        return change.File;
    }

    private RootFilePlan? CheckAndApply(RootChange change)
    {
        IReadOnlyList<SslModeChange> changes = Check(change);
        string[] impact = [.. change.DescribeImpact(Environment, DateTime.UtcNow)];
        string text = string.Join(System.Environment.NewLine, [.. change.Describe(), .. impact, .. SslModeChange.Describe(changes)]);
        if (!Force && changes.Any(one => one.IsLoss))
            throw AtRisk(change, changes.Where(one => one.IsLoss));
        if (!ShouldProcess(text, text, "Change root certificates?"))
            return null;
        Warn(change, impact);
        (RootFilePlan done, IReadOnlyList<string> backups) = change.Apply(DateTimeOffset.UtcNow);
        foreach (string backup in backups)
            WriteVerbose($"The old content is kept in {backup}.");
        if (!done.After.AsSpan().SequenceEqual(change.File.After))
            WriteWarning($"{change.Target.Path} was changed by somebody else at the same time: both changes are in it.");
        return done;
    }

    /// <summary>What nobody expects: a first root concerns all connections, and one that goes takes connections with it.</summary>
    private void Warn(RootChange change, IEnumerable<string> impact)
    {
        foreach (string note in change.File.Notes)
            WriteWarning(note);
        if (change.Target.IsNewService)
        {
            string services = string.Join(", ", KnownEndpoints.FindServices(Environment));
            WriteWarning($"There was no service {Service}, and it names no host yet. There are: {services}.");
        }
        // Who confirmed it has read it.
        if (MyInvocation.BoundParameters.ContainsKey("Confirm"))
            return;
        bool isFirst = change.File.Before is null && RootFileImpact.IsUsual(Environment, change.Target.Path);
        if (isFirst || change.LosesRoots(DateTime.UtcNow))
            WriteWarning(string.Join(' ', impact));
    }

    private IReadOnlyList<SslModeChange> Check(RootChange change)
    {
        using var check = new RootChangeCheck(change.PlannedFiles);
        // What cannot be read cannot be kept from harm either: then nothing is changed.
        PgEndpoint[] endpoints = [.. _endpoints.Select(one => one.Endpoint ?? throw one.Failure!).DistinctBy(one => one.Text)];
        (PgEndpoint Endpoint, string? Roots)[] asked =
            [.. endpoints.Select(endpoint => (endpoint, change.Target.GainsFile(endpoint, Environment) ? change.Target.Path : null))];
        RootChangeEffect[] effects =
            Task.WhenAll(asked.Select(one => check.RunAsync(one.Endpoint, one.Roots, Environment, Stopped))).GetAwaiter().GetResult();
        foreach ((string server, PgSslException failure) in effects.SelectMany(effect => effect.Unknown))
            WriteWarning($"What the change does to {server} is not known: {failure.Message}");
        return [.. effects.SelectMany(effect => effect.Changes)];
    }

    private PgSslException AtRisk(RootChange change, IEnumerable<SslModeChange> losses) => new(
        PgSslError.ConnectionsAtRisk,
        $"{change.Target.Path} is left as it is, because the change would cost connections: {string.Join("; ", SslModeChange.Describe(losses))}.",
        $"{AdviceAtRisk} -Force makes the change all the same.");
}
