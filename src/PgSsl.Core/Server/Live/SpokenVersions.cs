using PgSsl.Common;
using PgSsl.Connections;
using PgSsl.Probing;

namespace PgSsl.Server.Live;

/// <summary>
/// The versions of TLS that a server speaks, of those that this machine speaks for certain. One can get lost by a list of ciphers that has none for
/// it (OpenSSL 1.1.1 takes such a list), or that has none for another kind of key.
/// </summary>
internal static class SpokenVersions
{
    private static readonly TlsVersion[] Tried = [TlsVersion.Tls12, TlsVersion.Tls13];

    /// <summary>Tries them.</summary>
    /// <param name="live">The server.</param>
    /// <param name="address">The address where it was seen.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<IReadOnlyList<TlsVersion>> FindAsync(LiveServer live, ServedAt address, CancellationToken cancellationToken)
    {
        var spoken = new List<TlsVersion>();
        foreach (TlsVersion version in Tried)
            if ((await TryAsync(live, address, version, cancellationToken).ConfigureAwait(false)).Tls is not null)
                spoken.Add(version);
        return spoken;
    }

    /// <summary>Makes a handshake with one version alone.</summary>
    public static Task<ConnectionFacts> TryAsync(LiveServer live, ServedAt address, TlsVersion version, CancellationToken cancellationToken)
    {
        ProbeRequest request = ProbeRequest.ForTls(live.Settings, address.Host, live.Timeout) with
        {
            Address = address.Facts.Address,
            Negotiation = SslNegotiation.Postgres,
            Protocols = version.Protocol(),
        };
        return ServerProbe.ConnectAsync(request, cancellationToken);
    }
}
