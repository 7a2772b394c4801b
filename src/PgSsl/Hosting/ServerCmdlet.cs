using System.Management.Automation;
using PgSsl.Binding;
using PgSsl.Certificates.Trust;
using PgSsl.Connections;

namespace PgSsl.Hosting;

/// <summary>
/// A cmdlet that talks to many servers at a time. It resolves endpoints on the pipeline thread, runs <see cref="ProcessServerAsync"/> on a
/// worker for each server, and writes results as they come.
/// </summary>
public abstract class ServerCmdlet : EndpointCmdlet
{
    private WorkPump? _pump;
    private string[] _rootCertificates = [];

    /// <summary>Begins with what takes longest in the first handshake of a process, while PowerShell binds parameters.</summary>
    protected ServerCmdlet() => PlatformStore.BeginLoading();

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
        base.BeginProcessing();
        TryOrThrow(RootCertificate, () => _rootCertificates = Array.ConvertAll(RootCertificate ?? [], ResolveRootCertificate));
        SystemTrust.BeginLoading(Environment.GetVariable);
        _pump = new WorkPump(ThrottleLimit, Stopped);
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
    private protected void Start(ServerTarget server, Func<CancellationToken, Task> work) =>
        _pump!.Start(token => TryAsync(server.Endpoint.Text, () => work(token), token));

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
    protected override void EndProcessing() => _pump!.Finish();

    /// <summary>Ends all workers and waits for them.</summary>
    protected override void Dispose(bool disposing)
    {
        _pump?.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>Runs an action on the pipeline thread.</summary>
    protected ValueTask PostAsync(Action action, CancellationToken cancellationToken) => _pump!.PostAsync(action, cancellationToken);
}
