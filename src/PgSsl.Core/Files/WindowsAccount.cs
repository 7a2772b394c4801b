using System.Runtime.Versioning;
using System.Security.AccessControl;
using System.Security.Principal;

namespace PgSsl.Files;

/// <summary>An account of Windows: a user, or the account of a service.</summary>
/// <param name="Sid">Its number, which is the same in every language of Windows.</param>
/// <param name="Name">Its name.</param>
internal sealed record WindowsAccount(string Sid, string Name)
{
    private const string SidStart = "S-1-";
    private const string Authority = @"NT AUTHORITY\";
    private const string Administrators = "S-1-5-32-544";

    // The names by which services are configured are English everywhere, and Windows finds accounts by their translated names only
    // (CreateService, lpServiceStartName; MS-DTYP 2.4.2.4).
    private static readonly (string Name, string Sid)[] Services =
    [
        ("LocalSystem", "S-1-5-18"), ("SYSTEM", "S-1-5-18"), ("LocalService", "S-1-5-19"), ("LOCAL SERVICE", "S-1-5-19"),
        ("NetworkService", "S-1-5-20"), ("NETWORK SERVICE", "S-1-5-20"),
    ];

    /// <summary>The account, as -WhatIf and messages name it.</summary>
    public override string ToString() => Name == Sid ? Sid : $"{Name} ({Sid})";

    /// <summary>The SID of what a person or a service's configuration wrote, as far as that needs no question to Windows; null otherwise.</summary>
    public static string? KnownSid(string account)
    {
        if (account.StartsWith(SidStart, StringComparison.OrdinalIgnoreCase))
            return account.ToUpperInvariant();
        string name = account.StartsWith(Authority, StringComparison.OrdinalIgnoreCase) ? account[Authority.Length..] : account;
        return Array.Find(Services, service => service.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Sid;
    }

    /// <summary>The name under which Windows finds an account: ".\postgres" of a service's configuration is an account of the machine.</summary>
    public static string LookupName(string account, string machine) =>
        account.StartsWith(@".\", StringComparison.Ordinal) ? $@"{machine}\{account[2..]}" : account;

    /// <summary>Finds an account by its name or its SID.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.InvalidParameterValue"/>: there is no such account.</exception>
    [SupportedOSPlatform("windows")]
    public static WindowsAccount Find(string account)
    {
        try
        {
            SecurityIdentifier sid = KnownSid(account) is { } known ? new SecurityIdentifier(known)
                : (SecurityIdentifier)new NTAccount(LookupName(account, Environment.MachineName)).Translate(typeof(SecurityIdentifier));
            return new WindowsAccount(sid.Value, NameOf(sid));
        }
        catch (Exception unknown) when (unknown is IdentityNotMappedException or ArgumentException)
        {
            throw new PgSslException(
                PgSslError.InvalidParameterValue, $"Windows has no account \"{account}\".",
                @"Name the account that the service runs as, such as 'NT SERVICE\postgresql-x64-18', or its SID: S-1-5-20 is NetworkService.",
                unknown);
        }
    }

    /// <summary>The account that runs this process.</summary>
    [SupportedOSPlatform("windows")]
    public static string CurrentSid
    {
        get
        {
            using var identity = WindowsIdentity.GetCurrent();
            return identity.User!.Value;
        }
    }

    /// <summary>
    /// The account that runs a server: it owns postmaster.pid in its data directory, which the server writes itself; or else the service that is
    /// registered for the directory runs as it. Null where neither is so.
    /// </summary>
    /// <param name="dataDirectory">The data directory, by the server's name or this machine's.</param>
    public static WindowsAccount? OfServer(string dataDirectory)
    {
        if (!OperatingSystem.IsWindows())
            return null;
        return OwnerOf(Path.Combine(dataDirectory, "postmaster.pid")) ?? OfService(service => service.IsOfServer(dataDirectory));
    }

    /// <summary>The account of the service that runs on a pgbouncer.ini; null where there is none.</summary>
    public static WindowsAccount? OfPgBouncer(string ini) =>
        OperatingSystem.IsWindows() ? OfService(service => service.IsOfPgBouncer(ini)) : null;

    [SupportedOSPlatform("windows")]
    private static WindowsAccount? OfService(Func<WindowsService, bool> isIts)
    {
        try
        {
            return WindowsService.All().FirstOrDefault(isIts) is { } service ? Find(service.Account) : null;
        }
        catch (PgSslException)
        {
            // A service of an account that was deleted.
            return null;
        }
    }

    /// <summary>What administrators create belongs to their group, which says nothing about the account.</summary>
    [SupportedOSPlatform("windows")]
    private static WindowsAccount? OwnerOf(string path)
    {
        try
        {
            FileSecurity security = new FileInfo(path).GetAccessControl(AccessControlSections.Owner);
            return security.GetOwner(typeof(SecurityIdentifier)) is SecurityIdentifier { Value: not Administrators } owner
                ? new WindowsAccount(owner.Value, NameOf(owner)) : null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            return null;
        }
    }

    [SupportedOSPlatform("windows")]
    private static string NameOf(SecurityIdentifier sid)
    {
        try
        {
            return sid.Translate(typeof(NTAccount)).Value;
        }
        catch (Exception unknown) when (unknown is SystemException)
        {
            return sid.Value;
        }
    }
}
