using System.Net;
using System.Net.Sockets;

namespace PgSsl.Sandbox;

/// <summary>Takes turns among servers of the loopback address, as HAProxy does by default; with one server it is a published port.</summary>
public sealed class LoadBalancer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly int[] _ports;
    private int _count;

    private LoadBalancer(int[] ports)
    {
        _ports = ports;
        _listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>Where it listens, on 127.0.0.1.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The number of connections so far.</summary>
    public int Connections => _count;

    /// <summary>Starts one.</summary>
    /// <param name="ports">The ports of the servers.</param>
    public static LoadBalancer Start(params int[] ports) => new(ports);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                TcpClient client = await _listener.AcceptTcpClientAsync(_end.Token);
                _ = RelayAsync(client, _ports[_count++ % _ports.Length], _end.Token);
            }
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // It was stopped.
        }
    }

    private static async Task RelayAsync(TcpClient client, int port, CancellationToken end)
    {
        using (client)
        using (var server = new TcpClient())
        {
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, port, end);
                NetworkStream near = client.GetStream(), far = server.GetStream();
                await Task.WhenAny(near.CopyToAsync(far, end), far.CopyToAsync(near, end));
            }
            catch (Exception broken) when (broken is IOException or SocketException or OperationCanceledException)
            {
                // The client sees that its connection is closed.
            }
        }
    }
}
