using System.Reflection;
using PgSsl.Server;

namespace PgSsl.Hosting;

/// <summary>The driver for SQL sessions, loaded when the first cmdlet wants one.</summary>
internal static class SqlSessions
{
    private const string AssemblyName = "PgSsl.Npgsql";
    private const string TypeName = "PgSsl.Sql.NpgsqlSessionFactory";
    private const string Folder = "lib";

    private static readonly Lazy<IServerSessionFactory> Loaded = new(Load);

    /// <summary>Opens sessions.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.FileNotFound"/>: the module's folder is not complete.</exception>
    public static IServerSessionFactory Factory => Loaded.Value;

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
                $"The module's folder is not complete: {folder} should hold {AssemblyName} and what it needs. {exception.Message}",
                "Install the module again; from sources, run dotnet build src/PgSsl.",
                exception);
        }
    }
}
