using System.Buffers.Binary;
using System.Text;

namespace PgSsl.Sandbox;

/// <summary>
/// Servers that break the rules, as scripts for <see cref="HostileServer"/>. Those that negotiate read the SSLRequest first.
/// </summary>
public static class HostileScripts
{
    internal const int SslRequestCode = 80877103;
    private const int GssRequestCode = 80877104;
    private const int LargestPacket = 10_000;

    /// <summary>Accepts and never says a word.</summary>
    public static ServerScript Silence { get; } = (_, cancellation) => Task.Delay(Timeout.Infinite, cancellation);

    /// <summary>Bytes that no PostgreSQL server sends.</summary>
    public static ServerScript Garbage { get; } = async (client, cancellation) =>
    {
        var noise = new byte[4096];
        new Random(1).NextBytes(noise);
        noise[0] = (byte)'?';
        await client.WriteAsync(noise, cancellation);
    };

    /// <summary>Closes at once, before the client has asked anything.</summary>
    public static ServerScript CloseAtOnce { get; } = (_, _) => Task.CompletedTask;

    /// <summary>Answers N, and then closes.</summary>
    public static ServerScript RefuseTls { get; } = async (client, cancellation) =>
    {
        await ReadPacketAsync(client, cancellation);
        await client.WriteAsync("N"u8.ToArray(), cancellation);
    };

    /// <summary>Answers S and never a ServerHello.</summary>
    public static ServerScript AcceptThenSilence { get; } = async (client, cancellation) =>
    {
        await ReadPacketAsync(client, cancellation);
        await client.WriteAsync("S"u8.ToArray(), cancellation);
        await Task.Delay(Timeout.Infinite, cancellation);
    };

    /// <summary>Answers S and goes on in plaintext instead of a ServerHello.</summary>
    public static ServerScript AcceptThenPlaintext { get; } = async (client, cancellation) =>
    {
        await ReadPacketAsync(client, cancellation);
        await client.WriteAsync("S"u8.ToArray(), cancellation);
        await client.ReadAtLeastAsync(new byte[5], 5, throwOnEndOfStream: true, cancellation);
        await client.WriteAsync(Message('R', new byte[4]), cancellation);
    };

    /// <summary>Answers S and then refuses the handshake with the alert handshake_failure.</summary>
    public static ServerScript TlsAlert { get; } = async (client, cancellation) =>
    {
        await ReadPacketAsync(client, cancellation);
        await client.WriteAsync("S"u8.ToArray(), cancellation);
        await client.ReadAtLeastAsync(new byte[5], 5, throwOnEndOfStream: true, cancellation);
        await client.WriteAsync(new byte[] { 21, 3, 3, 0, 2, 2, 40 }, cancellation);
    };

    /// <summary>An ErrorResponse that never ends: 64 KB at a time, as long as the client reads.</summary>
    public static ServerScript EndlessErrorResponse { get; } = async (client, cancellation) =>
    {
        await ReadPacketAsync(client, cancellation);
        var block = new byte[65_536];
        Array.Fill(block, (byte)'x');
        await client.WriteAsync(new byte[] { (byte)'E', 0x7F, 0xFF, 0xFF, 0xFF, (byte)'M' }, cancellation);
        while (true)
            await client.WriteAsync(block, cancellation);
    };

    /// <summary>Answers S and then one byte of a handshake record per interval: alive, and never done.</summary>
    public static ServerScript OneByteEach(TimeSpan interval) => async (client, cancellation) =>
    {
        byte[] answer = [(byte)'S', 22, 3, 3, 0x40, 0, 2, 0, 0x3F, 0xFC];
        for (int position = 0; ; position++)
        {
            await client.WriteAsync(answer.AsMemory(Math.Min(position, answer.Length - 1), 1), cancellation);
            await Task.Delay(interval, cancellation);
        }
    };

    /// <summary>The slowest: one byte a minute.</summary>
    public static ServerScript OneByteAMinute { get; } = OneByteEach(TimeSpan.FromMinutes(1));

    /// <summary>An ErrorResponse to the first packet, whatever it asks, as servers since 7.4 send it.</summary>
    public static ServerScript ErrorResponse(string message, string sqlState = "53300") => async (client, cancellation) =>
    {
        await ReadPacketAsync(client, cancellation);
        byte[] fields = Encoding.UTF8.GetBytes($"SFATAL\0VFATAL\0C{sqlState}\0M{message}\0\0");
        await client.WriteAsync(Message('E', fields), cancellation);
    };

    /// <summary>
    /// The error that servers before 14 send when they cannot even fork: E, text and NUL, without a length (protocol 2).
    /// </summary>
    public static ServerScript OldErrorResponse(string message) => async (client, cancellation) =>
    {
        await ReadPacketAsync(client, cancellation);
        await client.WriteAsync(Encoding.UTF8.GetBytes($"E{message}\n\0"), cancellation);
    };

    /// <summary>
    /// A message that claims to be 2 GB long, in answer to the startup packet, and nothing after its first bytes; TLS is refused
    /// before it.
    /// </summary>
    /// <param name="type">The message's type, for example R or E.</param>
    public static ServerScript HugeLength(char type) => WithoutTls(Send([(byte)type, 0x7F, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0]));

    /// <summary>Refuses TLS, reads the startup packet, and goes on with a script.</summary>
    public static ServerScript WithoutTls(ServerScript afterStartup) => async (client, cancellation) =>
    {
        while (await ReadPacketAsync(client, cancellation) is SslRequestCode or GssRequestCode)
            await client.WriteAsync("N"u8.ToArray(), cancellation);
        await afterStartup(client, cancellation);
    };

    /// <summary>Reads the startup packet inside TLS, and goes on with a script: for <see cref="HostileTls.TlsThen"/>.</summary>
    public static ServerScript AfterStartup(ServerScript script) => async (client, cancellation) =>
    {
        await ReadPacketAsync(client, cancellation);
        await script(client, cancellation);
    };

    /// <summary>Sends these bytes and waits for the client to close.</summary>
    public static ServerScript Send(byte[] bytes) => async (client, cancellation) =>
    {
        await client.WriteAsync(bytes, cancellation);
        await client.CopyToAsync(Stream.Null, cancellation);
    };

    /// <summary>A protocol 3 message: type, length, body.</summary>
    public static byte[] Message(char type, byte[] body)
    {
        var message = new byte[5 + body.Length];
        message[0] = (byte)type;
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), 4 + body.Length);
        body.CopyTo(message, 5);
        return message;
    }

    /// <summary>Reads a packet without a type (SSLRequest, StartupMessage …); its code or protocol version.</summary>
    internal static async Task<int> ReadPacketAsync(Stream client, CancellationToken cancellation)
    {
        var header = new byte[8];
        await client.ReadExactlyAsync(header, cancellation);
        int length = BinaryPrimitives.ReadInt32BigEndian(header);
        if (length is < 8 or > LargestPacket)
            throw new IOException("The client does not speak the PostgreSQL protocol.");
        await client.ReadExactlyAsync(new byte[length - 8], cancellation);
        return BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(4));
    }
}
