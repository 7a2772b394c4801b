using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace PgSsl.Sandbox;

/// <summary>Servers that are real ones behind a bad line, as scripts for <see cref="HostileServer"/>.</summary>
public static class HostileRelay
{
    /// <summary>
    /// Forwards both ways to a server on the loopback address, and closes after so many of the server's bytes. The length of a
    /// whole dialogue varies by a few bytes from one to the next (ECDSA signatures).
    /// </summary>
    public static ServerScript CloseAfter(int port, int bytes) => Relay(port, async (server, client, cancellation) =>
    {
        var buffer = new byte[16_384];
        for (int left = bytes; left > 0;)
        {
            int read = await server.ReadAsync(buffer.AsMemory(0, Math.Min(left, buffer.Length)), cancellation);
            if (read == 0)
                return;
            await client.WriteAsync(buffer.AsMemory(0, read), cancellation);
            left -= read;
        }
    });

    /// <summary>Forwards both ways, the server's bytes one at a time with a pause after each.</summary>
    public static ServerScript SlowRelay(int port, TimeSpan pause) => Relay(port, async (server, client, cancellation) =>
    {
        var single = new byte[1];
        while (await server.ReadAsync(single, cancellation) > 0)
        {
            await client.WriteAsync(single, cancellation);
            await Task.Delay(pause, cancellation);
        }
    });

    /// <summary>
    /// Forwards both ways and counts the server's bytes: the offsets that <see cref="CloseAfter"/> can break at.
    /// </summary>
    public static ServerScript Count(int port, Action<int> add) => Relay(port, async (server, client, cancellation) =>
    {
        var buffer = new byte[16_384];
        for (int read; (read = await server.ReadAsync(buffer, cancellation)) > 0;)
        {
            add(read);
            await client.WriteAsync(buffer.AsMemory(0, read), cancellation);
        }
    });

    /// <summary>
    /// Answers an SSLRequest with S and more bytes, and closes; other connections, in plaintext, reach the server.
    /// </summary>
    public static ServerScript StuffThenClose(int port) => async (client, cancellation) =>
    {
        byte[] first = new byte[8];
        await client.ReadExactlyAsync(first, cancellation);
        if (BinaryPrimitives.ReadInt32BigEndian(first.AsSpan(4)) == HostileScripts.SslRequestCode)
        {
            await client.WriteAsync("S more"u8.ToArray(), cancellation);
            return;
        }
        await Relay(port, (server, other, ending) => server.CopyToAsync(other, ending), first)(client, cancellation);
    };

    private delegate Task Forwarding(Stream server, Stream client, CancellationToken cancellation);

    private static ServerScript Relay(int port, Forwarding fromServer, ReadOnlyMemory<byte> alreadyRead = default) => async (client, cancellation) =>
    {
        using var upstream = new TcpClient();
        await upstream.ConnectAsync(IPAddress.Loopback, port, cancellation);
        NetworkStream server = upstream.GetStream();
        await server.WriteAsync(alreadyRead, cancellation);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task toServer = client.CopyToAsync(server, ending.Token);
        Task toClient = fromServer(server, client, ending.Token);
        await Task.WhenAny(toServer, toClient);
        await ending.CancelAsync();
        await Task.WhenAll(Quietly(toServer), Quietly(toClient));
    };

    private static async Task Quietly(Task task)
    {
        try
        {
            await task;
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // One side closed; that ends the other direction as well.
        }
    }
}
