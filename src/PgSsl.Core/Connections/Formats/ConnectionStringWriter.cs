namespace PgSsl.Connections.Formats;

/// <summary>
/// Writes an endpoint in another format: only what the user wrote, and nothing from this machine's environment. Only the service file is read, and
/// only for formats that cannot name a service.
/// </summary>
internal static class ConnectionStringWriter
{
    // The location of the service file is not a part of the connection.
    private static readonly string[] LocationVariables = ["PGSERVICEFILE", "PGSYSCONFDIR"];

    /// <summary>Writes the endpoint. An endpoint without parameters means the environment, as psql does without arguments.</summary>
    /// <param name="endpoint">What the user wrote.</param>
    /// <param name="format">The format.</param>
    /// <param name="environment">Where the service file is found.</param>
    /// <param name="options">Further options.</param>
    /// <exception cref="PgSslException">libpq would refuse the endpoint, its service is not defined, or the format cannot express it.</exception>
    public static FormattedConnection Write(
        PgEndpoint endpoint, IConnectionStringFormat format, ConnectionEnvironment environment, FormatOptions options)
    {
        WrittenConnection connection = Collect(endpoint, format, environment, options.ServiceName);
        string[] omitted = options.IncludeSecrets
            ? []
            : [.. connection.Parameters.Select(parameter => parameter.Key).Where(ConnectionParameters.IsSecret)];
        FormattedConnection written = format.Write(connection with
        {
            Parameters = [.. connection.Parameters.Where(parameter => !omitted.Contains(parameter.Key))],
        });
        return written with { OmittedSecrets = omitted, Subject = SubjectOf(endpoint, connection) };
    }

    private static string SubjectOf(PgEndpoint endpoint, WrittenConnection connection) =>
        endpoint.Parameters.TryGetValue("service", out string? service)
            ? $"service={service}"
            : string.Join(',', connection.Hosts.Select(host => host.DisplayName));

    private static WrittenConnection Collect(
        PgEndpoint endpoint, IConnectionStringFormat format, ConnectionEnvironment environment, string? serviceName)
    {
        string? service = endpoint.Parameters.GetValueOrDefault("service");
        if (service is not null && format.KeepsService(endpoint.Parameters))
            return new(WrittenConnection.Sort(endpoint.Parameters), WithoutService(endpoint, environment).Hosts, serviceName ?? service);

        ConnectionSettings settings = endpoint.Resolve(endpoint.Parameters.Count == 0 ? environment : WithoutVariables(environment));
        IEnumerable<KeyValuePair<string, string>> given = settings.All
            .Where(setting => setting.Source != SettingSource.Default && setting.Name != "service")
            .Select(setting => KeyValuePair.Create(setting.Name, setting.Raw!));
        IReadOnlyList<KeyValuePair<string, string>> parameters = WrittenConnection.Sort(given);
        return parameters.Count > 0
            ? new(parameters, settings.Hosts, serviceName ?? service ?? settings.Hosts[0].DisplayName)
            : throw EndpointErrors.Invalid(
                "No server is named, and none of libpq's environment variables (PGHOST, PGSERVICE …) is set.",
                "Name one, as host:port, URI, connection string or service=name.");
    }

    /// <summary>
    /// The settings without those of the service, which need not be defined here, to check what libpq would refuse. The service may set the sslmode,
    /// so the strongest is used, which contradicts no other setting.
    /// </summary>
    private static ConnectionSettings WithoutService(PgEndpoint endpoint, ConnectionEnvironment environment)
    {
        PgEndpoint rest = endpoint.With("service", null);
        if (!rest.Parameters.ContainsKey("sslmode"))
            rest = rest.With("sslmode", SslMode.VerifyFull.ToLibpq());
        return rest.Resolve(WithoutVariables(environment));
    }

    private static ConnectionEnvironment WithoutVariables(ConnectionEnvironment environment) => environment.Where(LocationVariables.Contains);
}
