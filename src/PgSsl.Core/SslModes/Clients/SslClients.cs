namespace PgSsl.SslModes.Clients;

/// <summary>The clients whose rules are modelled.</summary>
internal static class SslClients
{
    private static readonly ISslClient[] Known =
    [
        new LibpqClient(),
        new NpgsqlClient(),
        new PgjdbcClient(),
        new PgxClient(),
        new NodePostgresClient(),
    ];

    /// <summary>All of them, libpq first.</summary>
    public static IReadOnlyList<ISslClient> All => Known;

    /// <summary>Finds one by its name.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.InvalidParameterValue"/>: there is no such client.</exception>
    public static ISslClient Get(string name) =>
        Array.Find(Known, client => client.Name == name) ?? throw new PgSslException(
            PgSslError.InvalidParameterValue,
            $"The client \"{name}\" is unknown. The known clients are {string.Join(", ", Known.Select(client => client.Name))}.",
            "Name one of these.");
}
