namespace PgSsl.Connections.Formats;

/// <summary>
/// <c>PGHOST=db1</c> and so on, a line each, nothing quoted: what <c>docker run --env-file</c> takes as it is (docker/cli, opts/file.go),
/// and systemd's EnvironmentFile reads in the same way unless a warning says otherwise (systemd, env-file.c).
/// </summary>
internal sealed class EnvironmentFormat : IConnectionStringFormat
{
    public string Name => "Environment";

    // libpq's service file beats its environment: beside PGSERVICE, what the user wrote explicitly could lose to the file.
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
                    + $"docker --env-file takes {variable} as it is; for systemd, quote and escape it.");
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
