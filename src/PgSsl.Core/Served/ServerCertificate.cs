using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates;
using PgSsl.Certificates.Trust;
using PgSsl.Certificates.Verification;
using PgSsl.Chains;
using PgSsl.Connections;
using PgSsl.Probing;
using PgSsl.SslModes;

namespace PgSsl;

/// <summary>
/// What one server serves over TLS, as seen on one connection; or why nothing was seen, and then <see cref="Error"/> says why and all that a
/// certificate would say is null or empty. Times are UTC.
/// </summary>
public sealed record ServerCertificate
{
    /// <summary>The server, in a form that any -Endpoint takes.</summary>
    public required string Endpoint { get; init; }

    /// <summary>The host that was asked for.</summary>
    public required string HostName { get; init; }

    /// <summary>The port.</summary>
    public required int Port { get; init; }

    /// <summary>The address that answered.</summary>
    public required string? Address { get; init; }

    /// <summary>
    /// Served; NoTls (the server answers, and does no TLS); Unreachable (nobody answers); or Failed (something else: <see cref="Error"/>).
    /// </summary>
    public required string Status { get; init; }

    /// <summary>Why there is no certificate; null if there is one.</summary>
    public string? Error { get; init; }

    /// <summary>The error's stable id; null if there is a certificate.</summary>
    public string? ErrorId { get; init; }

    /// <summary>What to do about the error; null if there is none.</summary>
    public string? Remedy { get; init; }

    /// <summary>The server certificate's subject.</summary>
    public string? Subject { get; init; }

    /// <summary>The server certificate's issuer.</summary>
    public string? Issuer { get; init; }

    /// <summary>The names that it is valid for: <c>DNS:db1</c>, <c>IP:10.0.0.1</c> …</summary>
    public OutputList<string> SubjectAlternativeName { get; init; } = [];

    /// <summary>Valid from.</summary>
    public DateTime? NotBefore { get; init; }

    /// <summary>Valid until.</summary>
    public DateTime? NotAfter { get; init; }

    /// <summary>Whole days until it expires, rounded down; negative if it has expired.</summary>
    public int? DaysRemaining { get; init; }

    /// <summary><c>RSA</c>, <c>ECDSA</c>, <c>Ed25519</c> …</summary>
    public string? KeyAlgorithm { get; init; }

    /// <summary>The key's size in bits; 0 if it is not known.</summary>
    public int? KeySize { get; init; }

    /// <summary>The algorithm of the issuer's signature: <c>sha256RSA</c> …</summary>
    public string? SignatureAlgorithm { get; init; }

    /// <summary>SHA-256 of the certificate, upper-case hex without separators.</summary>
    public string? Fingerprint { get; init; }

    /// <summary>
    /// SHA-256 of its public key (SubjectPublicKeyInfo), upper-case hex. It stays the same if the certificate is renewed with the same key.
    /// </summary>
    public string? SpkiSha256 { get; init; }

    /// <summary>True if the certificate is its own issuer.</summary>
    public bool? IsSelfSigned { get; init; }

    /// <summary>What is remarkable about the chain as sent (<see cref="ChainFindingKind"/>); <c>Complete</c> if nothing is.</summary>
    public OutputList<string> ChainStatus { get; init; } = [];

    /// <summary>The findings of <see cref="ChainStatus"/> as sentences.</summary>
    public OutputList<string> ChainFindings { get; init; } = [];

    /// <summary>
    /// What verifies the chain by libpq's rules: the path of a root file, or <c>system</c> (the operating system's roots); null if nothing
    /// on this machine does.
    /// </summary>
    public string? TrustedBy { get; init; }

    /// <summary>Why the roots that libpq would use here (else the operating system's) do not verify the chain; null if they do.</summary>
    public string? TrustFailure { get; init; }

    /// <summary>The TLS version: <c>TLSv1.3</c>.</summary>
    public string? Protocol { get; init; }

    /// <summary>The cipher suite, by its IANA name.</summary>
    public string? CipherSuite { get; init; }

    /// <summary>True if the server asked for a client certificate (its ssl_ca_file is set).</summary>
    public bool? ServerRequestsClientCertificate { get; init; }

    /// <summary>How TLS was begun: <c>postgres</c> or <c>direct</c>.</summary>
    public required string? Negotiation { get; init; }

    /// <summary>How long the TCP connection took.</summary>
    public TimeSpan? ConnectTime { get; init; }

    /// <summary>How long the TLS handshake took.</summary>
    public TimeSpan? HandshakeTime { get; init; }

    /// <summary>
    /// The chain as PEM: as sent, which is what <c>openssl s_client -showcerts</c> prints, or completed up to its root
    /// (<see cref="WithChain"/>).
    /// </summary>
    public string? ChainPem { get; init; }

    /// <summary>
    /// Where each certificate of <see cref="ChainPem"/> comes from, in the same order (<c>db1.example.com: sent by the server</c>); empty
    /// if the chain was not completed.
    /// </summary>
    public OutputList<string> ChainSource { get; init; } = [];

    // Methods, because ConvertTo-Json would write each with all of its properties, 24,000 characters.

    /// <summary>The server's own certificate; null if there is none.</summary>
    public X509Certificate2? GetCertificate() => Chain is [var leaf, ..] ? leaf : null;

    /// <summary>All certificates exactly as sent, in the order sent, the server's own first.</summary>
    public X509Certificate2[] GetChain() => [.. Chain];

    internal IReadOnlyList<X509Certificate2> Chain { get; init; } = [];

