using System.Management.Automation;
using PgSsl.Connections;
using PgSsl.Server;

namespace PgSsl.Hosting;

/// <summary>How a cmdlet gets an SQL session: from an endpoint and, where one was given, a credential.</summary>
internal static class SqlEndpoint
{
    /// <summary>Opens a session with the first of the endpoint's hosts that libpq would take, and waits for it.</summary>
    /// <param name="endpoint">The server.</param>
    /// <param name="environment">The world in which it is resolved.</param>
    /// <param name="credential">The role and its password, before all that the endpoint says; null for what the endpoint says.</param>
    /// <param name="timeout">For each address of each host; null for the endpoint's connect_timeout, else 10 s.</param>
    /// <param name="cancellationToken">Ends the attempt at once.</param>
    /// <returns>The session; the caller closes it.</returns>
    /// <exception cref="PgSslException">See <see cref="ServerSessions.OpenAsync"/> and <see cref="PgEndpoint.Resolve"/>.</exception>
    public static IServerSession Open(
        PgEndpoint endpoint, ConnectionEnvironment environment, PSCredential? credential, TimeSpan? timeout, CancellationToken cancellationToken) =>
        // On a worker: nothing here may depend on the thread that a host waits with.
        Task.Run(() => OpenAsync(endpoint, environment, credential, timeout, cancellationToken), cancellationToken).GetAwaiter().GetResult();

    /// <summary>As <see cref="Open"/>, for a cmdlet that works on workers.</summary>
    public static Task<IServerSession> OpenAsync(
        PgEndpoint endpoint, ConnectionEnvironment environment, PSCredential? credential, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        // PowerShell writes a name without a domain with a backslash in some places.
        string? userName = credential?.UserName.TrimStart('\\');
        if (!string.IsNullOrEmpty(userName))
            endpoint = endpoint.With("user", userName);
        ConnectionSettings settings = endpoint.Resolve(environment);
        return ServerSessions.OpenAsync(
            SqlSessions.Factory, settings, credential?.Password, timeout ?? settings.TimeoutOrDefault, cancellationToken);
    }
}
