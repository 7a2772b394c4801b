namespace PgSsl.Hba.Live;

/// <summary>Who is a member of which role, directly or through other roles (acl.c, roles_is_member_of; superusers are not special).</summary>
internal sealed class RoleMemberships
{
    private readonly Dictionary<string, string[]> _membersOf;
    private readonly HashSet<string>? _roles;

    /// <summary>Takes the direct members of each role.</summary>
    /// <param name="membersOf">The direct members, by role.</param>
    /// <param name="roles">All roles; null where they are not known: then every role is assumed to exist.</param>
    public RoleMemberships(IReadOnlyDictionary<string, string[]> membersOf, IEnumerable<string>? roles = null) =>
        (_membersOf, _roles) = (new Dictionary<string, string[]>(membersOf), roles?.ToHashSet());

    /// <summary>Whether a user is a member of a role. A role that exists is a member of itself.</summary>
    public bool IsMember(string user, string role)
    {
        if (_roles is not null && !(_roles.Contains(user) && _roles.Contains(role)))
            return false;
        var seen = new HashSet<string> { role };
        var next = new Queue<string>(seen);
        while (next.TryDequeue(out string? current))
        {
            if (current == user)
                return true;
            foreach (string member in _membersOf.GetValueOrDefault(current, []))
                if (seen.Add(member))
                    next.Enqueue(member);
        }
        return false;
    }
}
