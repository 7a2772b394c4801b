using System.Security.Authentication;
using PgSsl.Certificates;
using PgSsl.Common;
using PgSsl.Connections;

namespace PgSsl.Probing;

/// <summary>One connection to be made: to which server, over which transport, and how far.</summary>
/// <param name="Host">The server.</param>
/// <param name="Transport">TLS or plaintext.</param>
/// <param name="Timeout">For all of it: look-up, connection, handshake and answer.</param>
internal sealed record ProbeRequest(ConnectionHost Host, Transport Transport, TimeSpan Timeout)
{
    /// <summary>A TLS connection to a host as libpq would begin it with these settings, ended once the handshake is done.</summary>
    public static ProbeRequest ForTls(ConnectionSettings settings, ConnectionHost host, TimeSpan timeout) => new(host, Transport.Tls, timeout)
    {
        Negotiation = settings.SslNegotiation,
        ServerName = settings.SslSni ? host.Host : null,
        Protocols = TlsVersions.Between(settings.MinimumTlsVersion, settings.MaximumTlsVersion),
    };

    /// <summary>How TLS is begun.</summary>
    public SslNegotiation Negotiation { get; init; } = SslNegotiation.Postgres;

    /// <summary>The name to send as SNI. Nothing is sent if it is null or an IP address.</summary>
    public string? ServerName { get; init; }

    /// <summary>The TLS versions offered; <see cref="SslProtocols.None"/> leaves it to the operating system.</summary>
    public SslProtocols Protocols { get; init; } = SslProtocols.None;

    /// <summary>The certificate to present if the server asks for one.</summary>
    public ClientCertificate? ClientCertificate { get; init; }

    /// <summary>The role for the StartupMessage. If null, the probe ends before that message, when the transport is ready.</summary>
    public string? UserName { get; init; }

    /// <summary>The database for the StartupMessage.</summary>
    public string Database { get; init; } = "postgres";

    /// <summary>The address to connect to, if the caller has looked the name up; null tries all addresses of the name in turn.</summary>
    public System.Net.IPAddress? Address { get; init; }

    /// <summary>The suites to offer for TLS 1.2, by their IANA names; null for libpq's. <see cref="TlsStack.Portable"/> alone can choose.</summary>
    public IReadOnlyList<string>? CipherSuites { get; init; }

    /// <summary>Who makes the TLS handshake; null leaves it to <see cref="TlsChoice"/>. Tests compare the two.</summary>
    public TlsStack? Stack { get; init; }
}
