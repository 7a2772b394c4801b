using System.Management.Automation;
using PgSsl.Binding;
using PgSsl.Certificates.Trust;
using PgSsl.Connections;

namespace PgSsl.Hosting;

/// <summary>
/// A cmdlet that talks to many servers at a time. It resolves endpoints on the pipeline thread, runs <see cref="ProcessServerAsync"/> on a
/// worker for each server, and writes the results in the order of the input.
/// </summary>
public abstract class ServerCmdlet : EndpointCmdlet
{
    // What a worker works on came with this: by the time that its result is written, the next item was bound.
    private readonly AsyncLocal<PSObject?> _row = new();
    private WorkPump? _pump;
    private WorkProgress? _progress;
    private int _named;
    private int _started;
    private bool _isAllKnown;
    private string[] _rootCertificates = [];

    /// <summary>
    /// A file of root certificates to verify with, instead of sslrootcert; or <c>system</c>. Several files are candidates, and each is judged
    /// by itself: the old root and the new one, before a CA is replaced.
    /// </summary>
    [Parameter]
    [Alias("SslRootCert")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RootCertificateCompleter))]
    public string[]? RootCertificate { get; set; }

    /// <summary>How long one connection may take in all, in seconds; 0: the endpoint's connect_timeout, else 10.</summary>
    [Parameter]
    [Alias("TimeoutSeconds", "Timeout")]
    [ValidateRange(0, 86400)]
    public int TimeoutSec { get; set; }

    /// <summary>How many connections may be open at a time.</summary>
    [Parameter]
    [ValidateRange(1, 1000)]
    public int ThrottleLimit { get; set; } = 32;

    /// <summary>Writes results as they come, and not in the order of the input.</summary>
    [Parameter]
    public SwitchParameter AsCompleted { get; set; }

    /// <summary>Does the work for one server, on a worker. Whatever it wants from PowerShell goes through <see cref="PostAsync"/>.</summary>
    private protected abstract Task ProcessServerAsync(ServerTarget server, CancellationToken cancellationToken);

    /// <inheritdoc/>
    private protected override PgEndpoint Override(PgEndpoint endpoint)
    {
        endpoint = base.Override(endpoint);
        return _rootCertificates is [var root, ..] ? endpoint.With("sslrootcert", root) : endpoint;
    }

    /// <summary>How long one connection may take in all.</summary>
    private protected virtual TimeSpan ConnectionTimeout(ConnectionSettings settings) =>
        TimeoutSec > 0 ? TimeSpan.FromSeconds(TimeoutSec) : settings.TimeoutOrDefault;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        // First what takes longest, on another thread. Not in the constructor, because completion makes cmdlets, too.
        PlatformStore.BeginLoading();
        base.BeginProcessing();
        TryOrThrow(RootCertificate, () => _rootCertificates = Array.ConvertAll(RootCertificate ?? [], ResolveRootCertificate));
        SystemTrust.BeginLoading(Environment.GetVariable);
        // Where nobody looks (a job, a runbook), nothing is shown.
        if (ShowsProgress && Host.UI?.SupportsVirtualTerminal == true)
            _progress = new WorkProgress(MyInvocation.MyCommand.Name);
        _pump = new WorkPump(ThrottleLimit, !AsCompleted, Stopped, _progress is null ? null : Watch);
    }

    /// <summary>Whether it shows how many servers are done, and how long the others will take.</summary>
    private protected virtual bool ShowsProgress => true;

    private void Watch(int done, bool isOver)
    {
        if ((isOver ? _progress!.End() : _progress!.Now(done, Math.Max(_named, _started), _isAllKnown)) is { } record)
            WriteProgress(record);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        _named += Endpoint?.Length ?? 1;
        _isAllKnown = !MyInvocation.ExpectingInput;
        base.ProcessRecord();
    }

    /// <inheritdoc/>
    private protected override Action Prepare(PgEndpoint endpoint)
    {
        ConnectionSettings settings = endpoint.ResolveForAnyMode(Environment);
        var candidates = new List<ConnectionSettings> { settings };
        foreach (string root in _rootCertificates.AsSpan(Math.Min(1, _rootCertificates.Length)))
            candidates.Add(endpoint.With("sslrootcert", root).ResolveForAnyMode(Environment));
        TimeSpan timeout = ConnectionTimeout(settings);
        var servers = new List<ServerTarget>();
        foreach (ConnectionHost host in settings.Hosts)
            servers.Add(new ServerTarget(endpoint.At(host), settings, host, timeout) { Candidates = candidates });
        return () => servers.ForEach(Start);
    }

    /// <summary>
    /// Starts with one server, on the pipeline thread. Other parameters of this item (a credential, a process id) must be read here: the
    /// worker may run after the next item was bound.
    /// </summary>
    private protected virtual void Start(ServerTarget server) => Start(server, token => ProcessServerAsync(server, token));

    /// <summary>Starts the work for one server on a worker, as soon as the limit allows; a failure is an error of this server.</summary>
    private protected void Start(ServerTarget server, Func<CancellationToken, Task> work)
    {
        PSObject? row = Row;
        _started++;
        _pump!.Start(token =>
        {
            _row.Value = row;
            return TryAsync(server.Endpoint.Text, () => work(token), token);
        });
    }

    /// <summary>Does work on a worker, and has its failure written (<see cref="PgCmdlet.WriteFailure"/>).</summary>
    private protected async Task TryAsync(object target, Func<Task> work, CancellationToken cancellationToken)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (PgSslException failure)
        {
            await PostAsync(() => WriteFailure(failure, target), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        _isAllKnown = true;
        _pump!.Finish();
        Row = null;
    }

    /// <summary>Ends all workers and waits for them.</summary>
    protected override void Dispose(bool disposing)
    {
        _pump?.Dispose();
        base.Dispose(disposing);
    }

    /// <inheritdoc/>
    private protected override void OnUnusableEndpoint(PgSslException failure, object target)
    {
        PSObject? row = Row;
        _pump!.Add(() => WriteFrom(row, () => WriteUnusable(failure, target)));
    }

    /// <summary>Writes that an endpoint cannot be used, in its turn.</summary>
    private protected virtual void WriteUnusable(PgSslException failure, object target) => WriteFailure(failure, target);

    /// <summary>Runs an action on the pipeline thread, in this server's turn.</summary>
    protected ValueTask PostAsync(Action action, CancellationToken cancellationToken)
    {
        PSObject? row = _row.Value;
        return _pump!.PostAsync(() => WriteFrom(row, action), cancellationToken);
    }

    /// <summary>Shows how far the work is, whatever other servers are still doing.</summary>
    private protected ValueTask PostProgressAsync(Action action, CancellationToken cancellationToken) =>
        _pump!.PostAtOnceAsync(action, cancellationToken);

    private void WriteFrom(PSObject? row, Action action)
    {
        Row = row;
        action();
    }
}
