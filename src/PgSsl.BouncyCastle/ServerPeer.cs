using Org.BouncyCastle.Security;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;
using Org.BouncyCastle.Tls.Crypto.Impl.BC;
using PgSsl.Impostors;
using PgSsl.Probing;

namespace PgSsl.PortableTls;

/// <summary>A server with an ECDSA certificate of any kind, right or wrong, that asks for no certificate of the client.</summary>
internal sealed class ServerPeer : AbstractTlsServer
{
    // As the client's side: a stranger sends no more.
    private const int MaxMessageSize = 32 * 1024;

    // Those of Offer that an ECDSA certificate can serve; TLS 1.0 has the last ones alone.
    private static readonly int[] Suites =
    [
        CipherSuite.TLS_AES_256_GCM_SHA384,
        CipherSuite.TLS_CHACHA20_POLY1305_SHA256,
        CipherSuite.TLS_AES_128_GCM_SHA256,
        CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
        CipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
        CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
        CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA,
        CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA,
    ];

    private readonly TlsServerIdentity _identity;
    private readonly BcTlsCrypto _crypto;

    public ServerPeer(TlsServerIdentity identity)
        : this(identity, new RecordingCrypto())
    {
    }

    private ServerPeer(TlsServerIdentity identity, BcTlsCrypto crypto)
        : base(crypto) => (_identity, _crypto) = (identity, crypto);

    /// <summary>Whether both sides have said that they are done.</summary>
    public bool IsHandshakeComplete { get; private set; }

    /// <summary>The last alert of the client that is not a farewell.</summary>
    public TlsAlert? Received { get; private set; }

    /// <summary>The last alert of this side that is not a farewell.</summary>
    public TlsAlert? Sent { get; private set; }

    /// <summary>The version agreed on, once it is.</summary>
    public string? Protocol =>
        m_context?.SecurityParameters?.NegotiatedVersion is { } version ? ProtocolVersions.NameOf(version) : null;

    public override void NotifyHandshakeComplete() => IsHandshakeComplete = true;

    public override void NotifyAlertReceived(short alertLevel, short alertDescription) => Received = Alert(alertDescription) ?? Received;

    public override void NotifyAlertRaised(short alertLevel, short alertDescription, string message, Exception cause) =>
        Sent = Alert(alertDescription) ?? Sent;

    public override int GetMaxHandshakeMessageSize() => MaxMessageSize;

    // OpenSSL up to 1.0.2 and Java 8 do not know the extension that BouncyCastle could insist on.
    public override bool RequiresExtendedMasterSecret() => false;

    // A client may just close: it has nothing to lose here.
    public override bool RequiresCloseNotify() => false;

    public override TlsCredentials GetCredentials()
    {
        bool isTls13 = TlsUtilities.IsTlsV13(m_context);
        TlsCertificate[] sent = [.. _identity.Chain.Select(encoded => new BcTlsCertificate(_crypto, encoded.ToArray()))];
        Certificate message = isTls13
            ? new Certificate(TlsUtilities.EmptyBytes, [.. sent.Select(one => new CertificateEntry(one, null))])
            : new Certificate(sent);
        // Before TLS 1.2 there is nothing to choose (RFC 4492 5.4).
        SignatureAndHashAlgorithm? algorithm = m_context.ServerVersion.IsEqualOrLaterVersionOf(ProtocolVersion.TLSv12)
            ? SignatureScheme.GetSignatureAndHashAlgorithm(SignatureScheme.ecdsa_secp256r1_sha256)
            : null;
        return new BcDefaultTlsCredentialedSigner(
            new TlsCryptoParameters(m_context), _crypto, PrivateKeyFactory.CreateKey(_identity.Pkcs8.ToArray()), message, algorithm);
    }

    protected override ProtocolVersion[] GetSupportedVersions() =>
        _identity.IsTls10Only ? [ProtocolVersion.TLSv10] : [ProtocolVersion.TLSv13, ProtocolVersion.TLSv12];

    protected override int[] GetSupportedCipherSuites() => Suites;

    protected override IList<ProtocolName> GetProtocolNames() => [ProtocolName.AsUtf8Encoding(TlsHandshake.ApplicationProtocol)];

    private static TlsAlert? Alert(short description) =>
        description is AlertDescription.close_notify or AlertDescription.user_canceled
            ? null
            : new TlsAlert(description, AlertDescription.GetName(description));
}
