namespace PgSsl;

/// <summary>
/// Where the value of a connection parameter comes from, strongest first (libpq, conninfo_add_defaults). Texts, because an
/// enumeration comes out of JSON, a job or a file as a number.
/// </summary>
public static class SettingSource
{
    /// <summary>Written in the connection string or given as a parameter.</summary>
    public const string Explicit = nameof(Explicit);

    /// <summary>The section of a service file.</summary>
    public const string ServiceFile = nameof(ServiceFile);

    /// <summary>An environment variable.</summary>
    public const string Environment = nameof(Environment);

    /// <summary>What libpq does when nobody says anything.</summary>
    public const string Default = nameof(Default);
}
