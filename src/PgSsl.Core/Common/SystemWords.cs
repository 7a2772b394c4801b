namespace PgSsl.Common;

/// <summary>
/// What remedies say about accounts, rights, services and tools, in the words of the operating system. No other file writes such a command.
/// </summary>
/// <param name="IsWindows">Whether it is Windows.</param>
/// <param name="IsMacOS">Whether it is macOS.</param>
internal sealed record SystemWords(bool IsWindows, bool IsMacOS = false)
{
    /// <summary>Those of this machine.</summary>
    public static SystemWords Here { get; } = new(OperatingSystem.IsWindows(), OperatingSystem.IsMacOS());

    /// <summary>Asks the system's resolver for a name.</summary>
    public string Resolve(string host) =>
        IsWindows ? $"Resolve-DnsName {CommandText.Quote(host)}"
        : IsMacOS ? $"dscacheutil -q host -a name {CommandText.ShellWord(host)}"
        : $"getent hosts {CommandText.ShellWord(host)}";

    /// <summary>Shows who may use a file.</summary>
    public string ShowAccess(string path) => IsWindows ? $"icacls {CommandText.Quote(path)}" : $"ls -l {CommandText.ShellPath(path)}";

    /// <summary>Makes a file readable for its owner only.</summary>
    public string MakePrivate(string path) => IsWindows
        ? $"icacls {CommandText.Quote(path)} /inheritance:r /grant:r \"${{env:USERNAME}}:F\""
        : $"chmod 0600 {CommandText.ShellPath(path)}";

    /// <summary>Removes a POSIX access list, and makes the file readable for its owner only.</summary>
    public static string MakePrivateAgain(string path) =>
        $"setfacl -b {CommandText.ShellPath(path)} && chmod 0600 {CommandText.ShellPath(path)}";

    /// <summary>Lets the group, and all that the POSIX access list names, read at most.</summary>
    public static string MaskToRead(string path) => $"setfacl -m m::r {CommandText.ShellPath(path)}";

    /// <summary>Lets an account read a file that is for this account only.</summary>
    public string GiveTo(string account, string path) => IsWindows
        ? $"icacls {CommandText.Quote(path)} /grant {CommandText.Quote($"{account}:R")}"
        : $"chown {CommandText.ShellWord(account)} {CommandText.ShellPath(path)}";

    /// <summary>Lets everybody read a file.</summary>
    public string LetAllRead(string path) =>
        IsWindows ? $"icacls {CommandText.Quote(path)} /grant *S-1-5-11:R" : $"chmod a+r {CommandText.ShellPath(path)}";

    /// <summary>Shows the account that a service runs as.</summary>
    /// <param name="service">A part of its name: <c>postgres</c>.</param>
    public string ShowAccountOf(string service) => IsWindows
        ? $"Get-CimInstance Win32_Service -Filter \"Name LIKE '%{service}%'\" | Select-Object Name, StartName"
        : $"ps -o user= -C {service}";

    /// <summary>With rights over a server's files, as the end of a sentence.</summary>
    public string WithRights => IsWindows ? "as an administrator" : "as root or as its account";

    /// <summary>Shows what a request for a certificate holds.</summary>
    public string ShowRequest(string path) => IsWindows
        ? $"certutil -dump {CommandText.Quote(path)}" : $"openssl req -in {CommandText.ShellPath(path)} -noout -text -verify";

    /// <summary>Where the roots of the system come from.</summary>
    public string SourceOfRoots => IsWindows ? "Windows Update" : IsMacOS ? "macOS itself" : "package ca-certificates";

    /// <summary>Whether a path is one of those that the system makes up, and no file of anybody's.</summary>
    public static bool IsMadeUp(string path) =>
        path.StartsWith("/proc/", StringComparison.Ordinal) || path.StartsWith("/sys/", StringComparison.Ordinal)
        || path.StartsWith("/dev/", StringComparison.Ordinal);
}
