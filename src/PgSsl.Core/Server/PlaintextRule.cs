using System.Net;
using PgSsl.Connections;

namespace PgSsl.Server;

/// <summary>
/// Keeps passwords from other machines that were not asked for TLS. libpq's default, prefer, lets whoever is on the way turn TLS off;
/// here it is require, unless the server is on this machine.
/// </summary>
internal static class PlaintextRule
{
    /// <summary>The sslmode by which a session is opened.</summary>
    /// <param name="mode">The settings'.</param>
    /// <param name="host">The server, for the message.</param>
    /// <param name="address">Its address; null on a Unix-domain socket.</param>
    /// <param name="hasPassword">Whether there is a password that could be sent.</param>
    /// <param name="allowPlaintextPassword">Leaves everything to the settings.</param>
    /// <exception cref="PgSslException"><see cref="PgSslError.InsecurePassword"/>: disable, for another machine, with a password.</exception>
    public static SslMode Decide(SslMode mode, ConnectionHost host, IPAddress? address, bool hasPassword, bool allowPlaintextPassword)
    {
        if (allowPlaintextPassword || address is null || IPAddress.IsLoopback(address))
            return mode;
        return mode switch
        {
            SslMode.Disable when hasPassword => throw new PgSslException(
                PgSslError.InsecurePassword,
                $"sslmode=disable would have the password go to {host} in plaintext. It was not sent.",
                "Use sslmode=verify-full, or at least require; or leave the password out where the server asks for none."),
            SslMode.Allow or SslMode.Prefer => SslMode.Require,
            _ => mode,
        };
    }
}
