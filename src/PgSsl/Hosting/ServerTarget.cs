using System.Management.Automation;
using System.Net;
using PgSsl.Connections;

namespace PgSsl.Hosting;

/// <summary>One server to work on.</summary>
/// <param name="Endpoint">The endpoint, narrowed to this server. Errors of this server are reported against it.</param>
/// <param name="Settings">What libpq would connect with.</param>
/// <param name="Host">This server among the settings' hosts.</param>
/// <param name="Timeout">For one connection in all.</param>
internal sealed record ServerTarget(PgEndpoint Endpoint, ConnectionSettings Settings, ConnectionHost Host, TimeSpan Timeout)
{
    /// <summary>The settings once for each -RootCertificate, in that order; without it only <see cref="Settings"/>.</summary>
    internal IReadOnlyList<ConnectionSettings> Candidates { get; init; } = new[] { Settings };

    /// <summary>The role and its password for an SQL session; null for those of the endpoint and the environment.</summary>
    public PSCredential? Credential { get; init; }

    /// <summary>The same server at one of its addresses.</summary>
    public ServerTarget At(IPAddress address)
    {
        ConnectionHost host = Host with { HostAddress = address.ToString() };
        return this with { Host = host, Endpoint = Endpoint.At(host) };
    }
}
