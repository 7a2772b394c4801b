namespace PgSsl.Wire;

/// <summary>
/// The question a client asks before TLS: eight bytes, answered by one (PostgreSQL documentation, "Message Flow: SSL Session
/// Encryption"; src/include/libpq/pqcomm.h, NEGOTIATE_SSL_CODE).
/// </summary>
internal static class SslRequest
{
    /// <summary>The message: its length, 8, then the code 1234,5679 that no protocol version can have.</summary>
    public static ReadOnlyMemory<byte> Message { get; } = new byte[] { 0x00, 0x00, 0x00, 0x08, 0x04, 0xD2, 0x16, 0x2F };

    /// <summary>
    /// Reads what a server answered. <paramref name="answer"/> is all that had arrived: more than the one byte is an attack
    /// (CVE-2021-23222) or another protocol's banner, never PostgreSQL.
    /// </summary>
    /// <param name="answer">At least one byte.</param>
    /// <returns>What the first byte means.</returns>
    /// <exception cref="PgSslException">
    /// <see cref="PgSslError.UnencryptedDataAfterSslResponse"/> or <see cref="PgSslError.NotPostgreSql"/>.
    /// </exception>
    public static SslResponse ReadAnswer(ReadOnlySpan<byte> answer) => answer switch
    {
        [(byte)'S'] => SslResponse.Accepted,
        // After N the server waits for a StartupMessage: it, too, has nothing to say.
        [(byte)'N'] => SslResponse.NotOffered,
        [(byte)'E', ..] => SslResponse.Error,
        [(byte)'S', (byte)'S', (byte)'H', (byte)'-', ..] => throw NotPostgreSql(answer),
        [(byte)'S', ..] => throw new PgSslException(
            PgSslError.UnencryptedDataAfterSslResponse,
            $"The server accepted TLS and sent {answer.Length - 1} more byte(s) in plaintext before the handshake. " +
            "No PostgreSQL server does that: something between here and the server injects data (CVE-2021-23222).",
            "Do not send credentials over this path. Find out what sits between this machine and the server (proxy, load balancer, attacker)."),
        _ => throw NotPostgreSql(answer),
    };

    private static PgSslException NotPostgreSql(ReadOnlySpan<byte> answer) => new(
        PgSslError.NotPostgreSql,
        $"What listens there is no PostgreSQL server: it answered the SSLRequest with {WireText.Quote(answer)}; " +
        "expected was S, N or an error message.",
        "Check host and port; PostgreSQL listens on 5432 unless told otherwise, PgBouncer on 6432.");
}

/// <summary>A server's answer to an SSLRequest.</summary>
internal enum SslResponse
{
    /// <summary><c>S</c>: the handshake may begin.</summary>
    Accepted,
    /// <summary><c>N</c>: no TLS here; the connection may go on in plaintext.</summary>
    NotOffered,
    /// <summary><c>E</c>: an ErrorResponse follows.</summary>
    Error,
}
