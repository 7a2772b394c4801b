using System.Globalization;
using System.Net.Security;
using System.Text;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;
using PgSsl.Common;
using PgSsl.Probing;

namespace PgSsl.PortableTls;

/// <summary>One handshake as libpq with OpenSSL 3.0 offers it, and what came of it.</summary>
internal sealed class LibpqPeer : AbstractTlsClient, TlsDHGroupVerifier
{
    // include/openssl/ssl.h, SSL_MAX_CERT_LIST_DEFAULT; and more certificates than fit into that.
    private const int MaxMessageSize = 100 * 1024;
    private const int MaxCertificates = 1000;

    // Weaker groups show nothing; those that libpq refuses are to be seen. Others take too long (include/openssl/dh.h, OPENSSL_DH_MAX_MODULUS_BITS).
    private const int MinGroupBits = 1024;
    private const int MaxGroupBits = 10000;

    // RFC 8446 B.4: the first byte of their numbers.
    private const int Tls13Suites = 0x13;

    private readonly ProbeRequest _request;
    private readonly RecordingCrypto _crypto;
    private ClientCredentials? _credentials;

    public LibpqPeer(ProbeRequest request)
        : this(request, new RecordingCrypto())
    {
    }

    private LibpqPeer(ProbeRequest request, RecordingCrypto crypto)
        : base(crypto)
    {
        _request = request;
        _crypto = crypto;
    }

    /// <summary>Whether both sides have said that they are done.</summary>
    public bool IsHandshakeComplete { get; private set; }

    /// <summary>What the handshake showed, once it is complete.</summary>
    public TlsFacts FactsAfter(TimeSpan handshakeTime)
    {
        SecurityParameters agreed = m_context.SecurityParameters;
        return new TlsFacts(
            _crypto.Served,
            ProtocolVersions.NameOf(agreed.NegotiatedVersion),
            NameOf(agreed.CipherSuite),
            agreed.ApplicationProtocol?.GetUtf8Decoding() ?? "",
            _credentials is { WereAskedFor: true },
            handshakeTime)
        {
            Group = GroupOf(agreed) is var group && NamedGroup.RefersToASpecificGroup(group) ? NamedGroup.GetName(group) : null,
            FiniteFieldBits = _crypto.FiniteFieldBits,
        };
    }

    // BouncyCastle notes it for TLS 1.3 alone.
    private int GroupOf(SecurityParameters agreed) =>
        TlsUtilities.IsTlsV13(agreed.NegotiatedVersion) ? agreed.NegotiatedGroup
        : NameOf(agreed.CipherSuite).Contains("DHE", StringComparison.Ordinal) ? _crypto.Group
        : -1;

    private static string NameOf(int suite) => ((TlsCipherSuite)suite).ToString();

    public override void NotifyHandshakeComplete() => IsHandshakeComplete = true;

    public override TlsAuthentication GetAuthentication() => _credentials = new ClientCredentials(_request.ClientCertificate, m_context, _crypto);

    public override int GetMaxHandshakeMessageSize() => MaxMessageSize;

    public override int GetMaxCertificateChainLength() => MaxCertificates;

    public override TlsDHGroupVerifier GetDHGroupVerifier() => this;

    /// <summary>A server may have made its own group (ssl_dh_params_file).</summary>
    public bool Accept(DHGroup dhGroup) => dhGroup.P.BitLength is >= MinGroupBits and <= MaxGroupBits;

    protected override ProtocolVersion[] GetSupportedVersions() => ProtocolVersions.Of(_request.Protocols);

    protected override int[] GetSupportedCipherSuites() => _request.CipherSuites is { } suites
        ? [.. Offer.CipherSuites.Where(suite => suite >> 8 == Tls13Suites || suites.Contains(NameOf(suite)))]
        : Offer.CipherSuites;

    protected override IList<int> GetSupportedGroups(IList<int> namedGroupRoles) => Offer.Groups;

    protected override IList<SignatureAndHashAlgorithm> GetSupportedSignatureAlgorithms() =>
        Offer.SignatureAlgorithms(withSha1: m_protocolVersions[^1].IsEqualOrEarlierVersionOf(ProtocolVersion.TLSv11));

    protected override IList<ProtocolName> GetProtocolNames() => [ProtocolName.AsUtf8Encoding(TlsHandshake.ApplicationProtocol)];

    // libpq asks for no OCSP response.
    protected override CertificateStatusRequest? GetCertificateStatusRequest() => null;

    // RFC 6066 3: ASCII, without the dot at the end.
    protected override IList<ServerName>? GetSniServerNames()
    {
        string name = TlsHandshake.ServerNameIndication(_request.ServerName).TrimEnd('.');
        return name.Length == 0 ? null : [new ServerName(NameType.host_name, Encoding.ASCII.GetBytes(new IdnMapping().GetAscii(name)))];
    }
}
