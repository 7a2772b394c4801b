using System.Security.Cryptography.X509Certificates;
using Org.BouncyCastle.Security;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;
using Org.BouncyCastle.Tls.Crypto.Impl.BC;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Probing;

/// <summary>A server that makes an honest handshake, and then sends what SslStream never would, by BouncyCastle.</summary>
internal static class FloodingServer
{
    private static readonly BcTlsCrypto Cryptography = new();

    /// <summary>Answers S, makes the handshake, and sends the same record without end.</summary>
    /// <param name="certificate">With a key on P-256.</param>
    /// <param name="version">The only one that is spoken.</param>
    /// <param name="type">The content type of the record (RFC 8446 5.1).</param>
    /// <param name="content">What is in it.</param>
    public static ServerScript Flood(TestCertificate certificate, ProtocolVersion version, short type, byte[] content) =>
        Flood(certificate, version, protocol => protocol.Send(type, content));

    /// <summary>The same in TLS 1.3, with updates of the key that ask for an update in return.</summary>
    public static ServerScript FloodOfKeyUpdates(TestCertificate certificate) =>
        Flood(certificate, ProtocolVersion.TLSv13, protocol => protocol.UpdateKey());

    private static ServerScript Flood(TestCertificate certificate, ProtocolVersion version, Action<Protocol> drop) => async (client, cancellation) =>
    {
        await client.ReadExactlyAsync(new byte[8], cancellation);
        await client.WriteAsync("S"u8.ToArray(), cancellation);
        // BouncyCastle's streams do not wait asynchronously; closing the connection ends them.
        using CancellationTokenRegistration close = cancellation.Register(client.Close);
        await Task.Run(
            () =>
            {
                var protocol = new Protocol(client);
                protocol.Accept(new Server(certificate, version));
                while (true)
                    drop(protocol);
            },
            CancellationToken.None);
    };

    private sealed class Protocol(Stream stream) : TlsServerProtocol(stream)
    {
        public void Send(short type, byte[] content) => SafeWriteRecord(type, content, 0, content.Length);

        public void UpdateKey() => Send13KeyUpdate(true);
    }

    private sealed class Server(TestCertificate certificate, ProtocolVersion version) : DefaultTlsServer(Cryptography)
    {
        protected override ProtocolVersion[] GetSupportedVersions() => [version];

        protected override int[] GetSupportedCipherSuites() =>
            [CipherSuite.TLS_AES_128_GCM_SHA256, CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256];

        public override TlsCredentials GetCredentials()
        {
            TlsCertificate leaf = Cryptography.CreateCertificate(certificate.Certificate.RawData);
            return new BcDefaultTlsCredentialedSigner(
                new TlsCryptoParameters(m_context),
                Cryptography,
                PrivateKeyFactory.CreateKey(certificate.Certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKey()),
                TlsUtilities.IsTlsV13(m_context)
                    ? new Certificate(TlsUtilities.EmptyBytes, [new CertificateEntry(leaf, null)])
                    : new Certificate([leaf]),
                SignatureScheme.GetSignatureAndHashAlgorithm(SignatureScheme.ecdsa_secp256r1_sha256));
        }
    }
}
