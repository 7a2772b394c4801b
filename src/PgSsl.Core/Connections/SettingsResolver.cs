namespace PgSsl.Connections;

/// <summary>libpq's order of precedence (fe-connect.c, conninfo_add_defaults), and the defaults that it computes.</summary>
internal sealed class SettingsResolver
{
    private readonly PgEndpoint _endpoint;
    private readonly ConnectionEnvironment _environment;
    private readonly Dictionary<string, ServiceEntry>? _service;

    private SettingsResolver(PgEndpoint endpoint, ConnectionEnvironment environment)
    {
        (_endpoint, _environment) = (endpoint, environment);
        // PGSERVICE counts even if it is empty: then libpq looks for a section [].
        string? service = endpoint.Parameters.GetValueOrDefault("service") ?? environment.GetVariable("PGSERVICE");
        RefusedText.RefuseSecretIn("service", service);
        _service = service is null ? null : ServiceFile.ReadSection(service, environment);
    }

    /// <summary>Resolves.</summary>
    /// <param name="endpoint">What to connect to.</param>
    /// <param name="environment">The rest.</param>
    /// <param name="asked">The same endpoint with its own sslmode, if that was replaced.</param>
    internal static ConnectionSettings Resolve(PgEndpoint endpoint, ConnectionEnvironment environment, PgEndpoint? asked = null)
    {
        var resolver = new SettingsResolver(endpoint, environment);
        var settings = new ConnectionSettings(Array.ConvertAll(ConnectionParameters.All, resolver.Resolve), environment)
        {
            Application = endpoint.Application,
            AskedSslMode = resolver.ModeOf(asked ?? endpoint),
        };
        SettingRules.Check(settings);
        return settings;
    }

    private SslMode? ModeOf(PgEndpoint asked)
    {
        ConnectionParameter parameter = ConnectionParameters.Find("sslmode")!;
        string? value = Given(parameter, asked)?.Raw ?? Default(parameter);
        return SslModeText.TryParseLibpq(value, out SslMode mode) ? mode : null;
    }

    private ConnectionSetting Resolve(ConnectionParameter parameter) =>
        Given(parameter, _endpoint) ?? ConnectionSetting.Create(parameter, Default(parameter), SettingSource.Default, null);

    private ConnectionSetting? Given(ConnectionParameter parameter, PgEndpoint endpoint)
    {
        if (endpoint.Parameters.TryGetValue(parameter.Name, out string? value))
            return ConnectionSetting.Create(parameter, value, SettingSource.Explicit, null);
        if (_service is not null && _service.TryGetValue(parameter.Name, out ServiceEntry entry))
            return ConnectionSetting.Create(parameter, entry.Value, SettingSource.ServiceFile, entry.Origin);
        if (parameter.EnvironmentVariable is { } variable && _environment.GetVariable(variable) is { } fromEnvironment)
            return ConnectionSetting.Create(parameter, fromEnvironment, SettingSource.Environment, variable);
        if (parameter.Name == "sslmode" && _environment.GetVariable("PGREQUIRESSL")?.StartsWith('1') == true)
            return ConnectionSetting.Create(parameter, "require", SettingSource.Environment, "PGREQUIRESSL");
        return null;
    }

    private string? Default(ConnectionParameter parameter) => parameter.Name switch
    {
        "user" => _environment.UserName,
        "dbname" => NonEmpty("user") ?? _environment.UserName,
        "host" when NonEmpty("hostaddr") is null => HostList.DefaultHost(_environment),
        "passfile" => _environment.DefaultPasswordFile,
        "sslmode" when _endpoint.Application?.DefaultSslMode is { } mode => mode.ToLibpq(),
        "sslmode" when NonEmpty("sslrootcert") == ConnectionSettings.SystemRoots => "verify-full",
        "sslcertmode" => "allow",
        "sslcert" => _environment.UnderConfiguration(ConnectionSettings.DefaultCertificateFile),
        "sslkey" => _environment.UnderConfiguration(ConnectionSettings.DefaultKeyFile),
        "sslrootcert" => _environment.UnderConfiguration(ConnectionSettings.DefaultRootFile),
        "sslcrl" when NonEmpty("sslcrldir") is null && NonEmpty("sslrootcert") != ConnectionSettings.SystemRoots =>
            _environment.UnderConfiguration(ConnectionSettings.DefaultCrlFile),
        _ => parameter.DefaultValue,
    };

    private string? NonEmpty(string name) =>
        Given(ConnectionParameters.Find(name)!, _endpoint)?.Raw is { Length: > 0 } value ? value : null;
}
