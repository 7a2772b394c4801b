using PgSsl.Connections;

namespace PgSsl.Server;

/// <summary>
/// One open SQL session. It runs one statement at a time. Its search_path is pg_catalog (unless <see cref="IsPooled"/>), so that nobody's
/// object can stand in for a system's; names of others need their schema. Times are UTC.
/// </summary>
internal interface IServerSession : IAsyncDisposable
{
    /// <summary>The server among the settings' hosts.</summary>
    ConnectionHost Host { get; }

    /// <summary>The server's version.</summary>
    ServerVersion ServerVersion { get; }

    /// <summary>What the session itself travels in.</summary>
    SessionTransport Transport { get; }

    /// <summary>
    /// Whether a pooler such as PgBouncer is in between: then certificate and transport are the pooler's, and the server's settings say
    /// nothing about them. Session settings are the pool's: do not rely on any, and leave none behind.
    /// </summary>
    bool IsPooled { get; }

    /// <summary>The role: <c>current_user</c> when the session was opened.</summary>
    string UserName { get; }

    /// <summary>The database.</summary>
    string Database { get; }

    /// <summary>Runs one statement.</summary>
    /// <param name="sql">The statement, with <c>$1</c>, <c>$2</c> … for what comes from outside. It must hold no secret.</param>
    /// <param name="parameters">
    /// The values: null, text, numbers, bool, times, addresses, lists of text. They go as text of unknown type, as psql's <c>\bind</c>
    /// sends them: where the server cannot know the type, write <c>$1::integer</c>.
    /// </param>
    /// <param name="cancellationToken">Cancels the statement on the server.</param>
    /// <returns>The rows; none where the statement returns none.</returns>
    /// <exception cref="PgSslException">
    /// InsufficientPrivilege, with a remedy that names the grant where it is known; SqlFailed; ConnectionTimedOut; ConnectionClosed.
    /// </exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    Task<IReadOnlyList<SqlRow>> QueryAsync(
        string sql, IReadOnlyList<object?>? parameters = null, CancellationToken cancellationToken = default);
}
