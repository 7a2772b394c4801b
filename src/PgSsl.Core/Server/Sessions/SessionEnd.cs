using PgSsl.Common;

namespace PgSsl.Server.Sessions;

/// <summary>Ends a session.</summary>
internal static class SessionEnd
{
    // Process ids come again: the process is told in the statement that looks whether it is still that session. Whoever is no superuser may
    // end no superuser's (signalfuncs.c, pg_signal_backend).
    private const string Terminate =
        """
        SELECT pg_catalog.pg_terminate_backend(pid) AS told FROM pg_catalog.pg_stat_activity
        WHERE pid = $1::integer AND backend_start = $2::timestamptz AND pid <> pg_catalog.pg_backend_pid()
        """;

    private const string Look = "SELECT 1 FROM pg_catalog.pg_stat_activity WHERE pid = $1::integer AND backend_start = $2::timestamptz";

    /// <summary>How long to wait for a session to go: it goes at its next check for interrupts.</summary>
    public static TimeSpan Timeout { get; } = TimeSpan.FromSeconds(5);

    /// <summary>Ends a session, unless it has gone, and waits until it is gone.</summary>
    /// <param name="session">The session to say it in.</param>
    /// <param name="victim">The one to end.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What became of it.</returns>
    /// <exception cref="PgSslException">InsufficientPrivilege, with the grant; the session broke.</exception>
    public static async Task<SessionFate> EndAsync(IServerSession session, SslSession victim, CancellationToken cancellationToken)
    {
        object[] which = [victim.ProcessId, new DateTimeOffset(victim.BackendStart)];
        if (!await TellAsync(session, victim, which, cancellationToken).ConfigureAwait(false))
            return SessionFate.HadGone;
        IReadOnlyList<SqlRow> left = await Poll.UntilAsync(
            Timeout, () => session.QueryAsync(Look, which, cancellationToken), rows => rows.Count == 0, cancellationToken).ConfigureAwait(false);
        return left.Count == 0 ? SessionFate.Ended : SessionFate.StillThere;
    }

    private static async Task<bool> TellAsync(IServerSession session, SslSession victim, object[] which, CancellationToken cancellationToken)
    {
        try
        {
            return await session.QueryAsync(Terminate, which, cancellationToken).ConfigureAwait(false) is [var row] && row.GetBoolean("told") == true;
        }
        catch (PgSslException failure) when (failure.Error == PgSslError.InsufficientPrivilege)
        {
            // No grant helps there.
            const string IsSuperuser = "SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = $1 AND rolsuper";
            if ((await session.QueryAsync(IsSuperuser, [victim.UserName], cancellationToken).ConfigureAwait(false)).Count == 0)
                throw;
            throw new PgSslException(
                PgSslError.InsufficientPrivilege, failure.Message, $"{victim.UserName} is a superuser, whose sessions only superusers may end: connect as one.", failure);
        }
    }
}

/// <summary>What became of a session that was to end.</summary>
internal enum SessionFate
{
    /// <summary>It was told to end, and is gone.</summary>
    Ended,
    /// <summary>It had ended by itself.</summary>
    HadGone,
    /// <summary>It was told to end, and has not got to it yet.</summary>
    StillThere,
}
