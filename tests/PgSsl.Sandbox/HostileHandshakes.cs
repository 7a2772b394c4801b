using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using static PgSsl.Sandbox.HostileTls;

namespace PgSsl.Sandbox;

/// <summary>
/// Servers that make a TLS handshake endless, huge or expensive, byte by byte, as scripts for <see cref="HostileServer"/>. Each answers S and reads a
/// ClientHello first.
/// </summary>
public static class HostileHandshakes
{
    private const byte ChangeCipherSpec = 20;
    private const byte Alert = 21;
    private const byte ServerKeyExchange = 12;
    private const byte ServerHelloDone = 14;
    private const int DheRsaAes128Gcm = 0x009E;
    private const int SecP384 = 0x0018;
    private const int LargestFragment = 16_000;

    // RFC 8446 4.1.3: the random number of a ServerHello that is a HelloRetryRequest.
    private static readonly byte[] RetryRandom = Convert.FromHexString("CF21AD74E59A6111BE1D8C021E65B891C2A211167ABB8C5E079E09E2C8A8339C");

    /// <summary>Handshake messages without end that a client has to ignore (HelloRequest, RFC 5246 7.4.1.1).</summary>
    public static ServerScript EndlessHelloRequests { get; } = Begin(Endless(Record(HandshakeRecord, new byte[4 * 4000])));

    /// <summary>Records with nothing in them.</summary>
    public static ServerScript EndlessEmptyRecords { get; } = Begin(Endless(Record(HandshakeRecord, [])));

    /// <summary>Warnings that mean nothing (unrecognized_name).</summary>
    public static ServerScript EndlessWarnings { get; } = Begin(Endless(Record(Alert, [1, 112])));

    /// <summary>The message that TLS 1.3 allows a server to send for the sake of old devices on the way, without end.</summary>
    public static ServerScript EndlessChangeCipherSpecs { get; } = Begin(
        hello => Send(Retry(hello), Endless(Record(ChangeCipherSpec, [1]))));

    /// <summary>The server says that it is done inside of its Certificate message.</summary>
    public static ServerScript CloseNotifyInTheMiddle { get; } = Begin(
        Send(Record(HandshakeRecord, [.. Handshake(ServerHello, Hello()), CertificateMessage, 0, 4, 0]), Send(Record(Alert, [1, 0]), Wait)));

    /// <summary>An alert between two messages.</summary>
    public static ServerScript AlertInTheMiddle { get; } = Begin(
        Send(Record(HandshakeRecord, Handshake(ServerHello, Hello())), Send(Record(Alert, [2, 80]), Wait)));

    /// <summary>A record that claims to be larger than any may be.</summary>
    public static ServerScript LargestRecord { get; } = Begin(Send([HandshakeRecord, 3, 3, 0xFF, 0xFF, .. new byte[70_000]], Wait));

    /// <summary>Asks for another ClientHello, each time.</summary>
    public static ServerScript RetriesWithoutEnd { get; } = Begin(hello => async (client, cancellation) =>
    {
        while (true)
        {
            await client.WriteAsync(Retry(hello), cancellation);
            // The second ClientHello comes behind a ChangeCipherSpec.
            await ReadRecordAsync(client, cancellation);
            await ReadRecordAsync(client, cancellation);
        }
    });

    /// <summary>Asks for a ClientHello with 60 KB of its own in it, and says nothing more.</summary>
    public static ServerScript HugeCookie { get; } = Begin(hello => Send(Retry(hello, cookie: new byte[60_000]), Wait));

    /// <summary>A message that claims 16 MB, and as much of it as the client reads.</summary>
    /// <param name="type">The type of a handshake message.</param>
    public static ServerScript HugeMessage(byte type) => Begin(
        Send(Record(HandshakeRecord, [type, 0xFF, 0xFF, 0xFF, .. new byte[1000]]), Endless(Record(HandshakeRecord, new byte[LargestFragment]))));

