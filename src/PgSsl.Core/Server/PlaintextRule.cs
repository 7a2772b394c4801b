using System.Net;
using PgSsl.Connections;

namespace PgSsl.Server;

/// <summary>
/// Keeps passwords from being sent to other machines in plaintext. With libpq's default, prefer, anybody on the network path can turn TLS off.
/// So prefer means require here, unless the server is on this machine.
/// </summary>
internal static class PlaintextRule
{
    /// <summary>Decides the sslmode of a session.</summary>
    /// <param name="mode">The sslmode in the settings.</param>
    /// <param name="host">The server, for the message.</param>
    /// <param name="address">Its address; null on a Unix-domain socket.</param>
    /// <param name="hasPassword">Whether there is a password that might be sent.</param>
    /// <param name="allowPlaintextPassword">Uses the settings as they are.</param>
    /// <exception cref="PgSslException">
    /// <see cref="PgSslError.InsecurePassword"/>: the mode is disable, for another machine, with a password.
    /// </exception>
    public static SslMode Decide(SslMode mode, ConnectionHost host, IPAddress? address, bool hasPassword, bool allowPlaintextPassword)
    {
        if (allowPlaintextPassword || address is null || IPAddress.IsLoopback(address))
            return mode;
        return mode switch
        {
            SslMode.Disable when hasPassword => throw new PgSslException(
                PgSslError.InsecurePassword,
                $"With sslmode=disable the password would be sent to {host} in plaintext. It was not sent.",
                "Use sslmode=verify-full, or at least require; or omit the password if the server asks for none."),
            SslMode.Allow or SslMode.Prefer => SslMode.Require,
            _ => mode,
        };
    }
}
