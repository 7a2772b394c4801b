using System.Collections;
using System.Runtime.InteropServices;

namespace PgSsl.Connections;

/// <summary>
/// The world outside a connection string, as a snapshot: environment variables, user, directories. Everything that resolves
/// settings reads it from here, so that a test or a runspace can have a world of its own.
/// </summary>
internal sealed class ConnectionEnvironment
{
    private readonly IReadOnlyDictionary<string, string> _variables;

    /// <summary>Describes a world.</summary>
    /// <param name="variables">The environment variables; an empty value counts as set, as it does for libpq.</param>
    /// <param name="homeDirectory">The user's home as libpq sees it (see <see cref="HomeDirectory"/>).</param>
    /// <param name="userName">The operating system's name of the user.</param>
    /// <param name="workingDirectory">Where relative paths start; absolute.</param>
    /// <param name="isWindows">Whether libpq for Windows is meant.</param>
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
    /// What libpq calls home (pqGetHomeDirectory): <c>$HOME</c>, else the account's home; on Windows
    /// <c>%APPDATA%\postgresql</c>. Null where there is none.
    /// </summary>
    public string? HomeDirectory { get; }

    /// <summary>The operating system's name of the user, libpq's default role.</summary>
    public string UserName { get; }

    /// <summary>Where relative paths start; in PowerShell <c>$PWD</c>, which is not the process's own.</summary>
    public string WorkingDirectory { get; }

    /// <summary>Whether Windows' paths and defaults hold.</summary>
    public bool IsWindows { get; }

    /// <summary>The numeric user id, by which a Kerberos ticket cache is named; null on Windows and where unknown.</summary>
    public uint? UserId { get; init; }

    /// <summary>
    /// Where libpq was built to look for <c>pg_service.conf</c> if <c>PGSYSCONFDIR</c> is not set; null where unknown.
    /// </summary>
    public string? BuiltInConfigurationDirectory { get; init; }

    /// <summary>
    /// The socket directory that libpq was built with; null where the default host is <c>localhost</c> (Windows).
    /// </summary>
    public string? DefaultSocketDirectory { get; init; }

    /// <summary>
    /// Where libpq looks for root.crt and its companions: <c>~/.postgresql</c>, on Windows <c>%APPDATA%\postgresql</c>.
    /// </summary>
    public string? ConfigurationDirectory => IsWindows ? HomeDirectory : Under(HomeDirectory, ".postgresql");

    /// <summary>Where the system-wide <c>pg_service.conf</c> is looked for; null where unknown.</summary>
    public string? SystemConfigurationDirectory => GetVariable("PGSYSCONFDIR") ?? BuiltInConfigurationDirectory;

    /// <summary>Reads the process once.</summary>
    /// <param name="workingDirectory">Where relative paths start; the process's working directory if null.</param>
    public static ConnectionEnvironment Capture(string? workingDirectory = null)
    {
        bool isWindows = OperatingSystem.IsWindows();
        workingDirectory ??= Environment.CurrentDirectory;
        return new ConnectionEnvironment(
            CaptureVariables(isWindows), CaptureHome(isWindows), Environment.UserName, workingDirectory, isWindows)
        {
            UserId = isWindows ? null : NativeMethods.GetUserId(),
            BuiltInConfigurationDirectory = FirstExisting("/etc/postgresql-common"),
            // Debian's build uses /var/run/postgresql, upstream's /tmp (DEFAULT_PGSOCKET_DIR).
            DefaultSocketDirectory = isWindows ? null : FirstExisting("/var/run/postgresql", "/run/postgresql") ?? "/tmp",
        };
    }

    /// <summary>The variable's value; null where it is not set.</summary>
    public string? GetVariable(string name) => _variables.GetValueOrDefault(name);

    /// <summary>The absolute form of a path; <c>~</c> is an ordinary name, as it is for libpq.</summary>
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
