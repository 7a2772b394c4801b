namespace PgSsl.Connections.Formats;

/// <summary>A connection that is to be written: the parameters that were given, without defaults.</summary>
/// <param name="Parameters">The parameters by libpq's name, in the order to write them; each name once.</param>
/// <param name="Hosts">The servers that host, hostaddr and port name, for formats that do not have these three; at least one.</param>
/// <param name="ServiceName">The section's name in a service file.</param>
internal sealed record WrittenConnection(
    IReadOnlyList<KeyValuePair<string, string>> Parameters, IReadOnlyList<ConnectionHost> Hosts, string ServiceName)
{
    // What people look for first; the others follow in libpq's order.
    private static readonly string[] First = ["service", "host", "hostaddr", "port", "dbname", "user", "password"];

    private static readonly Dictionary<string, int> Order = First.Concat(ConnectionParameters.All.Select(parameter => parameter.Name))
        .Distinct().Select((name, index) => (name, index)).ToDictionary(pair => pair.name, pair => pair.index);

    /// <summary>The parameter's value; null where it was not given, or is empty, which means libpq's default.</summary>
    public string? this[string name] => Parameters.FirstOrDefault(parameter => parameter.Key == name).Value is { Length: > 0 } value ? value : null;

    internal static IReadOnlyList<KeyValuePair<string, string>> Sort(IEnumerable<KeyValuePair<string, string>> parameters) =>
        [.. parameters.OrderBy(parameter => Order[parameter.Key])];
}
