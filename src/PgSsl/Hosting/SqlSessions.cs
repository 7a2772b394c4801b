using System.Management.Automation;
using PgSsl.Connections;
using PgSsl.Loading;
using PgSsl.Server;

namespace PgSsl.Hosting;

/// <summary>Opens SQL sessions. Their driver is loaded when the first cmdlet needs one.</summary>
internal static class SqlSessions
{
    private static readonly Lazy<IServerSessionFactory> Factory =
        new(() => LibraryLoadContext.Create<IServerSessionFactory>("PgSsl.Npgsql", "PgSsl.Sql.NpgsqlSessionFactory"));

    /// <summary>Opens a session with the first of the endpoint's hosts that libpq would take.</summary>
    /// <param name="endpoint">The server.</param>
    /// <param name="environment">Where it is resolved.</param>
    /// <param name="credential">The role and its password, instead of the endpoint's; null for the endpoint's.</param>
    /// <param name="timeout">For each address of each host.</param>
    /// <param name="cancellationToken">Ends the attempt at once.</param>
    /// <returns>The session; the caller closes it.</returns>
    /// <exception cref="PgSslException">
    /// <see cref="PgSslError.FileNotFound"/>: the module's folder is incomplete; and see <see cref="ServerSessions.OpenAsync"/> and
    /// <see cref="PgEndpoint.Resolve"/>.
    /// </exception>
    public static Task<IServerSession> OpenAsync(
        PgEndpoint endpoint, ConnectionEnvironment environment, PSCredential? credential, TimeSpan timeout, CancellationToken cancellationToken)
    {
        return ServerSessions.OpenAsync(
            Factory.Value, SettingsOf(endpoint, environment, credential), credential?.Password, timeout, cancellationToken);
    }

    /// <summary>Opens another session with a host that there was a session with.</summary>
    /// <param name="host">The host.</param>
    /// <param name="endpoint">As for the first session.</param>
    /// <param name="environment">As for the first session.</param>
    /// <param name="credential">As for the first session.</param>
    /// <param name="timeout">As for the first session.</param>
    /// <param name="cancellationToken">Ends the attempt at once.</param>
    /// <exception cref="PgSslException">See <see cref="IServerSessionFactory.OpenAsync"/>.</exception>
    public static Task<IServerSession> OpenAgainAsync(
        ConnectionHost host, PgEndpoint endpoint, ConnectionEnvironment environment, PSCredential? credential, TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        var request = new SqlSessionRequest(SettingsOf(endpoint, environment, credential), host, timeout) { Password = credential?.Password };
        return Factory.Value.OpenAsync(request, cancellationToken);
    }

    private static ConnectionSettings SettingsOf(PgEndpoint endpoint, ConnectionEnvironment environment, PSCredential? credential)
    {
        // PowerShell writes a name without a domain with a backslash in some places.
        string? userName = credential?.UserName.TrimStart('\\');
        return (string.IsNullOrEmpty(userName) ? endpoint : endpoint.With("user", userName)).Resolve(environment);
    }
}
