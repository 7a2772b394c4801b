using System.Net;
using System.Security.Cryptography.X509Certificates;
using PgSsl.Wire;

namespace PgSsl.Probing;

/// <summary>How far a connection got. A failure happened on the way to the stage after this one.</summary>
internal enum ProbeStage
{
    /// <summary>Nowhere yet.</summary>
    None,
    /// <summary>TCP (or the Unix socket) is connected.</summary>
    Connected,
    /// <summary>The server agreed to TLS: the handshake may begin.</summary>
    TlsAccepted,
    /// <summary>The transport stands: the handshake is done, or plaintext it is.</summary>
    TransportReady,
    /// <summary>The server answered the StartupMessage.</summary>
    Answered,
}

/// <summary>What was seen on one connection; no judgement in it.</summary>
/// <param name="Request">What was asked for.</param>
/// <param name="Stage">How far it got.</param>
internal sealed record ConnectionFacts(ProbeRequest Request, ProbeStage Stage)
{
    /// <summary>The address that answered; null on a Unix socket or where none did.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>What the TCP connection took.</summary>
    public TimeSpan ConnectTime { get; init; }

    /// <summary>What all of it took, look-up and farewell included.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>What TLS was agreed on and with whom; null before the handshake is done.</summary>
    public TlsFacts? Tls { get; init; }

    /// <summary>The server's first answer to the StartupMessage; null where none was asked for or came.</summary>
    public StartupAnswer? Answer { get; init; }

    /// <summary>Why it went no further; null where it got as far as was asked.</summary>
    public PgSslException? Failure { get; init; }
}

/// <summary>What a TLS handshake showed.</summary>
/// <param name="Chain">The certificates exactly as sent, the server's own first.</param>
/// <param name="Protocol">As OpenSSL and pg_stat_ssl spell it: <c>TLSv1.3</c>.</param>
/// <param name="CipherSuite">The IANA name: <c>TLS_AES_256_GCM_SHA384</c>.</param>
/// <param name="ApplicationProtocol">The protocol agreed on by ALPN; empty before PostgreSQL 17.</param>
/// <param name="RequestsClientCertificate">True where the server asked for a client certificate (its ssl_ca_file is set).</param>
/// <param name="HandshakeTime">What the handshake took, the SSLRequest not counted.</param>
internal sealed record TlsFacts(
    IReadOnlyList<X509Certificate2> Chain,
    string Protocol,
    string CipherSuite,
    string ApplicationProtocol,
    bool RequestsClientCertificate,
    TimeSpan HandshakeTime);
