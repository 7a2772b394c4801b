namespace PgSsl.Connections.Formats;

/// <summary>The formats that there are.</summary>
internal static class ConnectionStringFormats
{
    /// <summary>All formats, in the order to offer them.</summary>
    public static IReadOnlyList<IConnectionStringFormat> All { get; } =
        [new UriFormat(), new ConninfoFormat(), new NpgsqlFormat(), new JdbcFormat(), new EnvironmentFormat(), new ServiceFormat()];

    /// <summary>The format of that name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static IConnectionStringFormat Get(string name) =>
        All.FirstOrDefault(format => format.Name == name) ?? throw new ArgumentException($"There is no format \"{name}\".", nameof(name));
}
