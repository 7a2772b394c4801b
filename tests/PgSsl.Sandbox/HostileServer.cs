using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace PgSsl.Sandbox;

/// <summary>What a scripted server does with one connection. The connection is closed when it returns.</summary>
/// <param name="client">The connection.</param>
/// <param name="cancellation">Cancelled when the server is disposed.</param>
public delegate Task ServerScript(Stream client, CancellationToken cancellation);

/// <summary>
/// A server on a loopback port that runs a script for each connection; <see cref="HostileScripts"/>, <see cref="HostileTls"/> and
/// <see cref="HostileRelay"/> have the usual ones.
/// </summary>
public sealed class HostileServer : IAsyncDisposable
{
    private static readonly TimeSpan ClosePatience = TimeSpan.FromSeconds(2);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<int, Task> _running = new();
    private readonly ServerScript _script;
    private readonly Task _accepting;
    private int _connections;

    private HostileServer(ServerScript script)
    {
        _script = script;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>127.0.0.1.</summary>
    public string Host { get; } = "127.0.0.1";

    /// <summary>Where it listens.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How many connections were accepted so far.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>How many connections are open at this moment.</summary>
    public int OpenConnections => _running.Values.Count(serving => !serving.IsCompleted);

    /// <summary>Starts listening.</summary>
    public static HostileServer Start(ServerScript script) => new(script);

    /// <summary>Ends all scripts and closes all connections. A script that failed by its own fault fails here.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _accepting;
        await Task.WhenAll(_running.Values);
        _listener.Dispose();
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket client = await _listener.AcceptSocketAsync(_stopping.Token);
                int number = Interlocked.Increment(ref _connections);
                Task serving = ServeAsync(client);
                _running[number] = serving;
                _ = serving.ContinueWith(
                    _ => _running.TryRemove(number, out Task? _),
                    CancellationToken.None,
                    TaskContinuationOptions.OnlyOnRanToCompletion,
                    TaskScheduler.Default);
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        client.NoDelay = true;
        await using var stream = new NetworkStream(client, ownsSocket: true);
        try
        {
            await _script(stream, _stopping.Token);
            await CloseGracefullyAsync(client, stream);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or AuthenticationException)
        {
            // The client went away or would not have it; that is its good right.
        }
    }

    // A socket that is closed with unread input sends a reset, and the client may lose what the script sent last.
    private async Task CloseGracefullyAsync(Socket client, NetworkStream stream)
    {
        client.Shutdown(SocketShutdown.Send);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        patience.CancelAfter(ClosePatience);
        await stream.CopyToAsync(Stream.Null, patience.Token);
    }
}
