using PgSsl.Connections;
using PgSsl.Probing;

namespace PgSsl.SslModes;

/// <summary>What two connections to a server showed: enough to predict every client in every sslmode.</summary>
/// <param name="Host">The server.</param>
/// <param name="Tls">The connection that asked for TLS; null on a Unix socket, which has no TLS.</param>
/// <param name="Plaintext">The connection that did not; null if it is not needed.</param>
internal sealed record ServerFacts(ConnectionHost Host, ConnectionFacts? Tls, ConnectionFacts? Plaintext)
{
    /// <summary>The server as an endpoint with everything that the user gave (user, database, address …).</summary>
    public string Endpoint { get; init; } = Host.ToString();

    /// <summary>What a client sees that does not offer the cipher suite that the server chose, by the client's name.</summary>
    public IReadOnlyDictionary<string, ConnectionFacts> TlsWithFewerSuites { get; init; } = new Dictionary<string, ConnectionFacts>();

    /// <summary>The same server as that client sees it.</summary>
    public ServerFacts For(ISslClient client) =>
        TlsWithFewerSuites.TryGetValue(client.Name, out ConnectionFacts? other) ? this with { Tls = other } : this;
}
