using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PgSsl.Sandbox;

/// <summary>
/// A connection that is asked in SQL, by the simple query protocol (PostgreSQL documentation, "Message Flow"). Not psql, because that
/// costs a process each time and is missing from the embedded builds.
/// </summary>
public sealed class SqlConversation : IAsyncDisposable
{
    private const int ProtocolVersion3 = 196608;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    private readonly NetworkStream _stream;
    private readonly Encoding _encoding;

    private SqlConversation(Socket socket, Encoding encoding)
    {
        _stream = new NetworkStream(socket, ownsSocket: true);
        _encoding = encoding;
    }

    /// <summary>Connects without a password, and is superuser postgres.</summary>
    /// <param name="server">The server.</param>
    /// <param name="database">The database.</param>
    /// <param name="encoding">What the bytes of values mean; Latin-1 for a character per byte, whatever the bytes are.</param>
    /// <param name="user">Who logs in, and becomes postgres.</param>
    /// <exception cref="SandboxException">The server's error message.</exception>
    public static async Task<SqlConversation> OpenAsync(EndPoint server, string database, Encoding encoding, string user = "postgres")
    {
        using var deadline = new CancellationTokenSource(Timeout);
        var conversation = new SqlConversation(await ConnectAsync(server, deadline.Token), encoding);
        try
        {
            await conversation._stream.WriteAsync(Startup(database, user), deadline.Token);
            await conversation.ReadToReadyAsync(deadline.Token);
            return conversation;
        }
        catch
        {
            await conversation.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs SQL; the rows of all statements in it, each value as the server prints it, null for NULL.</summary>
    /// <exception cref="SandboxException">The server's error message.</exception>
    public async Task<IReadOnlyList<IReadOnlyList<string?>>> QueryAsync(string sql)
    {
        using var deadline = new CancellationTokenSource(Timeout);
        await _stream.WriteAsync(Message('Q', Encoding.UTF8.GetBytes(sql + "\0")), deadline.Token);
        return await ReadToReadyAsync(deadline.Token);
    }

    /// <summary>Hangs up.</summary>
    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private static async Task<Socket> ConnectAsync(EndPoint server, CancellationToken cancellation)
    {
        var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(server, cancellation);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<List<IReadOnlyList<string?>>> ReadToReadyAsync(CancellationToken cancellation)
    {
        var rows = new List<IReadOnlyList<string?>>();
        string? error = null;
        while (true)
        {
            var header = new byte[5];
            await _stream.ReadExactlyAsync(header, cancellation);
            var body = new byte[BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(1)) - 4];
            await _stream.ReadExactlyAsync(body, cancellation);
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

    private List<string?> Row(byte[] body)
    {
        var columns = new List<string?>();
        int position = 2;
        for (int left = BinaryPrimitives.ReadInt16BigEndian(body); left > 0; left--)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(body.AsSpan(position));
            position += 4;
            columns.Add(length < 0 ? null : _encoding.GetString(body, position, length));
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

    private static byte[] Startup(string database, string user)
    {
        // PgBouncer knows no parameter role.
        string role = user == "postgres" ? "" : "role\0postgres\0";
        byte[] parameters = Encoding.UTF8.GetBytes($"user\0{user}\0database\0{database}\0{role}\0");
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
