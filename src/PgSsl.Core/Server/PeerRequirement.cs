using PgSsl.Common;
using PgSsl.Connections;
using PgSsl.Files;

namespace PgSsl.Server;

/// <summary>
/// <c>requirepeer</c>: the account that a server behind a Unix-domain socket must run as. Another local user can make a socket in a directory such
/// as /tmp before the server does, and would be given the password (fe-connect.c, PQconnectPoll, CONNECTION_MADE).
/// </summary>
internal static class PeerRequirement
{
    /// <summary>Throws if another account answers, or if it is not known which account does.</summary>
    /// <param name="settings">The connection.</param>
    /// <param name="host">The server. Over TCP, libpq ignores the parameter.</param>
    /// <param name="user">The account that answers; null if the system does not say.</param>
    /// <exception cref="PgSslException"><see cref="PgSslError.UntrustedPeer"/>.</exception>
    public static void Check(ConnectionSettings settings, ConnectionHost host, uint? user)
    {
        if (!host.IsUnixSocket || settings["requirepeer"] is not { Length: > 0 } required)
            return;
        string? found = user is { } known ? UnixAccount.NameOf(known) : null;
        if (found == required)
            return;
        throw new PgSslException(
            PgSslError.UntrustedPeer,
            $"{settings.Get("requirepeer").Shown}, but the server at {host} runs as " +
            (found is null ? "an account that this system does not tell. " : $"{found}. ") + "No password was sent to it.",
            found is null ? "Leave it out, or connect over TCP with sslmode=verify-full." : "Check who listens there, or correct requirepeer.");
    }
}
