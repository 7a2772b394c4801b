using PgSsl.Connections;

namespace PgSsl.RootCertificates;

/// <summary>Where libpq takes its roots from when nobody says otherwise: PGSERVICE, PGSSLROOTCERT, the default path.</summary>
/// <param name="Path">The file, which need not exist; null for the operating system's roots, and without a home directory.</param>
/// <param name="IsSystem">Whether it is the operating system's roots: <c>sslrootcert=system</c>.</param>
/// <param name="IsDefault">Whether nothing names the file: it is the one below the home directory.</param>
/// <param name="Misplaced">A file beside the default path that people take for it, and libpq does not; null where there is none.</param>
internal sealed record EffectiveRoots(string? Path, bool IsSystem, bool IsDefault, string? Misplaced)
{
    /// <summary>Works it out as libpq does. Reads the service file, and looks which files exist.</summary>
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
