using System.Net;
using System.Net.Sockets;

namespace PgSsl.Downloads;

/// <summary>Makes connections for downloads: without cookies, credentials or automatic redirects, and never to a forbidden address.</summary>
internal static class GuardedHandler
{
    /// <summary>
    /// Makes a handler for requests under one rule. A connection may serve another request than the one that it was made for, so requests
    /// under different rules must not share a handler.
    /// </summary>
    /// <param name="mayAskThisMachine">Whether URLs may lead to this machine.</param>
    public static SocketsHttpHandler Create(bool mayAskThisMachine) => new()
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
        // The check when a connection is made must hold for each request.
        PooledConnectionLifetime = TimeSpan.Zero,
        ConnectCallback = (context, cancellationToken) => ConnectAsync(context, mayAskThisMachine, cancellationToken),
    };

    /// <summary>Checks the very address that is then connected to: a moment later the name may have another address.</summary>
    private static async ValueTask<Stream> ConnectAsync(
        SocketsHttpConnectionContext context, bool mayAskThisMachine, CancellationToken cancellationToken)
    {
        DnsEndPoint target = context.DnsEndPoint;
        Uri uri = context.InitialRequestMessage.RequestUri!;
        IPAddress[] addresses = await Dns.GetHostAddressesAsync(target.Host, cancellationToken).ConfigureAwait(false);
        bool isProxy = !target.Host.Equals(uri.IdnHost, StringComparison.OrdinalIgnoreCase);
        if (!isProxy)
            Check(addresses, uri, mayAskThisMachine);

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

    private static void Check(IPAddress[] addresses, Uri uri, bool mayAskThisMachine)
    {
        foreach (IPAddress address in addresses)
        {
            if (AddressGuard.WhyNot(address, mayAskThisMachine) is { } reason)
                throw DownloadFailures.ForbiddenAddress(uri, address, reason);
        }
    }
}
