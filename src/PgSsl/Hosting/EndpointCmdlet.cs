using System.Management.Automation;
using PgSsl.Binding;
using PgSsl.Connections;

namespace PgSsl.Hosting;

/// <summary>
/// A cmdlet that does something with each server it is given, many at a time: it resolves endpoints on the pipeline thread, has
/// <see cref="ProcessServerAsync"/> run on a worker per server, and writes results as they come.
/// </summary>
public abstract class EndpointCmdlet : PgCmdlet, IDisposable
{
    private const int DefaultTimeoutSec = 10;

    private WorkPump? _pump;
    private ConnectionEnvironment? _environment;
    private string? _rootCertificate;

    /// <summary>
    /// The servers: host, host:port, [v6]:port, a postgresql:// URI, a connection string, a hashtable of connection parameters, or
    /// output of this module. Without any, the environment says (PGHOST, PGSERVICE …), as for psql.
    /// </summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("HostName", "ComputerName", "Server", "ConnectionString", "Uri")]
    [EndpointTransformation]
    [ArgumentCompleter(typeof(EndpointCompleter))]
    [AllowEmptyCollection]
    public EndpointArgument[]? Endpoint { get; set; }

    /// <summary>The port, instead of the endpoint's own.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateRange(1, 65535)]
    public int Port { get; set; }

    /// <summary>A file of root certificates to verify with, instead of sslrootcert; or <c>system</c>.</summary>
    [Parameter]
    [Alias("SslRootCert")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RootCertificateCompleter))]
    public string? RootCertificate { get; set; }

    /// <summary>How long one connection may take in all, in seconds; 0: the endpoint's connect_timeout, else 10.</summary>
    [Parameter]
    [Alias("TimeoutSeconds", "Timeout")]
    [ValidateRange(0, 86400)]
    public int TimeoutSec { get; set; }

    /// <summary>How many connections may be open at a time.</summary>
    [Parameter]
    [ValidateRange(1, 1000)]
    public int ThrottleLimit { get; set; } = 32;

    /// <summary>Does the work for one server. Runs on a worker; what it wants from PowerShell goes through <see cref="PostAsync"/>.</summary>
    protected abstract Task ProcessServerAsync(ServerTarget server, CancellationToken cancellationToken);

    /// <summary>What the user's parameters change in an endpoint; a cmdlet with more parameters adds its own.</summary>
    protected virtual PgEndpoint Override(PgEndpoint endpoint)
    {
        if (Port != 0)
            endpoint = endpoint.With("port", $"{Port}");
        return _rootCertificate is null ? endpoint : endpoint.With("sslrootcert", _rootCertificate);
    }

    /// <summary>How long one connection may take in all.</summary>
    protected virtual TimeSpan ConnectionTimeout(ConnectionSettings settings) =>
        TimeoutSec > 0 ? TimeSpan.FromSeconds(TimeoutSec) : DefaultTimeout(settings);

    /// <summary>How long one connection may take where the user did not say.</summary>
    protected static TimeSpan DefaultTimeout(ConnectionSettings settings) => settings.ConnectTimeout ?? TimeSpan.FromSeconds(DefaultTimeoutSec);

    /// <summary>Called on the pipeline thread for an endpoint that names no server; its error is written afterwards.</summary>
    protected virtual void OnUnusableEndpoint()
    {
    }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        RefuseServersTwice(Endpoint, "-SslMode require");
        _environment = ConnectionEnvironment.Capture(WorkingDirectory);
        _rootCertificate = RootCertificate is null or ConnectionSettings.SystemRoots ? RootCertificate : ResolveFilePath(RootCertificate);
        // libpq does without a file that is missing, in the weaker modes; a path typed here is meant.
        if (_rootCertificate is not (null or ConnectionSettings.SystemRoots) && !File.Exists(_rootCertificate))
            ThrowFailure(
                new PgSslException(
                    PgSslError.FileNotFound,
                    $"The root certificate file \"{_rootCertificate}\" does not exist.",
                    "Check the path, or use -RootCertificate system for the operating system's roots."),
                _rootCertificate);
        _pump = new WorkPump(ThrottleLimit);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (Endpoint is null && !MyInvocation.ExpectingInput)
            Endpoint = [EndpointArgument.FromEnvironment];
        foreach (EndpointArgument argument in Endpoint ?? [])
        {
            foreach (ServerTarget server in Resolve(argument))
                _pump!.Start(token => ProcessServerAsync(server, token));
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing() => _pump!.Finish();

    /// <inheritdoc/>
    protected override void StopProcessing() => _pump?.Cancel();

    /// <summary>Ends all workers and waits for them.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends all workers and waits for them.</summary>
    protected virtual void Dispose(bool disposing) => _pump?.Dispose();

    /// <summary>Has something done on the pipeline thread.</summary>
    protected ValueTask PostAsync(Action action, CancellationToken cancellationToken) => _pump!.PostAsync(action, cancellationToken);

    private IReadOnlyList<ServerTarget> Resolve(EndpointArgument argument)
    {
        try
        {
            PgEndpoint endpoint = Override(argument.Endpoint ?? throw argument.Failure!);
            ConnectionSettings settings = ResolveForAnyMode(endpoint);
            TimeSpan timeout = ConnectionTimeout(settings);
            return [.. settings.Hosts.Select(host => new ServerTarget(endpoint.At(host), settings, host, timeout))];
        }
        catch (PgSslException failure)
        {
            OnUnusableEndpoint();
            WriteFailure(failure, argument.Target);
            return [];
        }
    }

    /// <summary>
    /// What a server is does not depend on the sslmode one would use, and the strongest contradicts no other setting. One that libpq
    /// does not know is an error all the same.
    /// </summary>
    private ConnectionSettings ResolveForAnyMode(PgEndpoint endpoint)
    {
        bool isValid = !endpoint.Parameters.TryGetValue("sslmode", out string? written) || SslModeText.TryParseLibpq(written, out _);
        return (isValid ? endpoint.With("sslmode", SslMode.VerifyFull.ToLibpq()) : endpoint).Resolve(_environment!);
    }
}