    /// <summary>
    /// A key exchange in a group of so many bits of the server's own making, in which the client has to compute (TLS 1.2), and then silence. The
    /// modulus is odd, and nothing else.
    /// </summary>
    public static ServerScript LargeGroup(TestCertificate certificate, int bits) => async (client, cancellation) =>
    {
        byte[] theirs = await ReadHelloAsync(client, cancellation);
        byte[] ours = Hello(DheRsaAes128Gcm);
        byte[] modulus = new byte[bits / 8];
        new Random(1).NextBytes(modulus);
        modulus[0] |= 0x80;
        modulus[^1] |= 1;
        byte[] value = [(byte)(modulus[0] & 0x7F), .. modulus[1..]];
        byte[] parameters = [.. Vector16(modulus), .. Vector16([2]), .. Vector16(value)];
        using RSA rsa = certificate.Certificate.GetRSAPrivateKey()!;
        // The random numbers are behind the version; in theirs, behind the header of the message, too.
        byte[] signature = rsa.SignData([.. theirs[6..38], .. ours[2..34], .. parameters], HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        byte[] flight =
        [
            .. Handshake(ServerHello, ours),
            .. Handshake(CertificateMessage, Vector(Vector(certificate.Certificate.RawData))),
            .. Handshake(ServerKeyExchange, [.. parameters, 4, 1, .. Vector16(signature)]),
            .. Handshake(ServerHelloDone, []),
        ];
        await client.WriteAsync(Record(HandshakeRecord, flight), cancellation);
        await Wait(client, cancellation);
    };

    private static ServerScript Begin(ServerScript then) => Begin(_ => then);

    /// <summary>Answers S, and goes on once it knows the ClientHello.</summary>
    private static ServerScript Begin(Func<byte[], ServerScript> then) => async (client, cancellation) =>
        await then(await ReadHelloAsync(client, cancellation))(client, cancellation);

    private static async Task<byte[]> ReadHelloAsync(Stream client, CancellationToken cancellation)
    {
        await HostileScripts.ReadPacketAsync(client, cancellation);
        await client.WriteAsync("S"u8.ToArray(), cancellation);
        return await ReadRecordAsync(client, cancellation);
    }

    private static ServerScript Send(byte[] bytes, ServerScript then) => async (client, cancellation) =>
    {
        await client.WriteAsync(bytes, cancellation);
        await then(client, cancellation);
    };

    private static ServerScript Endless(byte[] records) => async (client, cancellation) =>
    {
        byte[] many = [.. Enumerable.Repeat(records, 1 + (10_000 / records.Length)).SelectMany(record => record)];
        while (true)
            await client.WriteAsync(many, cancellation);
    };

    private static Task Wait(Stream client, CancellationToken cancellation) => client.CopyToAsync(Stream.Null, cancellation);

    /// <summary>RFC 8446 4.1.4: a ServerHello with the extensions supported_versions, key_share and, perhaps, cookie.</summary>
    private static byte[] Retry(byte[] hello, byte[]? cookie = null)
    {
        // Behind the header of the message, the version and the random number; a server repeats it.
        byte[] sessionId = hello[38..(39 + hello[38])];
        byte[] extensions = [0, 43, 0, 2, 3, 4, 0, 51, 0, 2, SecP384 >> 8, SecP384 & 0xFF];
        if (cookie is not null)
            extensions = [.. extensions, 0, 44, .. Vector16(Vector16(cookie))];
        // TLS_AES_128_GCM_SHA256; no compression.
        return Record(HandshakeRecord, Handshake(ServerHello, [3, 3, .. RetryRandom, .. sessionId, 0x13, 0x01, 0, .. Vector16(extensions)]));
    }

    private static byte[] Vector16(byte[] body) => [(byte)(body.Length >> 8), (byte)body.Length, .. body];

    /// <summary>As many records as the content needs; one where there is none.</summary>
    private static byte[] Record(byte type, byte[] content) =>
    [
        .. content.Length == 0 ? [type, 3, 3, 0, 0]
            : content.Chunk(LargestFragment).SelectMany(fragment => (byte[])[type, 3, 3, .. Vector16(fragment)]),
    ];
}
