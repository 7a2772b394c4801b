using System.Text;

namespace PgSsl.Connections;

/// <summary>A value that a service file supplies.</summary>
/// <param name="Value">The text after the equals sign, blanks at the end of the line dropped.</param>
/// <param name="Origin">The file and line, as <c>path:line</c>.</param>
internal readonly record struct ServiceEntry(string Value, string Origin);

/// <summary>
/// Finds and reads a section of <c>pg_service.conf</c> as libpq does (fe-connect.c, parseServiceInfo and parseServiceFile).
/// </summary>
internal static class ServiceFile
{
    /// <summary>fgets() reads 1023 bytes at most, and libpq calls a line that fills them too long, newline included.</summary>
    private const int LineLimit = 1023;

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

    private static IEnumerable<string> Candidates(ConnectionEnvironment environment)
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
        Dictionary<string, ServiceEntry>? section = null;
        foreach ((string line, int number) in ReadLines(path))
        {
            if (line.Length == 0 || line[0] == '#') continue;
            if (line[0] == '[')
            {
                if (section is not null) break;
                // Whatever follows the bracket is not looked at.
                if (line.AsSpan(1).StartsWith(service + "]", StringComparison.Ordinal)) section = new(StringComparer.Ordinal);
            }
            else if (section is not null) AddEntry(section, line, $"{path}:{number}");
        }
        return section;
    }

    private static void AddEntry(Dictionary<string, ServiceEntry> section, string line, string origin)
    {
        if (line.StartsWith("ldap", StringComparison.Ordinal))
            throw Invalid(
                origin, "looks the service up in LDAP, which PgSsl does not do", "Write the parameters into the file, or give them directly.");
        int equals = line.IndexOf('=');
        if (equals < 0) throw Invalid(origin, "is not name=value", "Write name=value, without blanks around the equals sign.");
        string name = line[..equals];
        if (name == "service")
            throw Invalid(
                origin, "names another service, which libpq does not follow", "Write the parameters of that service here.");
        if (ConnectionParameters.Find(name) is null)
            throw Invalid(
                origin, $"sets \"{name}\", which libpq does not know", "Use libpq's names, without blanks around the equals sign.");
        section.TryAdd(name, new ServiceEntry(line[(equals + 1)..], origin));
    }

    private static IEnumerable<(string Line, int Number)> ReadLines(string path)
    {
        using Stream file = Open(path);
        var buffer = new byte[LineLimit];
        int number = 1, length = 0;
        for (int next = file.ReadByte(); next >= 0; next = file.ReadByte())
        {
            buffer[length++] = (byte)next;
            if (length == LineLimit)
                throw Invalid($"{path}:{number}", "is longer than libpq reads (1022 bytes)", "Shorten the line.");
            if (next == 0) throw Invalid($"{path}:{number}", "contains a NUL byte", "Save the file as UTF-8 text.");
            if (next != '\n') continue;
            yield return (Trim(buffer, length), number++);
            length = 0;
        }
        if (length > 0) yield return (Trim(buffer, length), number);
    }

    /// <summary>A byte order mark stays: libpq, too, then takes the first line for something else than a section.</summary>
    private static string Trim(byte[] buffer, int length)
    {
        int start = 0, end = length;
        while (end > start && ConninfoParser.IsBlank((char)buffer[end - 1])) end--;
        while (start < end && ConninfoParser.IsBlank((char)buffer[start])) start++;
        return Encoding.UTF8.GetString(buffer, start, end - start);
    }

    private static FileStream Open(string path)
    {
        try
        {
            return File.OpenRead(path);
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

    private static PgSslException Invalid(string origin, string fault, string remedy) =>
        new(PgSslError.InvalidServiceFile, $"libpq would refuse the service file: {origin} {fault}.", remedy);
}
