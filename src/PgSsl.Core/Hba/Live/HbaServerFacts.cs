using PgSsl.Common;
using PgSsl.Managers;
using PgSsl.Server;

namespace PgSsl.Hba.Live;

/// <summary>What a running server tells about its pg_hba.conf and those whom it concerns.</summary>
internal sealed record HbaServerFacts
{
    /// <summary>The server's version.</summary>
    public required ServerVersion Version { get; init; }

    /// <summary>The setting hba_file; null where the role may not see it.</summary>
    public required string? HbaPath { get; init; }

    /// <summary>How it reads the file.</summary>
    public required HbaDialect Dialect { get; init; }

    /// <summary>Whether ssl_ca_file is set, without which no client certificate can be verified.</summary>
    public required bool HasClientCa { get; init; }

    /// <summary>Where this session comes from, as the server sees it; null over a Unix-domain socket.</summary>
    public required NumericAddress? ClientAddress { get; init; }

    /// <summary>The sessions that there are now.</summary>
    public required IReadOnlyList<LiveSession> Sessions { get; init; }

    /// <summary>How many sessions the role may not look at.</summary>
    public required int HiddenSessions { get; init; }

    /// <summary>Who is a member of which role.</summary>
    public required RoleMemberships Memberships { get; init; }

    /// <summary>Roles that may log in, in the order of their names.</summary>
    public required IReadOnlyList<string> LoginRoles { get; init; }

    /// <summary>Databases that take connections, in the order of their names.</summary>
    public required IReadOnlyList<string> Databases { get; init; }

    /// <summary>How the passwords of login roles are stored: <c>md5</c>, <c>scram-sha-256</c>, <c>none</c>; null where the role may not see it.</summary>
    public required IReadOnlyDictionary<string, string>? StoredPasswords { get; init; }

    /// <summary>Who else writes its configuration.</summary>
    public required IReadOnlyList<ConfigurationManager> Managers { get; init; }

    /// <summary>Whether the role may have the server read its files again.</summary>
    public required bool MayReload { get; init; }

    /// <summary>Whether the role may see pg_hba_file_rules.</summary>
    public required bool MaySeeRules { get; init; }

    /// <summary>What decides matches besides the file, with the memberships that the server told.</summary>
    /// <param name="networks">What is known of addresses and names.</param>
    public HbaMatchContext SurroundingsOn(HbaMatchContext networks)
    {
        return networks with { IsMember = (user, role) => Memberships.IsMember(user, role) };
    }
}
