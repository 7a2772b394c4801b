using System.Buffers.Binary;
using System.Text;

namespace PgSsl.Wire;

/// <summary>What a client offers at the begin of TLS (RFC 8446 4.1.2), read from the bytes of the wire, whoever makes the handshake.</summary>
/// <param name="Versions">As OpenSSL spells them, in the client's order: <c>TLSv1.3</c>, <c>TLSv1.2</c>.</param>
/// <param name="Groups">By their IANA names, in the client's order.</param>
/// <param name="SignatureAlgorithms">By their IANA names, in the client's order.</param>
/// <param name="ServerName">The name by SNI; null if it sends none.</param>
/// <param name="ApplicationProtocols">What it offers by ALPN.</param>
/// <param name="CipherSuites">The number of cipher suites.</param>
internal sealed record ClientHello(
    IReadOnlyList<string> Versions,
    IReadOnlyList<string> Groups,
    IReadOnlyList<string> SignatureAlgorithms,
    string? ServerName,
    IReadOnlyList<string> ApplicationProtocols,
    int CipherSuites)
{
    private const byte HandshakeRecord = 22;
    private const byte ClientHelloMessage = 1;
    private const int RecordHeader = 5;
    private const int MessageHeader = 4;
    private const int RandomLength = 32;

    /// <summary>Whether it offers a key exchange that a quantum computer does not break.</summary>
    public bool OffersPostQuantum => Groups.Any(TlsNumbers.IsPostQuantum);

    /// <summary>Reads the first message of a client.</summary>
    /// <param name="received">All that it has sent since TLS began.</param>
    /// <returns>Null where it is incomplete, or not a ClientHello.</returns>
    public static ClientHello? Read(ReadOnlySpan<byte> received)
    {
        byte[] message = Join(received);
        if (message.Length < MessageHeader || message[0] != ClientHelloMessage)
            return null;
        int length = (message[1] << 16) | (message[2] << 8) | message[3];
        return message.Length - MessageHeader < length ? null : ReadBody(new Reader(message.AsSpan(MessageHeader, length)));
    }

    /// <summary>The handshake's bytes without the records around them. A message may be in several.</summary>
    private static byte[] Join(ReadOnlySpan<byte> received)
    {
        var joined = new List<byte>();
        while (received.Length > RecordHeader && received[0] == HandshakeRecord)
        {
            int length = Math.Min(BinaryPrimitives.ReadUInt16BigEndian(received[3..]), received.Length - RecordHeader);
            joined.AddRange(received.Slice(RecordHeader, length));
            received = received[(RecordHeader + length)..];
        }
        return [.. joined];
    }

    private static ClientHello? ReadBody(Reader body)
    {
        int version = body.Number(2);
        body.Skip(RandomLength);
        body.Vector(1);
        int suites = body.Vector(2).Length / 2;
        body.Vector(1);
        if (body.IsBroken)
            return null;

        IReadOnlyList<string>? versions = null;
        IReadOnlyList<string> groups = [], algorithms = [], protocols = [];
        string? name = null;
        var extensions = new Reader(body.Vector(2));
        while (!extensions.IsAtEnd)
        {
            int type = extensions.Number(2);
            var extension = new Reader(extensions.Vector(2));
            if (extensions.IsBroken)
                break;
            switch (type)
            {
                case 0: // server_name (RFC 6066 3)
                    name = ReadServerName(extension);
                    break;
                case 10: // supported_groups
                    groups = Names(extension.Vector(2), TlsNumbers.Group);
                    break;
                case 13: // signature_algorithms
                    algorithms = Names(extension.Vector(2), TlsNumbers.SignatureAlgorithm);
                    break;
                case 16: // application_layer_protocol_negotiation (RFC 7301 3.1)
                    protocols = ReadProtocols(new Reader(extension.Vector(2)));
                    break;
                case 43: // supported_versions
                    versions = Names(extension.Vector(1), TlsNumbers.Version);
                    break;
            }
        }
        return new ClientHello(versions ?? VersionsUpTo(version), groups, algorithms, name, protocols, suites);
    }

    /// <summary>Before TLS 1.3 a client names its newest version, and takes whatever older one the server has (RFC 5246 E.1).</summary>
    private static string[] VersionsUpTo(int version) => [$"{TlsNumbers.Version(version)} and older"];

    private static string? ReadServerName(Reader extension)
    {
        var names = new Reader(extension.Vector(2));
        while (!names.IsAtEnd)
        {
            int type = names.Number(1);
            ReadOnlySpan<byte> name = names.Vector(2);
            if (type == 0 && !names.IsBroken)
                return WireText.Shorten(Encoding.UTF8.GetString(name));
        }
        return null;
    }

    private static List<string> ReadProtocols(Reader list)
    {
        var protocols = new List<string>();
        while (!list.IsAtEnd)
        {
            ReadOnlySpan<byte> protocol = list.Vector(1);
            if (protocol.Length > 0)
                protocols.Add(WireText.Shorten(Encoding.UTF8.GetString(protocol)));
        }
        return protocols;
    }

    private static List<string> Names(ReadOnlySpan<byte> numbers, Func<int, string> nameOf)
    {
        var names = new List<string>();
        for (; numbers.Length >= 2; numbers = numbers[2..])
        {
            int number = BinaryPrimitives.ReadUInt16BigEndian(numbers);
            if (!TlsNumbers.IsGrease(number))
                names.Add(nameOf(number));
        }
        return names;
    }

    /// <summary>Reads what a stranger has sent: it never goes beyond the end, and remembers that something was missing.</summary>
    private ref struct Reader(ReadOnlySpan<byte> bytes)
    {
        private ReadOnlySpan<byte> _rest = bytes;

        public bool IsBroken { get; private set; }

        public readonly bool IsAtEnd => IsBroken || _rest.IsEmpty;

        public void Skip(int count) => Take(count);

        public int Number(int size)
        {
            int number = 0;
            foreach (byte one in Take(size))
                number = (number << 8) | one;
            return number;
        }

        public ReadOnlySpan<byte> Vector(int sizeOfLength) => Take(Number(sizeOfLength));

        private ReadOnlySpan<byte> Take(int count)
        {
            if (IsBroken || count > _rest.Length)
            {
                IsBroken = true;
                return [];
            }
            ReadOnlySpan<byte> taken = _rest[..count];
            _rest = _rest[count..];
            return taken;
        }
    }
}
