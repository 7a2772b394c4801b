using System.Net.Security;
using System.Runtime.Versioning;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace PgSsl.Sandbox;

/// <summary>Servers that do speak TLS and break the rules elsewhere, as scripts for <see cref="HostileServer"/>.</summary>
public static class HostileTls
{
    internal const int HandshakeRecord = 22;
    internal const int ServerHello = 2;
    internal const int CertificateMessage = 11;
    private const int LargestRecord = 16_384;

    /// <summary>Answers S, completes a handshake with this certificate and its intermediates, and goes on inside TLS.</summary>
    /// <param name="certificate">Any but Ed25519.</param>
    /// <param name="inside">What happens then.</param>
    /// <param name="protocols">The versions offered; the system's default otherwise.</param>
    public static ServerScript TlsThen(
        TestCertificate certificate, ServerScript inside, SslProtocols protocols = SslProtocols.None) =>
        Negotiated("S"u8.ToArray(), certificate, inside, protocols);

    /// <summary>
    /// Completes a TLS 1.2 handshake, reads the startup packet, and instead of an answer asks for another handshake, as servers
    /// did that renegotiated after ssl_renegotiation_limit bytes (PostgreSQL before 9.5).
    /// </summary>
    [SupportedOSPlatform("linux")]
    [SupportedOSPlatform("windows")]
    public static ServerScript Renegotiate(TestCertificate certificate)
    {
        ServerScript again = HostileScripts.AfterStartup(
            (tls, cancellation) => ((SslStream)tls).NegotiateClientCertificateAsync(cancellation));
        return TlsThen(certificate, again, SslProtocols.Tls12);
    }

    /// <summary>Sends plaintext in the same packet as S, and then a proper handshake (CVE-2021-23222).</summary>
    public static ServerScript StuffedBytes(TestCertificate certificate)
    {
        byte[] packet = [(byte)'S', .. HostileScripts.Message('R', new byte[4])];
        return Negotiated(packet, certificate, HostileScripts.Silence, SslProtocols.None);
    }

    /// <summary>A TLS 1.2 handshake up to a Certificate message whose one certificate is these bytes.</summary>
    public static ServerScript CertificateBytes(byte[] der) => CertificateList([der]);

    /// <summary>A certificate that starts like one and breaks off inside its lengths.</summary>
    public static ServerScript MalformedDerCertificate { get; } =
        CertificateBytes([0x30, 0x82, 0x02, 0x00, 0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF, 0xA0, 0x03, 0x02, 0x01, 0x02]);

    /// <summary>
    /// A TLS 1.2 handshake up to a Certificate message with these certificates, then silence: what a client must bear while it
    /// reads a chain. For a server that completes the handshake with a long chain, install the chain in a <see
    /// cref="PostgresCluster"/>.
    /// </summary>
    public static ServerScript CertificateList(IReadOnlyList<byte[]> certificates) => async (client, cancellation) =>
    {
        await HostileScripts.ReadPacketAsync(client, cancellation);
        await client.WriteAsync("S"u8.ToArray(), cancellation);
        await ReadRecordAsync(client, cancellation);
        byte[] list = Vector([.. certificates.SelectMany(Vector)]);
        byte[] flight = [.. Handshake(ServerHello, Hello()), .. Handshake(CertificateMessage, list)];
        foreach (byte[] fragment in flight.Chunk(LargestRecord))
        {
            byte[] header = [HandshakeRecord, 3, 3, (byte)(fragment.Length >> 8), (byte)fragment.Length];
            await client.WriteAsync(header.Concat(fragment).ToArray(), cancellation);
        }
        await client.CopyToAsync(Stream.Null, cancellation);
    };

    /// <summary>A certificate followed by so many copies of its issuer, sent as <see cref="CertificateList"/> does.</summary>
    public static ServerScript ManyCertificates(TestCertificate certificate, int count) => CertificateList(
        [certificate.Certificate.RawData, .. Enumerable.Repeat(certificate.Issuers[0].Certificate.RawData, count - 1)]);

    private static ServerScript Negotiated(
        byte[] answer, TestCertificate certificate, ServerScript inside, SslProtocols protocols) =>
        async (client, cancellation) =>
        {
            await HostileScripts.ReadPacketAsync(client, cancellation);
            await client.WriteAsync(answer, cancellation);
            X509Certificate2Collection intermediates = [.. certificate.Issuers.Select(issuer => issuer.Certificate)];
            await using var tls = new SslStream(client, leaveInnerStreamOpen: true);
            var options = new SslServerAuthenticationOptions
            {
                ServerCertificateContext =
                    SslStreamCertificateContext.Create(certificate.Certificate, intermediates, offline: true),
                EnabledSslProtocols = protocols,
            };
            await tls.AuthenticateAsServerAsync(options, cancellation);
            await inside(tls, cancellation);
        };

    // RFC 5246 7.4.1.3 with renegotiation_info (RFC 5746), which OpenSSL 3 insists on. The cipher suite is one that every client
    // offers.
    internal static byte[] Hello(int suite = 0xC02F) =>
    [
        3, 3, .. Enumerable.Repeat((byte)0x5A, 32),
        0,
        (byte)(suite >> 8), (byte)suite,
        0,
        0, 5, 0xFF, 0x01, 0, 1, 0,
    ];

    internal static byte[] Handshake(byte type, byte[] body) => [type, .. Vector(body)];

    internal static byte[] Vector(byte[] body) =>
        [(byte)(body.Length >> 16), (byte)(body.Length >> 8), (byte)body.Length, .. body];

    internal static async Task<byte[]> ReadRecordAsync(Stream client, CancellationToken cancellation)
    {
        var header = new byte[5];
        await client.ReadExactlyAsync(header, cancellation);
        var content = new byte[(header[3] << 8) | header[4]];
        await client.ReadExactlyAsync(content, cancellation);
        return content;
    }
}
