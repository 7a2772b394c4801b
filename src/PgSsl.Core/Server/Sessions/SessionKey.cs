namespace PgSsl.Server.Sessions;

/// <summary>A session that somebody named.</summary>
/// <param name="ProcessId">Its process.</param>
/// <param name="BackendStart">When it began; null for the session that has that process id now.</param>
internal sealed record SessionKey(int ProcessId, DateTime? BackendStart)
{
    /// <summary>Whether it names a session.</summary>
    public bool Means(SslSession session)
    {
        return session.ProcessId == ProcessId && (BackendStart is not { } start || session.BackendStart == start.ToUniversalTime());
    }

    /// <summary>The error for a session that does not exist.</summary>
    /// <param name="endpoint">The server.</param>
    public PgSslException NotFound(string endpoint) => new(
        PgSslError.SessionNotFound,
        BackendStart is { } start
            ? string.Create(
                null, $"{endpoint} has no session {ProcessId} since {start.ToUniversalTime():u}: it has ended, or this role may not see it.")
            : $"{endpoint} has no session {ProcessId}: it has ended, or this role may not see it.",
        "List the current sessions with Get-PgSslSession.");
}
