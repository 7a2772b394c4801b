using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using PgSsl.Hba;
using PgSsl.Sandbox;
using PgSsl.Wire;

namespace PgSsl.Tests.Hba;

/// <summary>A client that comes from any of the loopback addresses, over TLS or not, for replication or not, and looks how it is received.</summary>
internal static class SourceBoundClient
{
    private const int Protocol3 = 3 << 16;
    private static readonly byte[] SslRequest = [0, 0, 0, 8, 0x04, 0xD2, 0x16, 0x2F];

    /// <summary>The server's first answer.</summary>
    public static async Task<StartupAnswer> ConnectAsync(PostgresCluster cluster, HbaClient client)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await using Stream transport = await ConnectAsync(cluster, client, deadline.Token);
        await transport.WriteAsync(Startup(client), deadline.Token);
        var received = new MemoryStream();
        var buffer = new byte[1024];
        while (BackendMessages.ReadStartupAnswer(received.ToArray()) is null)
        {
            int count = await transport.ReadAsync(buffer, deadline.Token);
            Assert.NotEqual(0, count);
            received.Write(buffer, 0, count);
        }
        return BackendMessages.ReadStartupAnswer(received.ToArray())!;
    }

    private static async Task<Stream> ConnectAsync(PostgresCluster cluster, HbaClient client, CancellationToken deadline)
    {
        if (client.Transport == HbaTransport.Socket)
        {
            var local = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await local.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(cluster.SocketDirectory, $".s.PGSQL.{cluster.Port}")), deadline);
            return new NetworkStream(local, ownsSocket: true);
        }
        IPAddress source = client.Address!.Value.ToIPAddress();
        var socket = new Socket(source.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(source, 0));
        await socket.ConnectAsync(
            new IPEndPoint(source.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Loopback : IPAddress.Loopback, cluster.Port),
            deadline);
        var plain = new NetworkStream(socket, ownsSocket: true);
        if (client.Transport == HbaTransport.Plaintext)
            return plain;
        await plain.WriteAsync(SslRequest, deadline);
        Assert.Equal('S', plain.ReadByte());
        // Who the server is does not matter here.
        var tls = new SslStream(plain, leaveInnerStreamOpen: false, (_, _, _, errors) => errors >= SslPolicyErrors.None);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost" }, deadline);
        return tls;
    }

    private static byte[] Startup(HbaClient client)
    {
        var text = new StringBuilder($"user\0{client.User}\0");
        text.Append(client.IsReplication ? "replication\0true\0" : $"database\0{client.Database}\0").Append('\0');
        byte[] parameters = Encoding.UTF8.GetBytes(text.ToString());
        var message = new byte[parameters.Length + 8];
        BinaryPrimitives.WriteInt32BigEndian(message, message.Length);
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(4), Protocol3);
        parameters.CopyTo(message, 8);
        return message;
    }
}
