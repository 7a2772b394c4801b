using PgSsl.Connections;

namespace PgSsl.RootCertificates;

/// <summary>Where libpq takes its roots from if a connection names none: PGSERVICE, PGSSLROOTCERT, the default path.</summary>
/// <param name="Path">The file, which need not exist; null for the operating system's roots, or if there is no home directory.</param>
/// <param name="IsSystem">Whether it is the operating system's roots: <c>sslrootcert=system</c>.</param>
/// <param name="IsDefault">Whether it is the default path, below the home directory.</param>
/// <param name="Misplaced">A file near the default path that people put there, but libpq does not read; null where there is none.</param>
internal sealed record EffectiveRoots(string? Path, bool IsSystem, bool IsDefault, string? Misplaced)
{
    /// <summary>Works it out as libpq does. Reads the service file, and checks which files exist.</summary>
    /// <exception cref="PgSslException">libpq would refuse the settings in the environment or the service file.</exception>
    public static EffectiveRoots Find(ConnectionEnvironment environment)
    {
        ConnectionSettings settings = PgEndpoint.FromParameters([]).Resolve(environment);
        ConnectionSetting setting = settings.Get("sslrootcert");
        bool isDefault = setting.Source == SettingSource.Default || string.IsNullOrEmpty(setting.Value);
        return new EffectiveRoots(settings.RootCertificatePath, settings.UsesSystemRoots, isDefault, isDefault ? FindMisplaced(environment) : null);
    }

    private static string? FindMisplaced(ConnectionEnvironment environment) =>
        ConnectionWarnings.MisplacedRoot(environment)
        ?? (environment.UnderConfiguration("root.pem") is { } path && File.Exists(path) ? path : null);
}
