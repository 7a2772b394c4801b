namespace PgSsl.Server.Sessions;

/// <summary>Which sessions in plaintext are to be ended.</summary>
/// <param name="Sessions">Those.</param>
/// <param name="Left">Why others, which one might have expected to be ended, are left, in sentences.</param>
internal sealed record SessionSweep(IReadOnlyList<SslSession> Sessions, IReadOnlyList<string> Left)
{
    /// <summary>
    /// Chooses. What is not in plaintext is never ended, nor is the session that asks. Loopback and replication only where they were named:
    /// on the loopback there is no wire; and whoever ends replication ends a base backup that took hours, or stops a standby for good, while
    /// the primary keeps its WAL.
    /// </summary>
    /// <param name="sessions">The sessions, or those of them that were named.</param>
    /// <param name="areNamed">Whether somebody named them one by one.</param>
    public static SessionSweep Of(IReadOnlyList<SslSession> sessions, bool areNamed)
    {
        var left = new List<string>();
        if (areNamed)
            left.AddRange(sessions.Where(session => !session.IsPlaintext || session.IsOwn).Select(session =>
                session.IsOwn ? $"{session} asks this itself, and is left." : $"{session} is not in plaintext, and is left."));
        SslSession[] plaintext = [.. sessions.Where(session => session.IsPlaintext && !session.IsOwn)];
        if (areNamed)
            return new SessionSweep(plaintext, left);
        AddCount(left, plaintext.Count(session => session.IsReplication), "replication: ended, it would lose a base backup, or stop a standby that may not come back");
        AddCount(left, plaintext.Count(session => session is { IsReplication: false, IsLoopback: true }), "the server's own machine, with no wire in between");
        return new SessionSweep([.. plaintext.Where(session => session is { IsReplication: false, IsLoopback: false })], left);
    }

    private static void AddCount(List<string> left, int count, string what)
    {
        if (count > 0)
            left.Add($"{count} {(count == 1 ? "session" : "sessions")} in plaintext {(count == 1 ? "is" : "are")} left: {what}. -ProcessId, or sessions from the pipeline, name what is to be ended all the same.");
    }
}
