using System.Globalization;

namespace PgSsl.Connections.Formats;

/// <summary>
/// Npgsql 10's connection string. Source: npgsql/npgsql, NpgsqlConnectionStringBuilder.cs, NpgsqlConnector.cs,
/// NpgsqlMultiHostDataSource.cs, PostgresEnvironment.cs.
/// </summary>
internal sealed class NpgsqlFormat : DriverFormat
{
    // NpgsqlConnection.TimeoutLimit, in seconds.
    private const int LongestTimeout = 1024;

    public override string Name => "Npgsql";

    public override IReadOnlyDictionary<string, DriverParameter> Table => NpgsqlParameters.Table;

    protected override string Driver => "Npgsql";

    protected override void StartText(WrittenConnection connection, DriverDraft draft)
    {
        // Hosts with this port need no port of their own, for which an IPv6 address would need brackets.
        int port = (connection.Hosts.FirstOrDefault(host => host.DisplayName.Contains(':')) ?? connection.Hosts[0]).Port;
        draft.Add("Host", string.Join(',', connection.Hosts.Select(host => host.Port == port ? host.DisplayName : host.ToString())));
        if (connection["port"] is not null)
            draft.Add("Port", port.ToString(CultureInfo.InvariantCulture));
        WarnOfSockets(connection, draft);
        if (UsesSystemRoots(connection) && connection["sslmode"] is null)
            draft.Add("SSL Mode", "VerifyFull");
        if (ModeOf(connection) == "verify-ca" && connection["sslrootcert"] is null)
            draft.Warn(
                "sslmode=verify-ca means less to Npgsql: without a root file libpq refuses to connect, but Npgsql uses the operating system's roots, "
                + "below which anybody can get a certificate. Add -RootCertificate, or use -SslMode verify-full.");
    }

    protected override bool WriteSpecially(string name, string value, WrittenConnection connection, DriverDraft draft)
    {
        switch (name)
        {
            case "sslrootcert" when UsesSystemRoots(connection):
                draft.Warn(
                    "sslrootcert=system is left out, for Npgsql it is the name of a file: it uses the operating system's roots if neither "
                    + "PGSSLROOTCERT nor ~/.postgresql/root.crt exists. Make sure of that where Npgsql runs.");
                return true;
            case "target_session_attrs" when connection.Hosts.Count == 1:
                if (value != "any")
                    draft.Warn(
                        "target_session_attrs is left out, Npgsql cannot express it: it does not accept it with only one host. "
                        + "Let the application check pg_is_in_recovery().");
                return true;
            case "connect_timeout":
                WriteTimeout(value, draft);
                return true;
            case "keepalives_idle" or "keepalives_interval" when connection["keepalives"] is { } on && Number(on) == 0:
                return true;
            case "keepalives_interval" when Number(connection["keepalives_idle"]) <= 0:
                // Zero and less mean the system's default.
                if (Number(value) > 0)
                    draft.Warn(
                        "keepalives_interval is left out, Npgsql cannot express it: it accepts an interval only together with the time before the "
                        + "first keepalive. Give keepalives_idle as well.");
                return true;
            default:
                return base.WriteSpecially(name, value, connection, draft);
        }
    }

    protected override string Render(WrittenConnection connection, DriverDraft draft) =>
        string.Join(';', draft.Pairs.Select(pair => $"{pair.Key}={Quote(pair.Value)}"));

    /// <summary>
    /// Quotes for DbConnectionStringBuilder, the base class of Npgsql's. Its own AppendKeyValuePair loses a line break at the end of a value.
    /// </summary>
    private static string Quote(string value)
    {
        bool isPlain = !value.Any(character => char.IsWhiteSpace(character) || char.IsControl(character) || "\"'=;".Contains(character));
        if (isPlain)
            return value;
        return value.Contains('"') && !value.Contains('\'') ? $"'{value}'" : $"\"{value.Replace("\"", "\"\"")}\"";
    }

    // A value that is not a number was refused before.
    private static int Number(string? text) => LibpqInteger.TryParse(text ?? "", out int number) ? number : 0;

    private static void WriteTimeout(string value, DriverDraft draft)
    {
        int seconds = Number(value);
        if (seconds > LongestTimeout)
            draft.Warn($"connect_timeout is shortened to {LongestTimeout} seconds, the longest that Npgsql accepts; 0 means without limit.");
        draft.Add("Timeout", Math.Clamp(seconds, 0, LongestTimeout).ToString(CultureInfo.InvariantCulture));
    }

    private static void WarnOfSockets(WrittenConnection connection, DriverDraft draft)
    {
        bool insists = ModeOf(connection) is "require" or "verify-ca" or "verify-full";
        if (insists && connection.Hosts.Any(host => host.IsUnixSocket))
            draft.Warn(
                $"sslmode={ModeOf(connection)} means more to Npgsql: it does not connect over a Unix-domain socket, which has no TLS, but libpq "
                + "ignores the mode there. Use -SslMode prefer for a socket.");
    }
}
