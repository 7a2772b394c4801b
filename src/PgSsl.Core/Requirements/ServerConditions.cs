using PgSsl.Files;
using PgSsl.Server;
using PgSsl.Server.Settings;

namespace PgSsl.Requirements;

/// <summary>What is known about the server that is to load the files; null for what is not known.</summary>
internal sealed record ServerConditions
{
    /// <summary>Nothing is known.</summary>
    public static ServerConditions Unknown { get; } = new();

    /// <summary>What a running server says.</summary>
    /// <param name="facts">What it said in SQL.</param>
    /// <param name="isLocal">
    /// Whether it runs on this machine: its data directory belongs to its account (miscinit.c, checkDataDir), which is never root (main.c).
    /// </param>
    public static ServerConditions Of(ServerTlsFacts facts, bool isLocal)
    {
        return new ServerConditions
        {
            WindowsAccount = isLocal && facts.IsWindows && facts.DataDirectory is { } data ? WindowsAccount.OfServer(data) : null,
            Account = isLocal && !facts.IsWindows && facts.DataDirectory is { } directory
                && UnixAccount.OwnerOf(directory) is { UserId: not 0 } account ? account : null,
            Version = facts.Version,
            IsWindows = facts.IsWindows,
            EachProcessReads = facts.IsWindows
                || (isLocal && facts.DataDirectory is { } here && ServerPlatform.EachProcessReads(here)),
            PassphraseCommand = facts["ssl_passphrase_command"],
            PassphraseSupportsReload = facts["ssl_passphrase_command_supports_reload"] is { } value ? value == "on" : null,
        };
    }

    /// <summary>The account that it runs as, on this machine.</summary>
    public UnixAccount? Account { get; init; }

    /// <summary>The same on Windows.</summary>
    public WindowsAccount? WindowsAccount { get; init; }

    /// <summary>Its version.</summary>
    public ServerVersion? Version { get; init; }

    /// <summary>Whether it runs on Windows.</summary>
    public bool? IsWindows { get; init; }

    /// <summary>Whether each of its processes reads certificate and key itself (<see cref="ServerPlatform.EachProcessReads"/>).</summary>
    public bool EachProcessReads { get; init; }

    /// <summary>Its <c>ssl_passphrase_command</c>; empty where it has none.</summary>
    public string? PassphraseCommand { get; init; }

    /// <summary>Its <c>ssl_passphrase_command_supports_reload</c>.</summary>
    public bool? PassphraseSupportsReload { get; init; }

    /// <summary>Whether it is a PgBouncer, which takes the same two files, and not a PostgreSQL server.</summary>
    public bool IsPgBouncer { get; init; }
}
