namespace PgSsl.Connections.Formats;

/// <summary>
/// <c>PGHOST=db1</c> and so on, one on each line, without quotes. <c>docker run --env-file</c> reads it literally (docker/cli,
/// opts/file.go), and so does systemd's EnvironmentFile unless a warning says otherwise (systemd, env-file.c).
/// </summary>
internal sealed class EnvironmentFormat : IConnectionStringFormat
{
    public string Name => "Environment";

    // libpq's service file overrides its environment: together with PGSERVICE, the file could override what the user wrote explicitly.
    public bool KeepsService(IReadOnlyDictionary<string, string> parameters) => parameters.Count == 1;

    public FormattedConnection Write(WrittenConnection connection)
    {
        var lines = new List<string>();
        var warnings = new List<string>();
        foreach ((string name, string value) in connection.Parameters)
        {
            string? variable = ConnectionParameters.Find(name)!.EnvironmentVariable;
            if (FaultOf(variable, value) is { } fault)
            {
                warnings.Add($"{name} is left out: {fault}. Put it into the connection string or into a service file.");
                continue;
            }
            lines.Add($"{variable}={value}");
            if (ReadsDifferently(value))
                warnings.Add(
                    $"{name}: systemd's EnvironmentFile would change the value, because of a backslash, a quote or a blank at its ends. "
                    + $"docker --env-file reads {variable} literally; for systemd, quote and escape it.");
        }
        return new(string.Join('\n', lines), warnings);
    }

    private static string? FaultOf(string? variable, string value)
    {
        if (variable is null) return "libpq has no environment variable for it";
        return value.AsSpan().ContainsAny('\n', '\r') ? "an environment file cannot hold a line break in a value" : null;
    }

    private static bool ReadsDifferently(string value) =>
        value.Length > 0 && (value.Contains('\\') || value[0] is '"' or '\'' || value.Trim(' ', '\t').Length < value.Length);
}
