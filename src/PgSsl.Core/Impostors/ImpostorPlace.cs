using System.Net;
using System.Net.Sockets;

namespace PgSsl.Impostors;

/// <summary>
/// Where impostors listen: at the loopback addresses, on one port. There is no way to name another address, so nobody on the network can ever meet
/// an impostor.
/// </summary>
internal sealed class ImpostorPlace : IDisposable
{
    /// <summary>The name of these addresses.</summary>
    public const string LocalHost = "localhost";

    private const int Backlog = 16;
    private const int MaxTries = 10;

    private readonly List<TcpListener> _listeners;

    private ImpostorPlace(List<TcpListener> listeners) => _listeners = listeners;

    /// <summary>The listeners.</summary>
    public IReadOnlyList<TcpListener> Listeners => _listeners;

    /// <summary>The port.</summary>
    public int Port => ((IPEndPoint)_listeners[0].LocalEndpoint).Port;

    /// <summary>Begins to listen.</summary>
    /// <param name="port">The port; 0 lets the system choose one.</param>
    /// <exception cref="PgSslException"><see cref="PgSslError.ConnectionFailed"/>: the port is taken.</exception>
    public static ImpostorPlace Open(int port)
    {
        for (int tries = 1; ; tries++)
        {
            var listeners = new List<TcpListener>();
            try
            {
                listeners.Add(Listen(IPAddress.Loopback, port));
                if (HasVersion6())
                    // Many clients try ::1 first where the name is localhost, and another program must not answer there.
                    listeners.Add(Listen(IPAddress.IPv6Loopback, ((IPEndPoint)listeners[0].LocalEndpoint).Port));
                return new ImpostorPlace(listeners);
            }
            catch (SocketException exception)
            {
                listeners.ForEach(listener => listener.Stop());
                if (port == 0 && tries < MaxTries)
                    continue;
                throw new PgSslException(
                    PgSslError.ConnectionFailed,
                    $"Nothing can listen at port {port} of localhost: {exception.Message}.",
                    "Leave out -Port, and a free port is taken; or name one that no other program has.",
                    exception);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _listeners.ForEach(listener => listener.Stop());

    private static TcpListener Listen(IPAddress loopback, int port)
    {
        // Another program cannot share the port (SO_REUSEADDR means that on Windows).
        var listener = new TcpListener(loopback, port) { ExclusiveAddressUse = true };
        try
        {
            listener.Start(Backlog);
            return listener;
        }
        catch
        {
            listener.Stop();
            throw;
        }
    }

    private static bool HasVersion6()
    {
        if (!Socket.OSSupportsIPv6)
            return false;
        try
        {
            Listen(IPAddress.IPv6Loopback, 0).Stop();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
