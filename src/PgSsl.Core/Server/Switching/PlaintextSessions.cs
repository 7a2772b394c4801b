namespace PgSsl.Server.Switching;

/// <summary>Sessions that no reload changes: whoever came in plaintext stays in plaintext.</summary>
public static class PlaintextSessions
{
    // Without pg_read_all_stats, of another role's session neither address nor transport is seen.
    private const string Sql =
        """
        SELECT count(*) FILTER (WHERE a.client_addr IS NOT NULL AND s.ssl IS FALSE AND g.encrypted IS NOT TRUE) AS plaintext,
               count(*) FILTER (WHERE a.backend_type IS NULL) AS hidden
        FROM pg_stat_activity a LEFT JOIN pg_stat_ssl s ON s.pid = a.pid LEFT JOIN pg_stat_gssapi g ON g.pid = a.pid WHERE a.usename IS NOT NULL
        """;

    /// <summary>Counts those that come over the network in plaintext, and those that the role may not look at.</summary>
    /// <exception cref="PgSslException">The session broke.</exception>
    public static async Task<(int Plaintext, int Hidden)> CountAsync(IServerSession session, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(session);
        SqlRow row = (await session.QueryAsync(Sql, null, cancellationToken).ConfigureAwait(false))[0];
        return ((int)row.GetInt64("plaintext")!.Value, (int)row.GetInt64("hidden")!.Value);
    }
}
