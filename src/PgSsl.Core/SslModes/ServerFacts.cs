using PgSsl.Connections;
using PgSsl.Probing;

namespace PgSsl.SslModes;

/// <summary>What two connections showed of a server: enough to say what every client would meet in every sslmode.</summary>
/// <param name="Host">The server.</param>
/// <param name="Tls">The connection that asked for TLS; null on a Unix socket, where none does.</param>
/// <param name="Plaintext">The connection that did not; null where none was to be made.</param>
internal sealed record ServerFacts(ConnectionHost Host, ConnectionFacts? Tls, ConnectionFacts? Plaintext)
{
    /// <summary>The server as an endpoint that holds all that the user said about it (user, database, address …).</summary>
    public string Endpoint { get; init; } = Host.ToString();
}
