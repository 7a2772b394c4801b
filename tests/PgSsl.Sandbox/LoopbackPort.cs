using System.Net;
using System.Net.Sockets;

namespace PgSsl.Sandbox;

/// <summary>TCP ports for throw-away servers.</summary>
public static class LoopbackPort
{
    /// <summary>True where this machine has an IPv6 loopback address.</summary>
    public static bool HasIPv6 { get; } = CanBind(IPAddress.IPv6Loopback, 0);

    /// <summary>A port that nothing listens on at this moment; another process may still be quicker.</summary>
    public static int FindFree()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static bool CanBind(IPAddress address, int port)
    {
        try
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(address, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
