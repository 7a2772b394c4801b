using System.Management.Automation;
using System.Reflection;
using PgSsl.Connections;
using PgSsl.Server;

namespace PgSsl.Hosting;

/// <summary>Opens SQL sessions. Their driver is loaded when the first cmdlet needs one.</summary>
internal static class SqlSessions
{
    private const string AssemblyName = "PgSsl.Npgsql";
    private const string TypeName = "PgSsl.Sql.NpgsqlSessionFactory";
    private const string Folder = "lib";

    private static readonly Lazy<IServerSessionFactory> Factory = new(Load);

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

    private static IServerSessionFactory Load()
    {
        string folder = Path.Combine(Path.GetDirectoryName(typeof(SqlSessions).Assembly.Location)!, Folder);
        try
        {
            Type type = new SqlLoadContext(folder).Load(AssemblyName).GetType(TypeName, throwOnError: true)!;
            return (IServerSessionFactory)Activator.CreateInstance(type)!;
        }
        catch (Exception exception) when (exception is IOException or BadImageFormatException or TypeLoadException or TargetInvocationException)
        {
            throw new PgSslException(
                PgSslError.FileNotFound,
                $"The module's folder is incomplete: {folder} should hold {AssemblyName} and what it needs. {exception.Message}",
                "Install the module again; from sources, run dotnet build src/PgSsl.",
                exception);
        }
    }
}
