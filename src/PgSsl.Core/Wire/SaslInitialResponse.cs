using System.Buffers.Binary;
using System.Text;

namespace PgSsl.Wire;

/// <summary>
/// The first message of a client that logs in by SCRAM (RFC 5802 7, client-first-message). It has a name, a random number and a flag in it,
/// and nothing that a password could be guessed from.
/// </summary>
/// <param name="Mechanism">What it has chosen of what the server offered.</param>
/// <param name="Binding">The flag: <c>p</c> it binds the login to the TLS connection, <c>y</c> it could, <c>n</c> it cannot.</param>
internal sealed record SaslInitialResponse(string Mechanism, char? Binding)
{
    /// <summary>The type of the message, and its length word.</summary>
    public const int HeaderLength = 5;

    private const byte MessageType = (byte)'p';
    private const int MaxLength = 4_096;

    /// <summary>The length of the message without its type.</summary>
    /// <param name="header">The first five bytes.</param>
    /// <returns>Null where it is another message, or longer than any of this kind.</returns>
    public static int? LengthOf(ReadOnlySpan<byte> header) =>
        header[0] == MessageType && BinaryPrimitives.ReadInt32BigEndian(header[1..]) is >= 4 and <= MaxLength and int length ? length : null;

    /// <summary>Reads the message.</summary>
    /// <param name="body">What follows the length word.</param>
    public static SaslInitialResponse Read(ReadOnlySpan<byte> body)
    {
        int end = body.IndexOf((byte)0);
        if (end < 0)
            return new("", null);
        string mechanism = WireText.Shorten(Encoding.ASCII.GetString(body[..end]));
        ReadOnlySpan<byte> data = body[(end + 1)..];
        char? flag = data.Length > sizeof(int) && (char)data[sizeof(int)] is 'p' or 'y' or 'n' ? (char)data[sizeof(int)] : null;
        return new(mechanism, flag);
    }
}
