using PgSsl.Connections;
using PgSsl.Probing;

namespace PgSsl.SslModes.Clients;

/// <summary>
/// The transports of each mode in libpq's order (fe-connect.c, select_next_encryption_method). Most drivers have the same order, but
/// their own rules for when they try the next transport.
/// </summary>
internal static class LibpqAttempts
{
    public static Transport[] For(SslMode mode) => mode switch
    {
        SslMode.Disable => [Transport.Plaintext],
        SslMode.Allow => [Transport.Plaintext, Transport.Tls],
        SslMode.Prefer => [Transport.Tls, Transport.Plaintext],
        _ => [Transport.Tls],
    };
}
