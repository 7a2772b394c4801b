using System.Text;

namespace PgSsl.Connections.Formats;

/// <summary>A section of <c>pg_service.conf</c>, as libpq reads it (fe-connect.c, parseServiceFile).</summary>
internal sealed class ServiceFormat : IConnectionStringFormat
{
    // The file may be saved with Windows' line ends.
    private const int LongestLine = ServiceFileLine.Limit - 3;

    public string Name => "Service";

    // A section that names another service is refused.
    public bool KeepsService(IReadOnlyDictionary<string, string> parameters) => false;

    public FormattedConnection Write(WrittenConnection connection)
    {
        var lines = new List<string> { Header(connection.ServiceName) };
        var warnings = new List<string>();
        foreach ((string name, string value) in connection.Parameters)
        {
            string line = $"{name}={value}";
            if (FaultOf(line) is { } fault)
                warnings.Add($"{name} is left out: {fault}. Give it in the connection string, together with service={connection.ServiceName}.");
            else
                lines.Add(line);
        }
        return new(string.Join('\n', lines), warnings);
    }

    private static string Header(string service)
    {
        // libpq compares up to the first matching bracket, and reads each line by itself.
        bool isUsable = service.Length > 0 && service.IndexOfAny([']', '\n', '\r', '\0']) < 0;
        return isUsable && Encoding.UTF8.GetByteCount(service) + 2 <= LongestLine
            ? $"[{service}]"
            : throw new PgSslException(
                PgSslError.InvalidParameterValue, $"\"{service}\" cannot name a section of a service file.",
                "Give another name with -ServiceName: one line, without \"]\".");
    }

    private static string? FaultOf(string line)
    {
        if (line.Contains('\n')) return "a value in a service file cannot contain a line break";
        if (ConninfoParser.IsBlank(line[^1])) return "libpq removes blanks at the end of a line of the service file";
        return Encoding.UTF8.GetByteCount(line) > LongestLine ? "libpq refuses lines of more than 1022 bytes in a service file" : null;
    }
}
