namespace PgSsl.Server.Sessions;

/// <summary>The sessions of a server at one moment.</summary>
/// <param name="Sessions">Those that the role may look at.</param>
/// <param name="HiddenCount">
/// How many it may not: sessions of other roles, and perhaps processes that work for them (parallel query, subscriptions).
/// </param>
internal sealed record SessionList(IReadOnlyList<SslSession> Sessions, int HiddenCount)
{
    /// <summary>What is missing, and the grant that shows it; null where nothing is.</summary>
    /// <param name="endpoint">The server.</param>
    /// <param name="role">Who asked.</param>
    public string? DescribeHidden(string endpoint, string role) => HiddenCount == 0 ? null
        : $"{endpoint}: {HiddenCount} {(HiddenCount == 1 ? "session" : "sessions")} of other roles, beside {Sessions.Count} shown, "
            + $"cannot be looked at by {role}, so that how they are connected is not known. "
            + $"As a superuser: GRANT pg_read_all_stats TO {MissingPrivilege.QuoteIdentifier(role)}";
}
