using PgSsl.Common;

namespace PgSsl.Hba;

/// <summary>A client that wants in, as pg_hba.conf sees it (libpq-be.h, Port).</summary>
/// <param name="User">The user it names.</param>
/// <param name="Database">The database it names; for physical replication it does not count.</param>
/// <param name="Transport">How it is connected.</param>
/// <param name="Address">From where; null over a Unix-domain socket.</param>
internal sealed record HbaClient(string User, string Database, HbaTransport Transport, NumericAddress? Address)
{
    /// <summary>Whether it asks for physical replication: pg_basebackup, a standby, pg_receivewal. Logical replication does not.</summary>
    public bool IsReplication { get; init; }
}

/// <summary>
/// What decides a match and is in no file: who is a member of which role, the server's own addresses, names of clients. Each answer is
/// null where it is not known.
/// </summary>
internal sealed record HbaMatchContext
{
    /// <summary>Nothing is known but what is always so.</summary>
    public static HbaMatchContext Unknown { get; } = new();

    /// <summary>Whether a user is a member of a role, directly or not (acl.c, is_member_of_role_nosuper). Each role is its own member.</summary>
    public Func<string, string, bool?> IsMember { get; init; } = (user, role) => user == role ? true : null;

    /// <summary>Whether an address is one of the server's own.</summary>
    public Func<NumericAddress, bool?> IsSameHost { get; init; } = address => address.IsLoopback ? true : null;

    /// <summary>Whether an address is in one of the server's networks.</summary>
    public Func<NumericAddress, bool?> IsSameNet { get; init; } = address => address.IsLoopback ? true : null;

    /// <summary>The host name of an address that resolves back to it; an empty text for none.</summary>
    public Func<NumericAddress, string?> NameOf { get; init; } = _ => null;
}
