using System.Buffers.Binary;
using System.Text;

namespace PgSsl.Sandbox;

/// <summary>
/// A server that lets everybody in and then says nothing more: psql does not start without a connection, and whether the servers
/// under test give one is the question.
/// </summary>
internal static class PsqlGreeting
{
    public static string ConnInfo(int port) =>
        $"host=127.0.0.1 port={port} user=judge dbname=judge sslmode=disable gssencmode=disable";

    public static async Task Script(Stream client, CancellationToken cancellation)
    {
        var length = new byte[4];
        await client.ReadExactlyAsync(length, cancellation);
        await client.ReadExactlyAsync(new byte[BinaryPrimitives.ReadInt32BigEndian(length) - 4], cancellation);
        byte[] greeting =
        [
            (byte)'R', 0, 0, 0, 8, 0, 0, 0, 0,
            .. Parameter("server_version", "15.0"),
            .. Parameter("client_encoding", "UTF8"),
            .. Parameter("standard_conforming_strings", "on"),
            (byte)'Z', 0, 0, 0, 5, (byte)'I',
        ];
        await client.WriteAsync(greeting, cancellation);
        await client.CopyToAsync(Stream.Null, cancellation);
    }

    private static byte[] Parameter(string name, string value)
    {
        byte[] text = Encoding.ASCII.GetBytes($"{name}\0{value}\0");
        return [(byte)'S', 0, 0, 0, (byte)(4 + text.Length), .. text];
    }
}
