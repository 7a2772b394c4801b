using System.Management.Automation;
using PgSsl.Binding;
using PgSsl.Connections;
using PgSsl.Server;
using PgSsl.Server.Live;

namespace PgSsl.Hosting;

/// <summary>A cmdlet that works on servers through SQL, one at a time.</summary>
public abstract class SqlCmdlet : PgCmdlet
{
    /// <summary>The role and its password for the SQL session; without it, those of the endpoint, the environment and the password file.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>How long a connection may take, in seconds; 0: the endpoint's connect_timeout, else 10.</summary>
    [Parameter]
    [Alias("TimeoutSeconds", "Timeout")]
    [ValidateRange(0, 86400)]
    public int TimeoutSec { get; set; }

    /// <summary>Whether poolers and load balancers are refused, before anything else is asked: it changes or judges the server itself.</summary>
    private protected virtual bool RefusesPoolers => false;

    // A list of clients may be tested at one server, which is looked at once.
    private readonly HashSet<string> _looked = new(StringComparer.Ordinal);

    /// <summary>How long a connection may take.</summary>
    private protected TimeSpan TimeoutOf(ConnectionSettings settings) =>
        TimeoutSec > 0 ? TimeSpan.FromSeconds(TimeoutSec) : settings.TimeoutOrDefault;

    /// <summary>Opens a session with a server. The caller closes it by disposing the server.</summary>
    /// <param name="argument">The server.</param>
    /// <exception cref="PgSslException">There is no session.</exception>
    private protected LiveServer Connect(EndpointArgument argument)
    {
        PgEndpoint endpoint = EndpointOf(argument);
        ConnectionSettings settings = endpoint.Resolve(Environment);
        TimeSpan timeout = TimeoutOf(settings);
        ConnectionEnvironment environment = Environment;
        string? warning = null;
        bool isFirst = _looked.Add(endpoint.Text);
        LiveServer opened = Wait(async token =>
        {
            IServerSession session = await SqlSessions.OpenAsync(endpoint, environment, Credential, timeout, token).ConfigureAwait(false);
            try
            {
                if (RefusesPoolers)
                    LiveServer.RefusePooler(session);
                LiveServer live = await LiveServer.OfAsync(session, settings, timeout, token).ConfigureAwait(false);
                live = live with { Reopen = again => SqlSessions.OpenAgainAsync(session.Host, endpoint, environment, Credential, timeout, again) };
                if (RefusesPoolers)
                {
                    await SeveralServers.RefuseAsync(live, token).ConfigureAwait(false);
                    warning = await SeveralServers.DescribeElsewhereAsync(live, token).ConfigureAwait(false) is { } elsewhere
                        ? $"{elsewhere} {SeveralServers.Remedy}" : null;
                }
                else if (isFirst)
                {
                    warning = await SeveralServers.FindReadWarningAsync(live, token).ConfigureAwait(false);
                }
                return live;
            }
            catch
            {
                await session.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        });
        if (warning is not null)
            WriteWarning(warning);
        return opened;
    }
}
