using System.Runtime.Versioning;
using System.Text;
using Microsoft.Win32;
using PgSsl.Common;

namespace PgSsl.Files;

/// <summary>A service of Windows, as its registration says.</summary>
/// <param name="Name">Its name.</param>
/// <param name="CommandLine">The command that it starts (ImagePath).</param>
/// <param name="Account">The account that it runs as (ObjectName).</param>
internal sealed record WindowsService(string Name, string CommandLine, string Account)
{
    private const string Services = @"SYSTEM\CurrentControlSet\Services";

    private static readonly string[] Programs = ["pg_ctl", "postgres", "pgbouncer"];

    /// <summary>The services of this machine that have an account. Everybody may read that.</summary>
    [SupportedOSPlatform("windows")]
    public static IEnumerable<WindowsService> All()
    {
        using RegistryKey? services = Registry.LocalMachine.OpenSubKey(Services);
        foreach (string name in services?.GetSubKeyNames() ?? [])
            if (Read(services!, name) is { } service)
                yield return service;
    }

    /// <summary>
    /// Whether it runs PostgreSQL on a data directory: <c>pg_ctl.exe runservice -N name -D directory</c> (pg_ctl.c, pgwin32_CommandLine).
    /// </summary>
    public bool IsOfServer(string dataDirectory) => Value("-D", "--pgdata") is { } directory && WindowsPath.AreSame(directory, dataDirectory);

    /// <summary>Whether it runs PgBouncer on a configuration: <c>pgbouncer.exe -service file</c> (win32support.c, RegisterService).</summary>
    public bool IsOfPgBouncer(string ini) => Value("-service", "--service") is { } file && WindowsPath.AreSame(file, ini);

    /// <summary>
    /// The accounts to offer for a key: first those that PostgreSQL and PgBouncer run as here, then the usual one of EDB's installer, and that of
    /// PgBouncer.
    /// </summary>
    public static IReadOnlyList<string> Accounts(IEnumerable<WindowsService> services) =>
    [
        .. services.Where(service => service.IsOfDatabase).Select(service => service.Account)
            .Concat([@"NT AUTHORITY\NetworkService", @"NT AUTHORITY\LocalService"]).Distinct(StringComparer.OrdinalIgnoreCase),
    ];

    private bool IsOfDatabase => Arguments(CommandLine) is [var program, ..]
        && WindowsPath.Normal(program).Split('\\')[^1] is var name
        && Programs.Contains(Path.ChangeExtension(name, null), StringComparer.OrdinalIgnoreCase);

    /// <summary>Splits a command line as C programs do: a quote holds blanks together, and \" is a quote (parse_cmdline of the C runtime).</summary>
    internal static IReadOnlyList<string> Arguments(string commandLine)
    {
        var arguments = new List<string>();
        var argument = new StringBuilder();
        bool isQuoted = false, isBegun = false;
        for (int i = 0; i < commandLine.Length; i++)
        {
            char c = commandLine[i];
            int slashes = commandLine.AsSpan(i).IndexOfAnyExcept('\\') is var run && run < 0 ? commandLine.Length - i : run;
            if (slashes > 0 && i + slashes < commandLine.Length && commandLine[i + slashes] == '"')
            {
                argument.Append('\\', slashes / 2);
                i += slashes;
                if (slashes % 2 == 1)
                    argument.Append('"');
                else
                    isQuoted = !isQuoted;
                isBegun = true;
            }
            else if (c == '"')
            {
                (isQuoted, isBegun) = (!isQuoted, true);
            }
            else if (!isQuoted && c is ' ' or '\t')
            {
                if (isBegun)
                    arguments.Add(argument.ToString());
                argument.Clear();
                isBegun = false;
            }
            else
            {
                argument.Append(c);
                isBegun = true;
            }
        }
        if (isBegun)
            arguments.Add(argument.ToString());
        return arguments;
    }

    private string? Value(string option, string longOption)
    {
        IReadOnlyList<string> arguments = Arguments(CommandLine);
        for (int i = 1; i < arguments.Count; i++)
        {
            if (arguments[i] == option || arguments[i] == longOption)
                return i + 1 < arguments.Count ? arguments[i + 1] : null;
            if (arguments[i].StartsWith($"{longOption}=", StringComparison.Ordinal))
                return arguments[i][(longOption.Length + 1)..];
            if (option.Length == 2 && arguments[i].StartsWith(option, StringComparison.Ordinal))
                return arguments[i][2..];
        }
        return null;
    }

    [SupportedOSPlatform("windows")]
    private static WindowsService? Read(RegistryKey services, string name)
    {
        try
        {
            using RegistryKey? service = services.OpenSubKey(name);
            return service?.GetValue("ImagePath") is string command && service.GetValue("ObjectName") is string account
                ? new WindowsService(name, command, account) : null;
        }
        catch (Exception closed) when (closed is System.Security.SecurityException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
