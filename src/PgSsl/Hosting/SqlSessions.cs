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
        // PowerShell writes a name without a domain with a backslash in some places.
        string? userName = credential?.UserName.TrimStart('\\');
        if (!string.IsNullOrEmpty(userName))
            endpoint = endpoint.With("user", userName);
        return ServerSessions.OpenAsync(Factory.Value, endpoint.Resolve(environment), credential?.Password, timeout, cancellationToken);
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
