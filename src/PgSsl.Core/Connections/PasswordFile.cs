using System.Globalization;
using System.Text;
using PgSsl.Files;

namespace PgSsl.Connections;

/// <summary>
/// Reads the password file (<c>~/.pgpass</c>, PGPASSFILE, passfile) as libpq does: the first line that matches is used, and a file that other users
/// may read is ignored (fe-connect.c, passwordFromFile and pwdfMatchesString).
/// </summary>
internal static class PasswordFile
{
    private const string AnyHost = "localhost";
    private const UnixFileMode GroupOrOthers =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>The absolute path of the file, which need not exist; null without a home directory.</summary>
    public static string? PathOf(ConnectionSettings settings) =>
        settings["passfile"] is { Length: > 0 } path ? settings.Environment.ResolvePath(path) : settings.Environment.DefaultPasswordFile;

    /// <summary>Finds the password for a host. It is not an error if the file is missing or cannot be read.</summary>
    /// <param name="settings">They name the file, the role and the database.</param>
    /// <param name="host">The host; it is found by its address if it has no name.</param>
    /// <param name="problem">Why an existing file is not used; null where it is used, or does not exist.</param>
    /// <returns>The password, in clear; null where there is none.</returns>
    public static string? Find(ConnectionSettings settings, ConnectionHost host, out string? problem)
    {
        problem = null;
        if (PathOf(settings) is not { } path || Read(path, settings.Environment.IsWindows, out problem) is not { } content)
            return null;
        string[] wanted =
        [
            NameToLookFor(settings.Environment, host), host.Port.ToString(CultureInfo.InvariantCulture), settings.Database, settings.UserName,
        ];
        return content.Split('\n').Select(line => PasswordIn(line.TrimEnd('\r'), wanted)).FirstOrDefault(password => password is not null);
    }

    /// <summary>The password in a line, if it matches these four fields; else null.</summary>
    internal static string? PasswordIn(string line, IReadOnlyList<string> wanted)
    {
        if (line.StartsWith('#'))
            return null;
        int position = 0;
        foreach (string field in wanted)
        {
            position = Match(line, position, field);
            if (position < 0)
                return null;
        }
        var password = new StringBuilder();
        for (; position < line.Length && line[position] != ':'; position++)
        {
            if (line[position] == '\\' && position + 1 < line.Length)
                position++;
            password.Append(line[position]);
        }
        return password.ToString();
    }

    /// <summary>Compares one field; returns the position behind its colon, or -1.</summary>
    private static int Match(string line, int position, string field)
    {
        if (string.CompareOrdinal(line, position, "*:", 0, 2) == 0)
            return position + 2;
        int matched = 0;
        for (; position < line.Length; position++, matched++)
        {
            if (line[position] == ':' && matched == field.Length)
                return position + 1;
            if (line[position] == '\\')
                position++;
            if (matched == field.Length || position == line.Length || line[position] != field[matched])
                return -1;
        }
        return -1;
    }

    /// <summary>For the default socket directory libpq looks for localhost.</summary>
    private static string NameToLookFor(ConnectionEnvironment environment, ConnectionHost host) =>
        host.Host.Length == 0 ? host.HostAddress ?? AnyHost
        : host.IsUnixSocket && host.Host == environment.DefaultSocketDirectory ? AnyHost
        : host.Host;

    private static string? Read(string path, bool isWindows, out string? problem)
    {
        problem = null;
        try
        {
            if (!File.Exists(path) && !Directory.Exists(path))
                return null;
            problem = isWindows || OperatingSystem.IsWindows() ? null : ProblemOf(path);
            // A byte order mark is part of the first line, as in libpq.
            return problem is null ? Encoding.UTF8.GetString(RegularFile.Read(path)) : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            problem = $"The password file \"{path}\" cannot be read: {exception.Message}";
            return null;
        }
    }

    private static string? ProblemOf(string path)
    {
        UnixStatus status = UnixStatus.Of(File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path);
        if (status.Identity.Type != FileType.Regular)
            return $"The password file \"{path}\" is not a regular file, so libpq ignores it.";
        return (status.Mode & GroupOrOthers) == 0 ? null
            : $"The password file \"{path}\" has mode 0{Convert.ToString((int)status.Mode, 8)}: group or others can use it, " +
              "so libpq ignores it. Change its mode to 0600.";
    }
}
