using System.Net;
using System.Net.Sockets;

namespace PgSsl.RootCertificates.Downloads;

/// <summary>Makes connections for downloads: no cookie, no credentials, no redirect by itself, and no forbidden address.</summary>
internal static class GuardedHandler
{
    /// <summary>Set on a request whose URL may lead to this machine.</summary>
    public static readonly HttpRequestOptionsKey<bool> MayAskThisMachine = new("PgSsl.MayAskThisMachine");

    public static SocketsHttpHandler Create() => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        Credentials = null,
        PreAuthenticate = false,
        Proxy = new ProxyWithoutCredentials(HttpClient.DefaultProxy),
        DefaultProxyCredentials = null,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,
        MaxResponseHeadersLength = 16,
        MaxResponseDrainSize = 0,
        // What is checked when a connection is made must hold for each request.
        PooledConnectionLifetime = TimeSpan.Zero,
        ConnectCallback = ConnectAsync,
    };

    /// <summary>The check is made on the very address that is then connected to: a name may have another one a moment later.</summary>
    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        DnsEndPoint target = context.DnsEndPoint;
        HttpRequestMessage request = context.InitialRequestMessage;
        IPAddress[] addresses = await Dns.GetHostAddressesAsync(target.Host, cancellationToken).ConfigureAwait(false);
        bool isProxy = !target.Host.Equals(request.RequestUri!.IdnHost, StringComparison.OrdinalIgnoreCase);
        if (!isProxy)
            Check(addresses, request);

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, target.Port, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static void Check(IPAddress[] addresses, HttpRequestMessage request)
    {
        request.Options.TryGetValue(MayAskThisMachine, out bool mayAskThisMachine);
        foreach (IPAddress address in addresses)
        {
            if (AddressGuard.WhyNot(address, mayAskThisMachine) is { } reason)
                throw DownloadFailures.ForbiddenAddress(request.RequestUri!, address, reason);
        }
    }
}
