using System.Net;
using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates.Trust;

namespace PgSsl.Chains;

/// <summary>A chain to complete.</summary>
/// <param name="Served">The certificates as sent, the server's own first; at least one.</param>
/// <param name="Stores">The roots of this machine, in the order they are asked.</param>
/// <param name="At">The moment for which valid certificates are preferred.</param>
internal sealed record ChainRequest(IReadOnlyList<X509Certificate2> Served, IReadOnlyList<TrustStore> Stores, DateTimeOffset At)
{
    /// <summary>A chain that a server sent.</summary>
    /// <param name="served">The certificates as sent, the server's own first; at least one.</param>
    /// <param name="hostName">The server's name.</param>
    /// <param name="address">The address that answered; null where it is not known.</param>
    /// <param name="stores">The roots of this machine, in the order they are asked.</param>
    public static ChainRequest Of(
        IReadOnlyList<X509Certificate2> served, string hostName, string? address, IReadOnlyList<TrustStore> stores) =>
        new(served, stores, DateTimeOffset.UtcNow)
        {
            HostName = hostName,
            IsServerOnThisMachine = IPAddress.TryParse(address, out IPAddress? parsed) && IPAddress.IsLoopback(parsed),
        };

    /// <summary>The server's name, by which its provider is found; null to ask no provider.</summary>
    public string? HostName { get; init; }

    /// <summary>True if the server is on this machine: then the URLs in its certificates may lead to this machine, too.</summary>
    public bool IsServerOnThisMachine { get; init; }
}
