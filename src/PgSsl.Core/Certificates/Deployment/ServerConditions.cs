using PgSsl.Files;
using PgSsl.Server;

namespace PgSsl.Certificates.Deployment;

/// <summary>What is known of the server that is to load the files; null for what is not.</summary>
public sealed record ServerConditions
{
    /// <summary>Nothing is known.</summary>
    public static ServerConditions Unknown { get; } = new();

    /// <summary>The account that it runs as, on this machine.</summary>
    public UnixAccount? Account { get; init; }

    /// <summary>Its version.</summary>
    public ServerVersion? Version { get; init; }

    /// <summary>Whether it runs on Windows.</summary>
    public bool? IsWindows { get; init; }

    /// <summary>Its <c>ssl_passphrase_command</c>; empty where it has none.</summary>
    public string? PassphraseCommand { get; init; }

    /// <summary>Its <c>ssl_passphrase_command_supports_reload</c>.</summary>
    public bool? PassphraseSupportsReload { get; init; }
}
