using PgSsl.Common;

namespace PgSsl.Hba;

/// <summary>A client that connects, as pg_hba.conf sees it (libpq-be.h, Port).</summary>
/// <param name="User">The user that it names.</param>
/// <param name="Database">The database that it names; it does not count for physical replication.</param>
/// <param name="Transport">How it connects.</param>
/// <param name="Address">Where it connects from; null over a Unix-domain socket.</param>
internal sealed record HbaClient(string User, string Database, HbaTransport Transport, NumericAddress? Address)
{
    /// <summary>Whether it asks for physical replication, as pg_basebackup, a standby and pg_receivewal do. Logical replication does not.</summary>
    public bool IsReplication { get; init; }

    /// <summary>
    /// Whose certificate it presents: the common name, or the whole name as RFC 2253 writes it. Empty if it presents none; null if that is not known.
    /// </summary>
    public string? CertificateName { get; init; }
}

/// <summary>
/// What decides a match and is not in the file: members of roles, the server's own addresses, names of clients. An answer that is not known
/// is null.
/// </summary>
internal sealed record HbaMatchContext
{
    /// <summary>Nothing is known except what is always true.</summary>
    public static HbaMatchContext Unknown { get; } = new();

    /// <summary>Whether a user is a member of a role, directly or not (acl.c, is_member_of_role_nosuper). Each role is a member of itself.</summary>
    public Func<string, string, bool?> IsMember { get; init; } = (user, role) => user == role ? true : null;

    /// <summary>Whether an address is one of the server's own.</summary>
    public Func<NumericAddress, bool?> IsSameHost { get; init; } = address => address.IsLoopback ? true : null;

    /// <summary>Whether an address is in one of the server's networks.</summary>
    public Func<NumericAddress, bool?> IsSameNet { get; init; } = address => address.IsLoopback ? true : null;

    /// <summary>The host name of an address that resolves back to the address; an empty text where there is none.</summary>
    public Func<NumericAddress, string?> NameOf { get; init; } = _ => null;

    /// <summary>Whether the server can verify client certificates; null where that is not known.</summary>
    public bool? HasClientCa { get; init; }

    /// <summary>Whether a map of pg_ident.conf lets somebody in as a role: the map, who it is elsewhere, the role.</summary>
    public Func<string, string, string, bool?> Maps { get; init; } = (_, _, _) => null;
}
