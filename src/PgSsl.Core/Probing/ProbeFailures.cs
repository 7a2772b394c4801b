using System.Globalization;
using System.Net.Sockets;
using System.Security.Authentication;
using PgSsl.Connections;
using PgSsl.Wire;

namespace PgSsl.Probing;

/// <summary>What can go wrong on a connection, as sentences for a DBA: what was seen, and what to do.</summary>
internal static class ProbeFailures
{
    /// <summary>Turns whatever was thrown into a failure that names the step it happened at.</summary>
    public static PgSslException Explain(Exception exception, ConnectionFacts facts) => exception switch
    {
        PgSslException known => known,
        OperationCanceledException => TimedOut(facts),
        SocketException socket => Network(socket, facts.Request.Host),
        // What .NET says to a name that is too long or otherwise none.
        ArgumentException when facts.Stage == ProbeStage.None => HostNotFound(facts.Request.Host, exception),
        AuthenticationException when facts.Stage == ProbeStage.TlsAccepted => Handshake(exception, facts),
        // SslStream reports a connection that ends or breaks in the handshake as an IOException.
        IOException when facts.Stage == ProbeStage.TlsAccepted => Handshake(exception, facts),
        IOException { InnerException: SocketException } => Closed(StepAfter(facts), exception),
        IOException when facts.Tls is not null => AlertAfterHandshake(exception),
        IOException => Closed(StepAfter(facts), exception),
        _ => new PgSslException(
            PgSslError.TlsHandshakeFailed,
            $"The exchange with {facts.Request.Host} failed {StepAfter(facts)}: {Innermost(exception)}.",
            $"Compare with: openssl s_client -starttls postgres -connect {facts.Request.Host}",
            exception),
    };

    public static PgSslException TlsNotOffered() => new(
        PgSslError.TlsNotOffered,
        "The server answered N: it does not offer TLS.",
        "On the server: SHOW ssl. If that says on, certificate or key did not load: its log has \"could not load server certificate file\" " +
        "or \"private key file\" (a reload with a bad file leaves ssl on, and no TLS).");

    public static PgSslException RejectedSslRequest(StartupAnswer answer)
    {
        string text = answer is StartupAnswer.Refused refused ? refused.Message : "";
        return new(
            PgSslError.ServerRejectedSslRequest,
            $"The server answered the SSLRequest with an error, which is unauthenticated: \"{text}\". " +
            "libpq gives up here and does not show the text.",
            "A server that cannot start another process answers like this: look at its log, its load and max_connections.");
    }

    public static PgSslException DirectTlsWithoutAlpn() => new(
        PgSslError.DirectTlsNotSupported,
        "The TLS handshake succeeded, but the server did not agree on ALPN \"postgresql\": libpq refuses such a direct connection.",
        "Direct TLS needs PostgreSQL 17 or newer; use -SslNegotiation postgres.");

    public static PgSslException Closed(string step, Exception? cause = null) => new(
        PgSslError.ConnectionClosed,
        $"The server closed the connection {step}.",
        "Check that the address is that of a PostgreSQL server, and look into its log; " +
        "a firewall or load balancer without a healthy server behind it acts like this, too.",
        cause);

    private static PgSslException TimedOut(ConnectionFacts facts)
    {
        string seconds = facts.Request.Timeout.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);
        return facts.Stage == ProbeStage.None
            ? new(
                PgSslError.ConnectionTimedOut,
                $"{facts.Request.Host} did not answer within {seconds} s.",
                "Check the address and any firewall on the way; give a slow network more time with -TimeoutSec.")
            : new(
                PgSslError.ConnectionTimedOut,
                $"The server accepted the connection, then said nothing {StepAfter(facts)} for the rest of {seconds} s.",
                "Check that a PostgreSQL server listens there; give a busy one more time with -TimeoutSec.");
    }

    private static PgSslException Network(SocketException exception, ConnectionHost host) => exception.SocketErrorCode switch
    {
        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => HostNotFound(host, exception),
        SocketError.ConnectionRefused => new(
            PgSslError.ConnectionRefused,
            $"Nothing listens on {host}: the connection was refused.",
            "Check the port, that the server runs, and that its listen_addresses include this interface.",
            exception),
        SocketError.TimedOut => new(
            PgSslError.ConnectionTimedOut,
            $"{host} did not answer: the operating system gave up.",
            "Check the address and any firewall on the way.",
            exception),
        _ => new(
            PgSslError.ConnectionFailed,
            $"Could not connect to {host}: {exception.Message}.",
            "Check the address and the network.",
            exception),
    };

    private static PgSslException HostNotFound(ConnectionHost host, Exception exception) => new(
        PgSslError.HostNotFound,
        $"Host name \"{host.HostAddress ?? host.Host}\" has no address.",
        "Check the spelling and the resolver (getent hosts, Resolve-DnsName).",
        exception);

    private static PgSslException Handshake(Exception exception, ConnectionFacts facts)
    {
        bool closed = exception is IOException;
        if (closed && facts.Request.Negotiation == SslNegotiation.Direct)
            return new(
                PgSslError.DirectTlsNotSupported,
                "The server closed the connection when the TLS handshake began without an SSLRequest.",
                "Direct TLS needs PostgreSQL 17 or newer; use -SslNegotiation postgres.",
                exception);
        return new(
            PgSslError.TlsHandshakeFailed,
            $"The server accepted TLS, then the handshake failed: {Innermost(exception)}.",
            "Compare ssl_min_protocol_version, ssl_max_protocol_version and ssl_ciphers of the server with what this machine allows; " +
            "the server's log has its side.",
            exception);
    }

    // TLS 1.3 judges the client's certificate after the client's handshake is done.
    private static PgSslException AlertAfterHandshake(Exception exception) => new(
        PgSslError.TlsHandshakeFailed,
        $"The server ended TLS after the handshake: {Innermost(exception)}. A server that refuses the client certificate does this under TLS 1.3.",
        "Check that the client certificate is issued by a CA in the server's ssl_ca_file; the server's log has the reason.",
        exception);

    private static string StepAfter(ConnectionFacts facts) => (facts.Stage, facts.Request.Transport) switch
    {
        (ProbeStage.None, _) => "while connecting",
        (ProbeStage.Connected, Transport.Tls) => "after the SSLRequest",
        (ProbeStage.TlsAccepted, _) => "in the TLS handshake",
        _ => "after the startup message",
    };

    private static string Innermost(Exception exception)
    {
        while (exception.InnerException is { } inner)
            exception = inner;
        return exception.Message.TrimEnd('.');
    }
}
