using System.Text;

namespace PgSsl.Connections.Formats;

/// <summary>
/// libpq's URI (fe-connect.c, conninfo_uri_parse_options). Parameters that its first part can express exactly are written there, the others as query
/// parameters, so that libpq reads exactly the same parameters.
/// </summary>
internal sealed class UriFormat : IConnectionStringFormat
{
    public string Name => "Uri";

    public bool KeepsService(IReadOnlyDictionary<string, string> parameters) => true;

    public FormattedConnection Write(WrittenConnection connection)
    {
        // Parameters that are written are removed from the list; the query gets the rest.
        List<KeyValuePair<string, string>> remaining = [.. connection.Parameters];
        var text = new StringBuilder("postgresql://").Append(UserInfo(remaining)).Append(Hosts(remaining));
        string? database = Take(remaining, "dbname");
        if (database is not null || remaining.Count > 0)
            text.Append('/').Append(Encode(database ?? ""));
        if (remaining.Count > 0)
            text.Append('?').AppendJoin(
                '&', remaining.Select(parameter => $"{parameter.Key}={PercentEncoding.EncodeQueryValue(parameter.Value)}"));
        return new(text.ToString(), []);
    }

    private static string UserInfo(List<KeyValuePair<string, string>> remaining)
    {
        string? user = Take(remaining, "user");
        string? password = Take(remaining, "password");
        if (user is null && password is null)
            return "";
        return Encode(user ?? "") + (password is null ? "" : ":" + Encode(password)) + "@";
    }

    /// <summary>
    /// <c>host1:port1,host2:port2</c> has as many ports as hosts, even if they are empty (a list without any port is read as <c>port=,</c>, which
    /// overrides PGPORT). Other combinations are written into the query.
    /// </summary>
    private static string Hosts(List<KeyValuePair<string, string>> remaining)
    {
        string[] hosts = Value(remaining, "host")?.Split(',') ?? [""];
        string[] ports = Value(remaining, "port")?.Split(',') ?? [""];
        bool hasPorts = remaining.Exists(parameter => parameter.Key == "port");
        if (hosts.Length != ports.Length || (hosts.Length > 1 && !hasPorts))
            return "";
        Take(remaining, "host");
        Take(remaining, "port");
        return string.Join(',', hosts.Zip(ports, (host, port) => EncodeHost(host) + (port.Length > 0 ? ":" + Encode(port) : "")));
    }

    private static string EncodeHost(string host) => host.Contains(':') ? $"[{Encode(host).Replace("%3A", ":")}]" : Encode(host);

    private static string? Value(List<KeyValuePair<string, string>> remaining, string name) =>
        remaining.Find(parameter => parameter.Key == name).Value;

    /// <summary>Takes a value out of the list; an empty one stays, because only the query can express it.</summary>
    private static string? Take(List<KeyValuePair<string, string>> remaining, string name)
    {
        int index = remaining.FindIndex(parameter => parameter.Key == name && parameter.Value.Length > 0);
        if (index < 0)
            return null;
        string value = remaining[index].Value;
        remaining.RemoveAt(index);
        return value;
    }

    private static string Encode(string text) => Uri.EscapeDataString(text);
}
