using PgSsl.Connections;

namespace PgSsl.Server;

/// <summary>
/// An open SQL session. It runs one statement at a time, each with the settings that it rests on: search_path is pg_catalog, so that no other
/// object can hide an object of the system (all other names need a schema), values are printed as they are read here, and times are UTC.
/// </summary>
internal interface IServerSession : IAsyncDisposable
{
    /// <summary>The server among the settings' hosts.</summary>
    ConnectionHost Host { get; }

    /// <summary>The server's version.</summary>
    ServerVersion ServerVersion { get; }

    /// <summary>How the session is transported.</summary>
    SessionTransport Transport { get; }

    /// <summary>
    /// Whether there is a pooler such as PgBouncer in between: then certificate and transport are the pooler's, and the server's settings say
    /// nothing about them. A statement is a transaction of its own that cannot write, and leaves no setting behind.
    /// </summary>
    bool IsPooled { get; }

    /// <summary>The account of this machine that accepted the connection; null if that is not known, or on another machine.</summary>
    uint? PeerUser { get; }

    /// <summary>The role: <c>current_user</c> when the session was opened.</summary>
    string UserName { get; }

    /// <summary>The database.</summary>
    string Database { get; }

    /// <summary>Runs one statement.</summary>
    /// <param name="sql">The statement, with <c>$1</c>, <c>$2</c> … for all values from outside. It must not hold a secret.</param>
    /// <param name="parameters">
    /// The values: null, text, numbers, bool, times, addresses, lists of text. They are sent as text of unknown type, as psql's <c>\bind</c>
    /// does. If the server cannot infer the type, write <c>$1::integer</c>.
    /// </param>
    /// <param name="cancellationToken">Cancels the statement on the server.</param>
    /// <returns>The rows; empty where the statement returns none.</returns>
    /// <exception cref="PgSslException">
    /// InsufficientPrivilege, with a remedy that names the grant, if it is known; SqlFailed; ConnectionTimedOut; ConnectionClosed.
    /// </exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    Task<IReadOnlyList<SqlRow>> QueryAsync(
        string sql, IReadOnlyList<object?>? parameters = null, CancellationToken cancellationToken = default);
}
