using System.Text;
using PgSsl.Files;

namespace PgSsl.Connections;

/// <summary>The servers in the user's own files, for tab completion.</summary>
internal static class KnownEndpoints
{
    /// <summary>
    /// Reads the hosts of the password file (<c>host:port</c>) and the sections of the service files (<c>service=name</c>). Files that cannot be read
    /// are skipped, because completion cannot report errors. The passwords are not kept.
    /// </summary>
    public static IReadOnlyList<string> Find(ConnectionEnvironment environment)
    {
        string? passwordFile = environment.GetVariable("PGPASSFILE") ?? environment.DefaultPasswordFile;
        return
        [
            .. ReadLines(passwordFile, environment).Select(HostOf).OfType<string>()
                .Concat(FindServices(environment).Select(service => $"service={service}"))
                .Distinct(StringComparer.OrdinalIgnoreCase),
        ];
    }

    /// <summary>Reads the names of the services in the service files, each once. Files that cannot be read are skipped.</summary>
    public static IReadOnlyList<string> FindServices(ConnectionEnvironment environment)
    {
        string?[] files =
        [
            environment.GetVariable("PGSERVICEFILE") ?? environment.UnderHome(".pg_service.conf"),
            environment.SystemConfigurationDirectory is { } directory ? Path.Combine(directory, "pg_service.conf") : null,
        ];
        return [.. files.SelectMany(file => ReadLines(file, environment)).Select(ServiceOf).OfType<string>().Distinct(StringComparer.Ordinal)];
    }

    // hostname:port:database:username:password; a socket directory or * is not a server.
    private static string? HostOf(string line)
    {
        string[] fields = line.Split(':', 3);
        if (fields.Length < 3 || line.StartsWith('#') || fields[0] is "" or "*" || fields[0].StartsWith('/'))
            return null;
        return fields[1] is "*" or "5432" ? fields[0] : $"{fields[0]}:{fields[1]}";
    }

    private static string? ServiceOf(string line) =>
        line.StartsWith('[') && line.IndexOf(']') is var end and > 1 ? line[1..end] : null;

    private static string[] ReadLines(string? path, ConnectionEnvironment environment)
    {
        try
        {
            return string.IsNullOrEmpty(path) ? []
                : Encoding.UTF8.GetString(RegularFile.Read(environment.ResolvePath(path))).ReplaceLineEndings("\n").Split('\n');
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
