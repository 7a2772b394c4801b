using PgSsl.Files;

namespace PgSsl.Connections;

/// <summary>A value that a service file supplies.</summary>
/// <param name="Value">The text after the equals sign, without blanks at the end of the line.</param>
/// <param name="Origin">The file and line, as <c>path:line</c>.</param>
internal readonly record struct ServiceEntry(string Value, string Origin);

/// <summary>
/// Finds and reads a section of <c>pg_service.conf</c>, as libpq does (fe-connect.c, parseServiceInfo and parseServiceFile).
/// </summary>
internal static class ServiceFile
{
    internal static Dictionary<string, ServiceEntry> ReadSection(string service, ConnectionEnvironment environment)
    {
        string[] paths = [.. Candidates(environment)];
        foreach (string path in paths)
        {
            if (ReadSection(service, path) is { } section) return section;
        }
        string searched = paths.Length == 0 ? "there is no service file" : $"it is not in {string.Join(" or ", paths)}";
        throw new PgSslException(
            PgSslError.ServiceNotFound, $"The service \"{service}\" is not defined: {searched}.",
            $"Add a section [{service}] to the service file, or name the right file in PGSERVICEFILE.");
    }

    internal static IEnumerable<string> Candidates(ConnectionEnvironment environment)
    {
        if (environment.GetVariable("PGSERVICEFILE") is { } named)
            yield return named.Length > 0 ? environment.ResolvePath(named) : throw Missing("\"\"");
        else if (environment.UnderHome(".pg_service.conf") is { } personal && Path.Exists(personal)) yield return personal;

        if (environment.SystemConfigurationDirectory is { } directory)
        {
            string shared = environment.ResolvePath(directory + "/pg_service.conf");
            if (Path.Exists(shared)) yield return shared;
        }
    }

    private static Dictionary<string, ServiceEntry>? ReadSection(string service, string path)
    {
        using Stream file = Open(path);
        if (FindSection(service, file, path) is not { } lines) return null;
        var section = new Dictionary<string, ServiceEntry>(StringComparer.Ordinal);
        foreach (ServiceFileLine line in lines.Where(line => line.EntryName is not null))
            section.TryAdd(line.EntryName!, new ServiceEntry(line.Text[(line.EntryName!.Length + 1)..], $"{path}:{line.Number}"));
        return section;
    }

    /// <summary>
    /// The lines of a section, from its header up to the next header; null where the file has no such section. Entries are checked.
    /// </summary>
    internal static List<ServiceFileLine>? FindSection(string service, Stream file, string path)
    {
        List<ServiceFileLine>? section = null;
        foreach (ServiceFileLine line in ServiceFileLine.ReadAll(file, path))
        {
            if (line.IsHeader)
            {
                if (section is not null) break;
                // libpq ignores everything behind the bracket.
                if (line.Text.AsSpan(1).StartsWith(service + "]", StringComparison.Ordinal)) section = [];
            }
            else if (section is not null && line.IsEntry) CheckEntry(line.Text, $"{path}:{line.Number}");
            section?.Add(line);
        }
        return section;
    }

    private static void CheckEntry(string line, string origin)
    {
        if (line.StartsWith("ldap", StringComparison.Ordinal))
            throw Invalid(
                origin, "takes the service from LDAP, which PgSsl does not support", "Write the parameters into the file, or give them directly.");
        int equals = line.IndexOf('=');
        if (equals < 0) throw Invalid(origin, "is not name=value", "Write name=value, without blanks around the equals sign.");
        string name = line[..equals];
        if (name == "service")
            throw Invalid(
                origin, "names another service, which libpq does not follow", "Write the parameters of that service here.");
        if (ConnectionParameters.Find(name) is null)
            throw Invalid(
                origin, $"sets \"{name}\", which libpq does not have", "Use libpq's names, without blanks around the equals sign.");
    }

    internal static MemoryStream Open(string path)
    {
        try
        {
            return new MemoryStream(RegularFile.Read(path));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Missing(path, exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new PgSslException(
                PgSslError.FileUnreadable, $"The service file {path} cannot be read: {exception.Message}",
                "Give this account the right to read the file.", exception);
        }
    }

    private static PgSslException Missing(string path, Exception? cause = null) =>
        new(PgSslError.FileNotFound, $"The service file {path} (environment variable PGSERVICEFILE) does not exist.",
            "Create the file, or point PGSERVICEFILE at the right one.", cause);

    internal static PgSslException Invalid(string origin, string fault, string remedy) =>
        new(PgSslError.InvalidServiceFile, $"libpq would refuse the service file: {origin} {fault}.", remedy);
}
