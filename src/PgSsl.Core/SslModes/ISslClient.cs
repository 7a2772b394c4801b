using PgSsl.Connections;

namespace PgSsl.SslModes;

/// <summary>A client library's rules for TLS.</summary>
internal interface ISslClient
{
    /// <summary>The name by which users ask for it: <c>libpq</c>, <c>npgsql</c>, …</summary>
    string Name { get; }

    /// <summary>What it does in a mode.</summary>
    /// <param name="mode">The mode asked about; it replaces the settings' own.</param>
    /// <param name="host">The server concerned, one of the settings' hosts.</param>
    /// <param name="settings">The rest of the settings.</param>
    /// <param name="trust">Loads root files, each once.</param>
    /// <param name="identity">The client certificate the settings name, or why it cannot be used.</param>
    ClientPolicy PolicyFor(SslMode mode, ConnectionHost host, ConnectionSettings settings, TrustStoreCache trust, ClientIdentity identity);
}
