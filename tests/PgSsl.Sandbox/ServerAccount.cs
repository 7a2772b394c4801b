using System.Globalization;

namespace PgSsl.Sandbox;

/// <summary>The account that runs servers when we are root, because PostgreSQL and PgBouncer refuse to run as root.</summary>
public sealed record ServerAccount(string Name, uint UserId, uint GroupId)
{
    /// <summary><c>postgres</c>, else <c>nobody</c>, when we are root; null when servers run as ourselves. Linux only.</summary>
    public static ServerAccount? Current { get; } =
        OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess ? Find("postgres") ?? Find("nobody") : null;

    /// <summary>The command line that runs a program as this account, in place of itself (the process id stays).</summary>
    public static (string File, IReadOnlyList<string> Arguments) Wrap(string file, IEnumerable<string> arguments) =>
        Current is not { } account
            ? (file, [.. arguments])
            : ("setpriv",
            [
                "--reuid", account.UserId.ToString(CultureInfo.InvariantCulture),
                "--regid", account.GroupId.ToString(CultureInfo.InvariantCulture),
                "--clear-groups", "--", file, .. arguments,
            ]);

    /// <summary>Runs a program as this account to its end.</summary>
    public static Task<ProcessResult> RunAsync(string file, IEnumerable<string> arguments)
    {
        (string wrapped, IReadOnlyList<string> all) = Wrap(file, arguments);
        return ProcessRunner.RunAsync(wrapped, all, environment: CleanEnvironment.ForServers());
    }

    /// <summary>Makes the account the owner, where it is not us.</summary>
    public static void Own(string path)
    {
        if (Current is { } account)
            Posix.ChangeOwner(path, account);
    }

    private static uint Number(string text) => uint.Parse(text, CultureInfo.InvariantCulture);

    private static ServerAccount? Find(string name)
    {
        const string Accounts = "/etc/passwd";
        string[]? fields = File.Exists(Accounts)
            ? File.ReadLines(Accounts).Select(line => line.Split(':')).FirstOrDefault(line => line[0] == name)
            : null;
        return fields is null
            ? null
            : new ServerAccount(name, Number(fields[2]), Number(fields[3]));
    }
}
