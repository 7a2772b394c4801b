using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PgSsl.Sandbox;

/// <summary>
/// One SQL text over the socket, by the simple query protocol (PostgreSQL documentation, "Message Flow"). Not psql, because that
/// costs a process each time and is missing from the embedded builds.
/// </summary>
internal static class SqlConversation
{
    private const int ProtocolVersion3 = 196608;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    /// <summary>Runs it as superuser postgres without a password; the rows of all statements in it.</summary>
    /// <exception cref="SandboxException">The server's error message.</exception>
    public static async Task<IReadOnlyList<IReadOnlyList<string?>>> RunAsync(EndPoint server, string database, string sql)
    {
        using var deadline = new CancellationTokenSource(Timeout);
        using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(server, deadline.Token);
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(Startup(database), deadline.Token);
        await ReadToReadyAsync(stream, deadline.Token);
        await stream.WriteAsync(Message('Q', Encoding.UTF8.GetBytes(sql + "\0")), deadline.Token);
        return await ReadToReadyAsync(stream, deadline.Token);
    }

    private static async Task<List<IReadOnlyList<string?>>> ReadToReadyAsync(Stream stream, CancellationToken cancellation)
    {
        var rows = new List<IReadOnlyList<string?>>();
        string? error = null;
        while (true)
        {
            var header = new byte[5];
            await stream.ReadExactlyAsync(header, cancellation);
            var body = new byte[BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(1)) - 4];
            await stream.ReadExactlyAsync(body, cancellation);
            switch ((char)header[0])
            {
                case 'D':
                    rows.Add(Row(body));
                    break;
                case 'E':
                    error = ErrorText(body);
                    // A FATAL error is the last message; any other is followed by ReadyForQuery.
                    if (error.StartsWith("FATAL", StringComparison.Ordinal))
                        throw new SandboxException(error);
                    break;
                case 'Z':
                    return error is null ? rows : throw new SandboxException(error);
            }
        }
    }

    private static List<string?> Row(byte[] body)
    {
        var columns = new List<string?>();
        int position = 2;
        for (int left = BinaryPrimitives.ReadInt16BigEndian(body); left > 0; left--)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(body.AsSpan(position));
            position += 4;
            columns.Add(length < 0 ? null : Encoding.UTF8.GetString(body, position, length));
            position += Math.Max(length, 0);
        }
        return columns;
    }

    private static string ErrorText(byte[] body)
    {
        string[] fields = Encoding.UTF8.GetString(body).Split('\0', StringSplitOptions.RemoveEmptyEntries);
        string Field(char type) => fields.FirstOrDefault(field => field[0] == type)?[1..] ?? "";
        return $"{Field('S')}: {Field('M')} ({Field('C')})";
    }

    private static byte[] Startup(string database)
    {
        byte[] parameters = Encoding.UTF8.GetBytes($"user\0postgres\0database\0{database}\0\0");
        var packet = new byte[8 + parameters.Length];
        BinaryPrimitives.WriteInt32BigEndian(packet, packet.Length);
        BinaryPrimitives.WriteInt32BigEndian(packet.AsSpan(4), ProtocolVersion3);
        parameters.CopyTo(packet, 8);
        return packet;
    }

    private static byte[] Message(char type, byte[] body)
    {
        var message = new byte[5 + body.Length];
        message[0] = (byte)type;
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), 4 + body.Length);
        body.CopyTo(message, 5);
        return message;
    }
}
