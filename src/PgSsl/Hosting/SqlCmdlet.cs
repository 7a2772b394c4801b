using System.Management.Automation;
using PgSsl.Binding;
using PgSsl.Connections;
using PgSsl.Server;
using PgSsl.Server.Live;

namespace PgSsl.Hosting;

/// <summary>A cmdlet that works on servers through SQL, one at a time.</summary>
public abstract class SqlCmdlet : CancellableCmdlet
{
    private ConnectionEnvironment? _environment;

    /// <summary>The role and its password for the SQL session; without it, those of the endpoint, PGUSER, PGPASSWORD and the password file.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>How long a connection may take, in seconds; 0: the endpoint's connect_timeout, else 10.</summary>
    [Parameter]
    [Alias("TimeoutSeconds", "Timeout")]
    [ValidateRange(0, 86400)]
    public int TimeoutSec { get; set; }

    /// <summary>The world in which endpoints are resolved.</summary>
    private protected ConnectionEnvironment Environment => _environment ??= ConnectionEnvironment.Capture(WorkingDirectory);

    /// <summary>How long a connection may take.</summary>
    private protected TimeSpan TimeoutOf(ConnectionSettings settings) => TimeoutSec > 0 ? TimeSpan.FromSeconds(TimeoutSec) : settings.TimeoutOrDefault;

    /// <inheritdoc cref="WithServer{T}"/>
    private protected void WithServer(EndpointArgument argument, Action<LiveServer> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        WithServer(argument, live =>
        {
            work(live);
            return true;
        });
    }

    /// <summary>Opens a session with a server, works in it, and closes it.</summary>
    /// <param name="argument">The server.</param>
    /// <param name="work">What to do.</param>
    /// <exception cref="PgSslException">There was no session; and what <paramref name="work"/> throws.</exception>
    private protected T WithServer<T>(EndpointArgument argument, Func<LiveServer, T> work)
    {
        ArgumentNullException.ThrowIfNull(argument);
        ArgumentNullException.ThrowIfNull(work);
        PgEndpoint endpoint = argument.Endpoint ?? throw argument.Failure!;
        ConnectionSettings settings = endpoint.Resolve(Environment);
        TimeSpan timeout = TimeoutOf(settings);
        IServerSession session = SqlEndpoint.Open(endpoint, Environment, Credential, timeout, Stopped);
        try
        {
            return work(Wait(token => LiveServer.OfAsync(session, settings, timeout, token)));
        }
        finally
        {
            // On a worker: nothing here may depend on the thread that a host waits with.
            Task.Run(async () => await session.DisposeAsync().ConfigureAwait(false)).GetAwaiter().GetResult();
        }
    }
}
