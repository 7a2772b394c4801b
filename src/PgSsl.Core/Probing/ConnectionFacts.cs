using System.Net;
using System.Security.Cryptography.X509Certificates;
using PgSsl.Wire;

namespace PgSsl.Probing;

/// <summary>How far a connection got. If it failed, it failed on the way to the next stage.</summary>
internal enum ProbeStage
{
    /// <summary>Nowhere yet.</summary>
    None,
    /// <summary>TCP (or the Unix socket) is connected.</summary>
    Connected,
    /// <summary>The server agreed to TLS: the handshake may begin.</summary>
    TlsAccepted,
    /// <summary>The transport is ready: the TLS handshake is done, or the connection is in plaintext.</summary>
    TransportReady,
    /// <summary>The server answered the StartupMessage.</summary>
    Answered,
}

/// <summary>What was seen on one connection, without a judgement.</summary>
/// <param name="Request">What was asked for.</param>
/// <param name="Stage">How far it got.</param>
internal sealed record ConnectionFacts(ProbeRequest Request, ProbeStage Stage)
{
    /// <summary>The address that answered; null on a Unix socket or where none did.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>How long the TCP connection took.</summary>
    public TimeSpan ConnectTime { get; init; }

    /// <summary>How long all of it took, from the look-up of the name to the end of the connection.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>What the TLS handshake showed; null if it was not completed.</summary>
    public TlsFacts? Tls { get; init; }

    /// <summary>The server's first answer to the StartupMessage; null if none was asked for, or none came.</summary>
    public StartupAnswer? Answer { get; init; }

    /// <summary>Why it got no further; null if it got as far as it was asked to.</summary>
    public PgSslException? Failure { get; init; }

    /// <summary>Why .NET's own TLS failed, or would fail, where the portable client was taken: what Npgsql meets. Null otherwise.</summary>
    public PgSslException? PlatformFailure { get; init; }

    /// <summary>Whether the server kept silent until the time was over. What it had done before may be the failure.</summary>
    public bool TimedOut => Failure is { Error: PgSslError.ConnectionTimedOut } or { InnerException: OperationCanceledException };
}

/// <summary>What a TLS handshake showed.</summary>
/// <param name="Chain">The certificates exactly as sent, the server's own first.</param>
/// <param name="Protocol">As OpenSSL and pg_stat_ssl spell it: <c>TLSv1.3</c>.</param>
/// <param name="CipherSuite">The IANA name: <c>TLS_AES_256_GCM_SHA384</c>.</param>
/// <param name="ApplicationProtocol">The protocol agreed on by ALPN; empty before PostgreSQL 17.</param>
/// <param name="RequestsClientCertificate">True where the server asked for a client certificate (its ssl_ca_file is set).</param>
/// <param name="HandshakeTime">How long the handshake took, without the SSLRequest.</param>
internal sealed record TlsFacts(
    IReadOnlyList<X509Certificate2> Chain,
    string Protocol,
    string CipherSuite,
    string ApplicationProtocol,
    bool RequestsClientCertificate,
    TimeSpan HandshakeTime)
{
    /// <summary>
    /// The names of the CAs whose client certificates the server takes, as .NET writes them (RFC 8446 4.2.4): a server of PostgreSQL sends the
    /// names in the ssl_ca_file that it has loaded. Null if that is not known.
    /// </summary>
    public IReadOnlyList<string>? ClientCertificateAuthorities { get; init; }

    /// <summary>
    /// The group of the key exchange by its IANA name: <c>x25519</c>. Null where it is unknown: SslStream does not tell, and a group of the
    /// server's own making has no name. Plain RSA has none.
    /// </summary>
    public string? Group { get; init; }

    /// <summary>The bits of the modulus, where the keys were exchanged by Diffie-Hellman without a curve; else null.</summary>
    public int? FiniteFieldBits { get; init; }
}
