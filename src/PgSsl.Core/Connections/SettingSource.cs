namespace PgSsl;

/// <summary>
/// Where the value of a connection parameter comes from, the strongest first (libpq, conninfo_add_defaults). These are texts, because an enumeration
/// becomes a number in JSON, a job or a file.
/// </summary>
public static class SettingSource
{
    /// <summary>The connection string, or a parameter of the cmdlet.</summary>
    public const string Explicit = nameof(Explicit);

    /// <summary>The section of a service file.</summary>
    public const string ServiceFile = nameof(ServiceFile);

    /// <summary>An environment variable.</summary>
    public const string Environment = nameof(Environment);

    /// <summary>libpq's default.</summary>
    public const string Default = nameof(Default);
}
