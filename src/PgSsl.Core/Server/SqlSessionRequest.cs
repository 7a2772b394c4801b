using System.Security;
using PgSsl.Connections;

namespace PgSsl.Server;

/// <summary>One SQL session to be opened.</summary>
/// <param name="Settings">What libpq would connect with.</param>
/// <param name="Host">The server among the settings' hosts.</param>
/// <param name="Timeout">For each of the host's addresses: connection, handshake and authentication (libpq's connect_timeout).</param>
internal sealed record SqlSessionRequest(ConnectionSettings Settings, ConnectionHost Host, TimeSpan Timeout)
{
    /// <summary>
    /// The password; null or empty for what libpq would use: the connection string's, PGPASSWORD, the password file's. It stays the
    /// caller's to dispose of.
    /// </summary>
    public SecureString? Password { get; init; }

    /// <summary>How pg_stat_activity names the session where application_name says nothing.</summary>
    public string ApplicationName { get; init; } = "PgSsl";

    /// <summary>How long one statement may take.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Has sslmode mean what it means to libpq for other machines too, so that a password may go there in plaintext. Without it, prefer
    /// and allow are require for them, and disable with a password is refused.
    /// </summary>
    public bool AllowPlaintextPassword { get; init; }
}
