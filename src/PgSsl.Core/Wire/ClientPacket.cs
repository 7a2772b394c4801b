using System.Buffers.Binary;
using System.Text;

namespace PgSsl.Wire;

/// <summary>What a client sends before its session begins, as a server reads it (backend_startup.c, ProcessStartupPacket).</summary>
internal enum ClientPacketKind
{
    /// <summary>It asks for TLS.</summary>
    SslRequest,
    /// <summary>It asks for encryption by GSSAPI.</summary>
    GssEncRequest,
    /// <summary>It wants a query of another session to be cancelled.</summary>
    CancelRequest,
    /// <summary>It begins a session: it has decided to go on with this server.</summary>
    StartupMessage,
    /// <summary>Not of the protocol, or of version 2, which is no longer spoken.</summary>
    Other,
}

/// <summary>One such packet. Its values are not kept: only which ones there were.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Parameters">The names of the parameters in a StartupMessage.</param>
internal sealed record ClientPacket(ClientPacketKind Kind, IReadOnlyList<string> Parameters)
{
    /// <summary>The bytes of the length word.</summary>
    public const int LengthSize = 4;

    // src/include/libpq/pqcomm.h: MAX_STARTUP_PACKET_LENGTH; NEGOTIATE_SSL_CODE, NEGOTIATE_GSS_CODE, CANCEL_REQUEST_CODE.
    private const int MaxLength = 10_000;
    private const int MinLength = 8;
    private const int SslCode = (1234 << 16) | 5679;
    private const int GssCode = (1234 << 16) | 5680;
    private const int CancelCode = (1234 << 16) | 5678;
    private const int MajorVersion = 3;
    private const int MaxParameters = 100;

    /// <summary>The length of a packet, its length word included.</summary>
    /// <param name="word">The first four bytes.</param>
    /// <returns>Null where no packet has that length, so nothing more of it should be read.</returns>
    public static int? LengthOf(ReadOnlySpan<byte> word) =>
        BinaryPrimitives.ReadInt32BigEndian(word) is >= MinLength and <= MaxLength + LengthSize and int length ? length : null;

    /// <summary>Reads a packet.</summary>
    /// <param name="packet">All of it.</param>
    public static ClientPacket Read(ReadOnlySpan<byte> packet)
    {
        int code = BinaryPrimitives.ReadInt32BigEndian(packet[LengthSize..]);
        return code switch
        {
            SslCode when packet.Length == MinLength => new(ClientPacketKind.SslRequest, []),
            GssCode when packet.Length == MinLength => new(ClientPacketKind.GssEncRequest, []),
            CancelCode => new(ClientPacketKind.CancelRequest, []),
            _ when code >> 16 == MajorVersion => new(ClientPacketKind.StartupMessage, ReadNames(packet[MinLength..])),
            _ => new(ClientPacketKind.Other, []),
        };
    }

    private static List<string> ReadNames(ReadOnlySpan<byte> body)
    {
        var names = new List<string>();
        while (names.Count < MaxParameters && body.IndexOf((byte)0) is var end and > 0)
        {
            names.Add(WireText.Shorten(Encoding.UTF8.GetString(body[..end])));
            body = body[(end + 1)..];
            int valueEnd = body.IndexOf((byte)0);
            if (valueEnd < 0)
                break;
            body = body[(valueEnd + 1)..];
        }
        return names;
    }
}
