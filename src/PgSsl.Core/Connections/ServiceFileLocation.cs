namespace PgSsl.Connections;

/// <summary>The file in which a service is defined, or is to be defined.</summary>
/// <param name="Path">The file; it need not exist.</param>
/// <param name="DefinesService">Whether it defines the service, so that libpq reads the service from it.</param>
/// <param name="IsShared">Whether it is the system-wide file, so that a change affects every user.</param>
internal sealed record ServiceFileLocation(string Path, bool DefinesService, bool IsShared)
{
    /// <summary>
    /// Finds the file from which libpq would read a service (fe-connect.c, parseServiceInfo), else the file for a new one:
    /// <c>PGSERVICEFILE</c>, else <c>~/.pg_service.conf</c>.
    /// </summary>
    /// <exception cref="PgSslException">
    /// InvalidServiceFile or FileUnreadable: libpq would refuse a file that it reads before. FileNotFound: PGSERVICEFILE is empty, or there
    /// is no home directory.
    /// </exception>
    public static ServiceFileLocation Find(string service, ConnectionEnvironment environment)
    {
        string[] candidates = [.. ServiceFile.Candidates(environment)];
        string? shared = environment.SystemConfigurationDirectory is { } directory
            ? environment.ResolvePath(directory + "/pg_service.conf")
            : null;
        foreach (string path in candidates.Where(System.IO.Path.Exists))
        {
            using Stream file = ServiceFile.Open(path);
            if (ServiceFile.FindSection(service, file, path) is not null) return new(path, DefinesService: true, path == shared);
        }
        string own = environment.GetVariable("PGSERVICEFILE") is { } named
            ? environment.ResolvePath(named)
            : environment.UnderHome(".pg_service.conf")
                ?? throw new PgSslException(
                    PgSslError.FileNotFound, "There is no home directory for a service file.", "Name a file in PGSERVICEFILE.");
        return new(own, DefinesService: false, own == shared);
    }
}
