using PgSsl.Common;

namespace PgSsl.Server.Sessions;

/// <summary>The sessions of a server at one moment.</summary>
/// <param name="Sessions">The sessions that the role may see.</param>
/// <param name="HiddenCount">
/// How many it may not see: sessions of other roles, and perhaps processes that work for them (parallel query, subscriptions).
/// </param>
internal sealed record SessionList(IReadOnlyList<SslSession> Sessions, int HiddenCount)
{
    /// <summary>Hidden sessions among those that a change may cost their way back.</summary>
    /// <param name="count">How many.</param>
    /// <param name="role">The role that asked.</param>
    public static string DescribeHiddenLoss(int count, string role) =>
        $"perhaps {count} {(count == 1 ? "session" : "sessions")} of other roles, which {role} may not see (pg_read_all_stats)";

    /// <summary>What is missing, and the grant that shows it; null where nothing is missing.</summary>
    /// <param name="endpoint">The server.</param>
    /// <param name="role">The role that asked.</param>
    public string? DescribeHidden(string endpoint, string role) => HiddenCount == 0 ? null
        : $"{endpoint}: {role} may not see {HiddenCount} {(HiddenCount == 1 ? "session" : "sessions")} of other roles, besides the {Sessions.Count} "
            + "shown, so it is not known how they are connected. "
            + $"As a superuser: GRANT pg_read_all_stats TO {SqlQuoting.Identifier(role)}";
}
