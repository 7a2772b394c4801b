namespace PgSsl.Connections.Formats;

/// <summary>The formats of connection strings.</summary>
internal static class ConnectionStringFormats
{
    /// <summary>All formats, in the order of completion.</summary>
    public static IReadOnlyList<IConnectionStringFormat> All { get; } =
        [new UriFormat(), new ConninfoFormat(), new NpgsqlFormat(), new JdbcFormat(), new EnvironmentFormat(), new ServiceFormat()];

    /// <summary>The format of a name.</summary>
    /// <exception cref="ArgumentException">There is no such format.</exception>
    public static IConnectionStringFormat Get(string name) =>
        All.FirstOrDefault(format => format.Name == name) ?? throw new ArgumentException($"There is no format \"{name}\".", nameof(name));
}
