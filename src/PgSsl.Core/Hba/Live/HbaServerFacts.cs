using PgSsl.Common;
using PgSsl.Managers;
using PgSsl.Server;

namespace PgSsl.Hba.Live;

/// <summary>What a running server tells about its pg_hba.conf and the clients that it affects.</summary>
internal sealed record HbaServerFacts
{
    /// <summary>The server's version.</summary>
    public required ServerVersion Version { get; init; }

    /// <summary>The setting hba_file; null where the role may not see it.</summary>
    public required string? HbaPath { get; init; }

    /// <summary>How the server reads the file.</summary>
    public required HbaDialect Dialect { get; init; }

    /// <summary>Whether ssl_ca_file is set. Without it the server cannot verify client certificates.</summary>
    public required bool HasClientCa { get; init; }

    /// <summary>The address of this session, as the server sees it; null over a Unix-domain socket.</summary>
    public required NumericAddress? ClientAddress { get; init; }

    /// <summary>The current sessions.</summary>
    public required IReadOnlyList<LiveSession> Sessions { get; init; }

    /// <summary>The number of sessions that the role may not see.</summary>
    public required int HiddenSessions { get; init; }

    /// <summary>The members of roles.</summary>
    public required RoleMemberships Memberships { get; init; }

    /// <summary>Roles that may log in, in the order of their names.</summary>
    public required IReadOnlyList<string> LoginRoles { get; init; }

    /// <summary>Roles that may replicate; null where that is not known.</summary>
    public IReadOnlySet<string>? Replicators { get; init; }

    /// <summary>Databases to which not everybody may connect, with the roles that may.</summary>
    public IReadOnlyDictionary<string, IReadOnlySet<string>> ClosedDatabases { get; init; } = new Dictionary<string, IReadOnlySet<string>>();

    /// <summary>Whether a role may replicate, if it gets in.</summary>
    public bool MayReplicate(string role) => Replicators?.Contains(role) != false;

    /// <summary>Databases that allow connections, in the order of their names.</summary>
    public required IReadOnlyList<string> Databases { get; init; }

    /// <summary>How the passwords of login roles are stored; null where that is hidden.</summary>
    public required StoredPasswords? StoredPasswords { get; init; }

    /// <summary>What else writes the server's configuration.</summary>
    public required IReadOnlyList<ConfigurationManager> Managers { get; init; }

    /// <summary>Whether the role may have the server read its files again.</summary>
    public required bool MayReload { get; init; }

    /// <summary>Whether the role may see pg_hba_file_rules.</summary>
    public required bool MaySeeRules { get; init; }

    /// <summary>What decides besides the file, with the memberships of this server.</summary>
    /// <param name="networks">What is known about addresses and names.</param>
    public HbaMatchContext MatchContextIn(HbaMatchContext networks) =>
        networks with { IsMember = (user, role) => Memberships.IsMember(user, role), HasClientCa = HasClientCa };
}
