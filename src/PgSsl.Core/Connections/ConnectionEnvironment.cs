using System.Collections;
using System.Runtime.InteropServices;

namespace PgSsl.Connections;

/// <summary>
/// A snapshot of everything outside a connection string: environment variables, user, directories. All code that resolves settings reads it from
/// here, so a test or a runspace can have its own environment.
/// </summary>
internal sealed class ConnectionEnvironment
{
    private readonly IReadOnlyDictionary<string, string> _variables;

    /// <summary>Creates an environment.</summary>
    /// <param name="variables">The environment variables; an empty value counts as set, as in libpq.</param>
    /// <param name="homeDirectory">The user's home as libpq sees it (see <see cref="HomeDirectory"/>).</param>
    /// <param name="userName">The operating system's name of the user.</param>
    /// <param name="workingDirectory">Where relative paths start; absolute.</param>
    /// <param name="isWindows">Whether the rules of libpq for Windows apply.</param>
    public ConnectionEnvironment(
        IReadOnlyDictionary<string, string> variables, string? homeDirectory, string userName, string workingDirectory,
        bool isWindows = false)
    {
        _variables = variables;
        HomeDirectory = homeDirectory;
        UserName = userName;
        WorkingDirectory = workingDirectory;
        IsWindows = isWindows;
    }

    /// <summary>
    /// The home directory for libpq (pqGetHomeDirectory): <c>$HOME</c>, else the account's home; on Windows
    /// <c>%APPDATA%\postgresql</c>. Null where there is none.
    /// </summary>
    public string? HomeDirectory { get; }

    /// <summary>The operating system's name of the user, libpq's default role.</summary>
    public string UserName { get; }

    /// <summary>Where relative paths start; in PowerShell <c>$PWD</c>, which is not the working directory of the process.</summary>
    public string WorkingDirectory { get; }

    /// <summary>Whether Windows' paths and defaults apply.</summary>
    public bool IsWindows { get; }

    /// <summary>
    /// Whether libpq's OpenSSL finds the operating system's roots. On Windows and macOS it does not: its builds there have a directory of their own,
    /// which is empty (SSL_CTX_set_default_verify_paths(3); EDB's installers answer "unregistered scheme").
    /// </summary>
    public bool OpenSslHasSystemRoots =>
        !(IsWindows || IsMacOS) || GetVariable("SSL_CERT_FILE") is not null || GetVariable("SSL_CERT_DIR") is not null;

    /// <summary>Whether this is macOS.</summary>
    public bool IsMacOS { get; init; }

    /// <summary>The numeric user id, which is part of the name of a Kerberos ticket cache; null on Windows and where unknown.</summary>
    public uint? UserId { get; init; }

    /// <summary>
    /// The directory in which libpq looks for <c>pg_service.conf</c> if <c>PGSYSCONFDIR</c> is not set; null where unknown.
    /// </summary>
    public string? BuiltInConfigurationDirectory { get; init; }

    /// <summary>
    /// The socket directory that libpq was built with; null where the default host is <c>localhost</c> (Windows).
    /// </summary>
    public string? DefaultSocketDirectory { get; init; }

    /// <summary>
    /// Where libpq looks for root.crt and similar files: <c>~/.postgresql</c>, on Windows <c>%APPDATA%\postgresql</c>.
    /// </summary>
    public string? ConfigurationDirectory => IsWindows ? HomeDirectory : Under(HomeDirectory, ".postgresql");

    /// <summary>The directory of the system-wide <c>pg_service.conf</c>; null where unknown.</summary>
    public string? SystemConfigurationDirectory => GetVariable("PGSYSCONFDIR") ?? BuiltInConfigurationDirectory;

    /// <summary>Reads the environment of the process.</summary>
    /// <param name="workingDirectory">Where relative paths start; the process's working directory if null.</param>
    public static ConnectionEnvironment Capture(string? workingDirectory = null)
    {
        bool isWindows = OperatingSystem.IsWindows();
        workingDirectory ??= Environment.CurrentDirectory;
        return new ConnectionEnvironment(
            CaptureVariables(isWindows), CaptureHome(isWindows), Environment.UserName, workingDirectory, isWindows)
        {
            IsMacOS = OperatingSystem.IsMacOS(),
            UserId = isWindows ? null : NativeMethods.GetUserId(),
            BuiltInConfigurationDirectory = FirstExisting("/etc/postgresql-common"),
            // Debian's build uses /var/run/postgresql, upstream's /tmp (DEFAULT_PGSOCKET_DIR).
            DefaultSocketDirectory = isWindows ? null : FirstExisting("/var/run/postgresql", "/run/postgresql") ?? "/tmp",
        };
    }

    /// <summary>The variable's value; null where it is not set.</summary>
    public string? GetVariable(string name) => _variables.GetValueOrDefault(name);

    /// <summary>The same environment with those of its variables that a program reads.</summary>
    public ConnectionEnvironment Where(Func<string, bool> isRead) =>
        new(_variables.Where(variable => isRead(variable.Key)).ToDictionary(
                IsWindows ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal),
            HomeDirectory, UserName, WorkingDirectory, IsWindows)
        {
            IsMacOS = IsMacOS,
            UserId = UserId,
            BuiltInConfigurationDirectory = BuiltInConfigurationDirectory,
            DefaultSocketDirectory = DefaultSocketDirectory,
        };

    /// <summary>Makes a path absolute; <c>~</c> is an ordinary name, as in libpq.</summary>
    public string ResolvePath(string path) => Path.GetFullPath(path, WorkingDirectory);

    internal string? UnderHome(string name) => Under(HomeDirectory, name);

    internal string? UnderConfiguration(string name) => Under(ConfigurationDirectory, name);

    internal string? DefaultPasswordFile => UnderHome(IsWindows ? "pgpass.conf" : ".pgpass");

    private string? Under(string? directory, string name) => directory is null ? null : ResolvePath(Path.Combine(directory, name));

    private static string? FirstExisting(params string[] directories) => Array.Find(directories, Directory.Exists);

    private static Dictionary<string, string> CaptureVariables(bool isWindows)
    {
        var variables = new Dictionary<string, string>(isWindows ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
            variables[(string)entry.Key] = (string?)entry.Value ?? "";
        return variables;
    }

    private static string? CaptureHome(bool isWindows)
    {
        var folder = isWindows ? Environment.SpecialFolder.ApplicationData : Environment.SpecialFolder.UserProfile;
        string home = Environment.GetFolderPath(folder, Environment.SpecialFolderOption.DoNotVerify);
        if (home.Length == 0) return null;
        return isWindows ? Path.Combine(home, "postgresql") : home;
    }

    private static class NativeMethods
    {
        [DllImport("libc", EntryPoint = "getuid")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        internal static extern uint GetUserId();
    }
}
