using PgSsl.Connections;

namespace PgSsl.SslModes;

/// <summary>The rules of a client library for TLS.</summary>
internal interface ISslClient
{
    /// <summary>The name that users give: <c>libpq</c>, <c>npgsql</c> …</summary>
    string Name { get; }

    /// <summary>
    /// The cipher suites that it offers for TLS 1.2, by their IANA names, where they are fewer than OpenSSL's; null where they are not.
    /// All clients offer the three of TLS 1.3.
    /// </summary>
    IReadOnlyList<string>? CipherSuites => null;

    /// <summary>What it does in a mode.</summary>
    /// <param name="mode">The mode; it replaces that of the settings.</param>
    /// <param name="host">The server, one of the settings' hosts.</param>
    /// <param name="settings">The rest of the settings.</param>
    /// <param name="trust">Loads each root file once.</param>
    /// <param name="identity">The client certificate of the settings, or why it cannot be used.</param>
    ClientPolicy PolicyFor(SslMode mode, ConnectionHost host, ConnectionSettings settings, TrustStoreCache trust, ClientIdentity identity);
}
