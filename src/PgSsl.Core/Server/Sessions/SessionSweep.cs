namespace PgSsl.Server.Sessions;

/// <summary>Which plaintext sessions are to be ended.</summary>
/// <param name="Sessions">These sessions.</param>
/// <param name="Left">Why other sessions, which the user might expect to be ended, are left, in sentences.</param>
internal sealed record SessionSweep(IReadOnlyList<SslSession> Sessions, IReadOnlyList<string> Left)
{
    /// <summary>
    /// Chooses the sessions. A session that is not in plaintext is never ended, nor is the session that asks. Loopback and replication are
    /// ended only if they were named: loopback uses no wire; and to end replication aborts a base backup that took hours, or stops a standby
    /// for good, while the primary keeps its WAL.
    /// </summary>
    /// <param name="sessions">All sessions, or those that were named.</param>
    /// <param name="areNamed">Whether somebody named them one by one.</param>
    public static SessionSweep Of(IReadOnlyList<SslSession> sessions, bool areNamed)
    {
        var left = new List<string>();
        if (areNamed)
            left.AddRange(sessions.Where(session => !session.IsPlaintext || session.IsOwn).Select(session =>
                session.IsOwn ? $"{session} is the session that asks, and is left." : $"{session} is not in plaintext, and is left."));
        SslSession[] plaintext = [.. sessions.Where(session => session.IsPlaintext && !session.IsOwn)];
        if (areNamed)
            return new SessionSweep(plaintext, left);
        AddCount(
            left, plaintext.Count(session => session.IsReplication),
            "to end replication would abort a base backup, or stop a standby that may not come back");
        AddCount(
            left, plaintext.Count(session => session is { IsReplication: false, IsLoopback: true }),
            "loopback connections on the server's own machine use no wire");
        return new SessionSweep([.. plaintext.Where(session => session is { IsReplication: false, IsLoopback: false })], left);
    }

    private static void AddCount(List<string> left, int count, string why)
    {
        if (count > 0)
            left.Add($"{count} plaintext {(count == 1 ? "session is" : "sessions are")} left: {why}. "
                + "To end them anyway, name them with -ProcessId or through the pipeline.");
    }
}
