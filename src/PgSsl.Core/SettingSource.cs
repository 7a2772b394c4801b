namespace PgSsl;

/// <summary>Where the value of a connection parameter comes from, strongest first (libpq, conninfo_add_defaults).</summary>
public enum SettingSource
{
    /// <summary>Written in the connection string or given as a parameter.</summary>
    Explicit,
    /// <summary>The section of a service file.</summary>
    ServiceFile,
    /// <summary>An environment variable.</summary>
    Environment,
    /// <summary>What libpq does when nobody says anything.</summary>
    Default,
}