    /// <summary>The same with the completed chain; <see cref="GetChain"/> stays as sent.</summary>
    /// <param name="chain">The completed chain.</param>
    internal ServerCertificate WithChain(CompletedChain chain) => this with
    {
        ChainPem = Pem(chain.Members.Select(member => member.Certificate)),
        ChainSource = [.. chain.Members.Select(member => member.ToString())],
        ChainFindings = chain switch
        {
            { Failure: { } failure } => [.. ChainFindings, failure.Message],
            { IsRootVouchedFor: false } => [.. ChainFindings, NobodyVouchesFor(chain)],
            _ => ChainFindings,
        },
    };

    /// <summary>Makes the record from what a probe saw.</summary>
    /// <param name="endpoint">The endpoint, narrowed to this server.</param>
    /// <param name="facts">A connection that finished its TLS handshake.</param>
    /// <param name="settings">What libpq would connect with, once for each root file to try.</param>
    /// <param name="trust">Loads the roots.</param>
    /// <param name="at">The moment to judge validity for.</param>
    /// <exception cref="PgSslException"><see cref="PgSslError.MalformedCertificate"/>: what was sent cannot be parsed.</exception>
    internal static ServerCertificate Create(
        PgEndpoint endpoint, ConnectionFacts facts, IReadOnlyList<ConnectionSettings> settings, TrustStoreCache trust, DateTimeOffset at)
    {
        TlsFacts tls = facts.Tls!;
        UnverifiedCertificates.Add(tls.Chain);
        try
        {
            IReadOnlyList<TrustStore> roots = trust.GetCandidates(settings, out PgSslException? unusable);
            return Describe(endpoint, facts, tls, tls.Chain[0], new ServedTrust(tls.Chain, roots, unusable?.Message, at));
        }
        catch (CryptographicException exception)
        {
            throw new PgSslException(
                PgSslError.MalformedCertificate,
                $"The server sent a certificate that cannot be parsed: {exception.Message}",
                "Look at it with: openssl s_client -starttls postgres -showcerts",
                exception);
        }
    }

    /// <summary>A server without a certificate to show.</summary>
    /// <param name="endpoint">The endpoint, narrowed to this server.</param>
    /// <param name="host">This server; null if the endpoint cannot be used.</param>
    /// <param name="failure">Why there is none.</param>
    internal static ServerCertificate Of(string endpoint, ConnectionHost? host, PgSslException failure) => new()
    {
        Endpoint = endpoint,
        HostName = host?.DisplayName ?? "",
        Port = host?.Port ?? 0,
        Address = host?.HostAddress,
        Negotiation = null,
        Status = failure.Error switch
        {
            PgSslError.TlsNotOffered or PgSslError.UnixSocketHasNoTls => "NoTls",
            PgSslError.HostNotFound or PgSslError.ConnectionRefused or PgSslError.ConnectionFailed or PgSslError.ConnectionTimedOut => "Unreachable",
            _ => "Failed",
        },
        Error = failure.Message,
        ErrorId = failure.Error.ToString(),
        Remedy = failure.Remedy,
    };

    private static ServerCertificate Describe(
        PgEndpoint endpoint, ConnectionFacts facts, TlsFacts tls, X509Certificate2 leaf, ServedTrust trust)
    {
        (string keyAlgorithm, int keySize) = PublicKeyDescription.Of(leaf);
        ConnectionHost host = facts.Request.Host;
        return new ServerCertificate
        {
            Endpoint = endpoint.Text,
            HostName = host.DisplayName,
            Port = host.Port,
            Address = facts.Address?.ToString(),
            Status = "Served",
            Chain = tls.Chain,
            Subject = leaf.Subject,
            Issuer = leaf.Issuer,
            SubjectAlternativeName = [.. CertificateNames.SubjectAlternativeNames(leaf)],
            NotBefore = leaf.NotBefore.ToUniversalTime(),
            NotAfter = leaf.NotAfter.ToUniversalTime(),
            DaysRemaining = (int)Math.Floor((leaf.NotAfter.ToUniversalTime() - trust.At.UtcDateTime).TotalDays),
            KeyAlgorithm = keyAlgorithm,
            KeySize = keySize,
            SignatureAlgorithm = leaf.SignatureAlgorithm.FriendlyName ?? leaf.SignatureAlgorithm.Value ?? "",
            Fingerprint = leaf.GetCertHashString(HashAlgorithmName.SHA256),
            SpkiSha256 = Convert.ToHexString(SHA256.HashData(SubjectPublicKey.EncodingOf(leaf))),
            IsSelfSigned = leaf.SubjectName.RawData.AsSpan().SequenceEqual(leaf.IssuerName.RawData),
            ChainStatus = [.. trust.Status],
            ChainFindings = [.. trust.Findings],
            TrustedBy = trust.TrustedBy,
            TrustFailure = trust.Failure,
            Protocol = tls.Protocol,
            CipherSuite = tls.CipherSuite,
            ServerRequestsClientCertificate = tls.RequestsClientCertificate,
            Negotiation = facts.Request.Negotiation.ToLibpq(),
            ConnectTime = facts.ConnectTime,
            HandshakeTime = tls.HandshakeTime,
            ChainPem = Pem(tls.Chain),
        };
    }

    private static string Pem(IEnumerable<X509Certificate2> chain) =>
        string.Concat(chain.Select(certificate => certificate.ExportCertificatePem() + "\n"));

    private static string NobodyVouchesFor(CompletedChain chain) =>
        $"Nothing on this machine vouches for the root '{CertificateNames.Display(chain.Root!)}'. Before you trust it, compare its SHA-256 " +
        $"{chain.Root!.GetCertHashString(HashAlgorithmName.SHA256)} with the one that the server's administrator gives you.";
}
