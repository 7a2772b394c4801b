namespace PgSsl.Wire;

/// <summary>
/// The question a client asks before TLS: eight bytes, answered by one (PostgreSQL documentation, "Message Flow: SSL Session
/// Encryption"; src/include/libpq/pqcomm.h, NEGOTIATE_SSL_CODE).
/// </summary>
internal static class SslRequest
{
    /// <summary>The message: its length, 8, and the code 1234,5679, which is not a protocol version.</summary>
    public static ReadOnlyMemory<byte> Message { get; } = new byte[] { 0x00, 0x00, 0x00, 0x08, 0x04, 0xD2, 0x16, 0x2F };

    /// <summary>
    /// Reads what a server answered. <paramref name="answer"/> is all that had arrived. PostgreSQL sends one byte: if there are more, it
    /// is an attack (<see cref="Injected"/>) or the banner of another protocol.
    /// </summary>
    /// <param name="answer">At least one byte.</param>
    /// <returns>What the first byte means.</returns>
    /// <exception cref="PgSslException"><see cref="PgSslError.NotPostgreSql"/>.</exception>
    public static SslResponse ReadAnswer(ReadOnlySpan<byte> answer) => answer switch
    {
        [(byte)'S'] => SslResponse.Accepted,
        // After N the server waits for a StartupMessage, and sends nothing before that.
        [(byte)'N'] => SslResponse.NotOffered,
        [(byte)'E', ..] => SslResponse.Error,
        [(byte)'S', (byte)'S', (byte)'H', (byte)'-', ..] => throw NotPostgreSql(answer),
        [(byte)'S', ..] => SslResponse.Accepted,
        _ => throw NotPostgreSql(answer),
    };

    /// <summary>
    /// What is wrong with an answer that has more than one byte. libpq looks at it after the handshake (fe-connect.c, PQconnectPoll,
    /// CONNECTION_SSL_STARTUP); if the handshake fails, prefer goes on in plaintext.
    /// </summary>
    /// <param name="answer">An answer that accepts TLS.</param>
    /// <param name="handshake">Why the handshake failed; null if it did not.</param>
    /// <returns>Null for an answer of one byte.</returns>
    public static PgSslException? Injected(ReadOnlySpan<byte> answer, Exception? handshake = null) => answer.Length == 1 ? null : new PgSslException(
        PgSslError.UnencryptedDataAfterSslResponse,
        $"The server accepted TLS and sent {answer.Length - 1} more byte(s) in plaintext before the handshake. " +
        "A PostgreSQL server never does that. Something between this machine and the server injects data (CVE-2021-23222).",
        "Do not send credentials over this path. Find out what sits between this machine and the server (proxy, load balancer, attacker).",
        handshake);

    private static PgSslException NotPostgreSql(ReadOnlySpan<byte> answer) => new(
        PgSslError.NotPostgreSql,
        $"This is not a PostgreSQL server: it answered the SSLRequest with {WireText.Quote(answer)} " +
        "instead of S, N or an error message.",
        "Check host and port. By default PostgreSQL listens on 5432 and PgBouncer on 6432.");
}

/// <summary>A server's answer to an SSLRequest.</summary>
internal enum SslResponse
{
    /// <summary><c>S</c>: the handshake may begin.</summary>
    Accepted,
    /// <summary><c>N</c>: the server does not offer TLS. The connection may go on in plaintext.</summary>
    NotOffered,
    /// <summary><c>E</c>: an ErrorResponse follows.</summary>
    Error,
}
