using System.Buffers.Binary;
using System.Text;

namespace PgSsl.Wire;

/// <summary>
/// The only two messages that a server of this module sends: the offer of SCRAM, and an error. There is none that asks for a password, and none
/// with a salt, with which a client would compute a proof that can be tried against guesses.
/// </summary>
internal static class ServerMessages
{
    // src/include/libpq/protocol.h, AUTH_REQ_SASL.
    private const int Sasl = 10;
    private const string Scram = "SCRAM-SHA-256";

    /// <summary>AuthenticationSASL: the client is to choose how it proves that it knows its password.</summary>
    /// <param name="withChannelBinding">Whether the login may be bound to the TLS connection.</param>
    public static byte[] OfferScram(bool withChannelBinding)
    {
        string offered = withChannelBinding ? $"{Scram}-PLUS\0{Scram}\0\0" : $"{Scram}\0\0";
        return Message('R', [0, 0, 0, Sasl, .. Encoding.ASCII.GetBytes(offered)]);
    }

    /// <summary>ErrorResponse: the session ends.</summary>
    /// <param name="sqlState">Its SQLSTATE.</param>
    /// <param name="text">Its message.</param>
    public static byte[] Refuse(string sqlState, string text) =>
        Message('E', Encoding.UTF8.GetBytes($"SFATAL\0VFATAL\0C{sqlState}\0M{text}\0\0"));

    private static byte[] Message(char type, ReadOnlySpan<byte> body)
    {
        byte[] message = new byte[1 + sizeof(int) + body.Length];
        message[0] = (byte)type;
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), sizeof(int) + body.Length);
        body.CopyTo(message.AsSpan(1 + sizeof(int)));
        return message;
    }
}
