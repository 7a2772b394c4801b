using PgSsl.Common;

namespace PgSsl.Server.Sessions;

/// <summary>Ends a session.</summary>
internal static class SessionEnd
{
    // Process ids are reused, so one statement checks that it is still the same session and ends it. Only superusers may end a session of a
    // superuser (signalfuncs.c, pg_signal_backend).
    private const string Terminate =
        """
        SELECT pg_catalog.pg_terminate_backend(pid) AS signalled FROM pg_catalog.pg_stat_activity
        WHERE pid = $1::integer AND backend_start = $2::timestamptz AND pid <> pg_catalog.pg_backend_pid()
        """;

    private const string Look = "SELECT 1 FROM pg_catalog.pg_stat_activity WHERE pid = $1::integer AND backend_start = $2::timestamptz";

    /// <summary>How long to wait for a session to end: it ends at its next check for interrupts.</summary>
    public static TimeSpan Timeout { get; } = TimeSpan.FromSeconds(5);

    /// <summary>Ends a session, unless it has ended already, and waits until it is gone.</summary>
    /// <param name="session">The session that runs the statements.</param>
    /// <param name="victim">The session to end.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What happened to it.</returns>
    /// <exception cref="PgSslException">InsufficientPrivilege, with the grant; the session broke.</exception>
    public static async Task<TerminationResult> EndAsync(IServerSession session, SslSession victim, CancellationToken cancellationToken)
    {
        object[] which = [victim.ProcessId, new DateTimeOffset(victim.BackendStart)];
        if (!await TerminateAsync(session, victim, which, cancellationToken).ConfigureAwait(false))
            return TerminationResult.AlreadyGone;
        IReadOnlyList<SqlRow> left = await Poll.UntilAsync(
            Timeout, () => session.QueryAsync(Look, which, cancellationToken), rows => rows.Count == 0, cancellationToken).ConfigureAwait(false);
        return left.Count == 0 ? TerminationResult.Ended : TerminationResult.StillRunning;
    }

    private static async Task<bool> TerminateAsync(
        IServerSession session, SslSession victim, object[] which, CancellationToken cancellationToken)
    {
        try
        {
            IReadOnlyList<SqlRow> rows = await session.QueryAsync(Terminate, which, cancellationToken).ConfigureAwait(false);
            return rows is [var row] && row.GetBoolean("signalled") == true;
        }
        catch (PgSslException failure) when (failure.Error == PgSslError.InsufficientPrivilege)
        {
            // No grant helps against a superuser's session.
            const string IsSuperuser = "SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = $1 AND rolsuper";
            if ((await session.QueryAsync(IsSuperuser, [victim.UserName], cancellationToken).ConfigureAwait(false)).Count == 0)
                throw;
            throw new PgSslException(
                PgSslError.InsufficientPrivilege, failure.Message,
                $"{victim.UserName} is a superuser, and only superusers may end its sessions: connect as one.", failure);
        }
    }
}

/// <summary>What happened to a session that was to be ended.</summary>
internal enum TerminationResult
{
    /// <summary>It was ended, and is gone.</summary>
    Ended,
    /// <summary>It had ended by itself before.</summary>
    AlreadyGone,
    /// <summary>It was told to end, but has not done so yet.</summary>
    StillRunning,
}
