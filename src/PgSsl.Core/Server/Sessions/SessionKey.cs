namespace PgSsl.Server.Sessions;

/// <summary>A session that somebody named.</summary>
/// <param name="ProcessId">Its process.</param>
/// <param name="BackendStart">Since when it is there; null for whoever has that process id now.</param>
internal sealed record SessionKey(int ProcessId, DateTime? BackendStart)
{
    /// <summary>Whether that is the session.</summary>
    public bool Means(SslSession session)
    {
        return session.ProcessId == ProcessId && (BackendStart is not { } start || session.BackendStart == start.ToUniversalTime());
    }

    /// <summary>The failure where there is no such session.</summary>
    /// <param name="endpoint">The server.</param>
    public PgSslException NotFound(string endpoint) => new(
        PgSslError.SessionNotFound,
        BackendStart is { } start
            ? string.Create(null, $"{endpoint} has no session {ProcessId} since {start.ToUniversalTime():u}: it has ended, or cannot be looked at.")
            : $"{endpoint} has no session {ProcessId}: it has ended, or cannot be looked at.",
        "Get the sessions that there are now with Get-PgSslSession.");
}
