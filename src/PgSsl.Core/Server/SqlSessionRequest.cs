using System.Security;
using PgSsl.Connections;

namespace PgSsl.Server;

/// <summary>An SQL session that is to be opened.</summary>
/// <param name="Settings">What libpq would connect with.</param>
/// <param name="Host">The server among the settings' hosts.</param>
/// <param name="Timeout">For each of the host's addresses: connection, handshake and authentication (libpq's connect_timeout).</param>
internal sealed record SqlSessionRequest(ConnectionSettings Settings, ConnectionHost Host, TimeSpan Timeout)
{
    /// <summary>
    /// The password; null or empty for the one that libpq would use, from the connection string, PGPASSWORD or the password file. The caller
    /// disposes of it.
    /// </summary>
    public SecureString? Password { get; init; }

    /// <summary>The session's name in pg_stat_activity, if the settings have no application_name.</summary>
    public string ApplicationName { get; init; } = "PgSsl";

    /// <summary>How long one statement may take.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Gives sslmode its libpq meaning for other machines too, so that a password may be sent there in plaintext. Without it, prefer and allow
    /// mean require for them, and disable with a password is refused.
    /// </summary>
    public bool AllowPlaintextPassword { get; init; }
}
