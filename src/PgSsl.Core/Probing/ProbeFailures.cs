using System.Globalization;
using System.Net.Sockets;
using System.Security.Authentication;
using PgSsl.Common;
using PgSsl.Connections;
using PgSsl.Wire;

namespace PgSsl.Probing;

/// <summary>Describes for a DBA what went wrong on a connection: what was seen, and what to do.</summary>
internal static class ProbeFailures
{
    /// <summary>Turns any exception into a failure that names the step at which it happened.</summary>
    public static PgSslException Explain(Exception exception, ConnectionFacts facts) => exception switch
    {
        PgSslException known => known,
        OperationCanceledException => TimedOut(facts),
        SocketException socket => Network(socket, facts.Request.Host),
        // .NET throws this for a name that is too long or otherwise invalid.
        ArgumentException when facts.Stage == ProbeStage.None => HostNotFound(facts.Request.Host, exception),
        AuthenticationException when facts.Stage == ProbeStage.TlsAccepted => Handshake(exception, facts),
        // SslStream reports a connection that ends or breaks in the handshake as an IOException.
        IOException when facts.Stage == ProbeStage.TlsAccepted => Handshake(exception, facts),
        IOException { InnerException: SocketException } => Closed(StepAfter(facts), exception),
        IOException when facts.Tls is { } tls => AlertAfterHandshake(exception, tls),
        IOException => Closed(StepAfter(facts), exception),
        _ => new PgSslException(
            PgSslError.TlsHandshakeFailed,
            $"The exchange with {facts.Request.Host} failed {StepAfter(facts)}: {Innermost(exception)}.",
            $"Compare with: openssl s_client -starttls postgres -connect {CommandText.ShellWord(facts.Request.Host.ToString())}",
            exception),
    };

    public static PgSslException TlsNotOffered() => new(
        PgSslError.TlsNotOffered,
        "The server answered N: it does not offer TLS.",
        "Run SHOW ssl on the server. If it says on, the server could not load its certificate or key: look for \"could not load server " +
        "certificate file\" or \"could not load private key file\" in its log. (After a reload with a bad file, ssl stays on without TLS.)");

    public static PgSslException RejectedSslRequest(StartupAnswer answer)
    {
        string text = answer is StartupAnswer.Refused refused ? refused.Message : "";
        return new(
            PgSslError.ServerRejectedSslRequest,
            $"The server answered the SSLRequest with an error, which is not authenticated: \"{text}\". " +
            "libpq gives up here and does not show this text.",
            "A server answers like this if it cannot start another process. Look at its log, its load and max_connections.");
    }

    public static PgSslException DirectTlsWithoutAlpn() => new(
        PgSslError.DirectTlsNotSupported,
        "The TLS handshake succeeded, but the server did not agree on ALPN \"postgresql\": libpq refuses such a direct connection.",
        "Direct TLS needs PostgreSQL 17 or newer. Use -SslNegotiation postgres.");

    public static PgSslException Closed(string step, Exception? cause = null) => new(
        PgSslError.ConnectionClosed,
        $"The server closed the connection {step}.",
        "Check that a PostgreSQL server has this address, and look at its log. " +
        "A firewall also does this, and a load balancer without a healthy server behind it.",
        cause);

    private static PgSslException TimedOut(ConnectionFacts facts)
    {
        string seconds = facts.Request.Timeout.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);
        return facts.Stage == ProbeStage.None
            ? new(
                PgSslError.ConnectionTimedOut,
                $"{facts.Request.Host} did not answer within {seconds} s.",
                "Check the address and any firewall on the way. Give a slow network more time with -TimeoutSec.")
            : new(
                PgSslError.ConnectionTimedOut,
                $"The server accepted the connection, but was not done {StepAfter(facts)} when {seconds} s were over.",
                "Check that a PostgreSQL server listens there. Give a busy server more time with -TimeoutSec.");
    }

    private static PgSslException Network(SocketException exception, ConnectionHost host) => exception.SocketErrorCode switch
    {
        // .NET has no word of its own for ENOENT (SocketErrorPal.Unix.cs).
        SocketError.AddressNotAvailable when host.IsUnixSocket => new(
            PgSslError.ConnectionRefused,
            $"There is no socket {UnixSocketPath.Of(host)}.",
            "Check that the server runs on this machine, and that SHOW unix_socket_directories and SHOW port lead to this path.",
            exception),
        SocketError.ConnectionRefused when host.IsUnixSocket => new(
            PgSslError.ConnectionRefused,
            $"Nobody listens on the socket {UnixSocketPath.Of(host)}: it is left from a server that has ended.",
            "Check that the server runs on this machine, and where its socket is (SHOW unix_socket_directories, SHOW port).",
            exception),
        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => HostNotFound(host, exception),
        SocketError.ConnectionRefused => new(
            PgSslError.ConnectionRefused,
            $"Nothing listens on {host}: the connection was refused.",
            "Check the port. Check that the server runs, and that its listen_addresses include this interface.",
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
        $"Check the spelling, and what the resolver says: {SystemWords.Here.Resolve(host.HostAddress ?? host.Host)}",
        exception);

    private static PgSslException Handshake(Exception exception, ConnectionFacts facts)
    {
        bool closed = exception is IOException;
        if (closed && facts.Request.Negotiation == SslNegotiation.Direct)
            return new(
                PgSslError.DirectTlsNotSupported,
                "The server closed the connection when the TLS handshake began without an SSLRequest.",
                "Direct TLS needs PostgreSQL 17 or newer. Use -SslNegotiation postgres.",
                exception);
        return new(
            PgSslError.TlsHandshakeFailed,
            $"The server accepted TLS, then the handshake failed: {Innermost(exception)}.",
            "Compare the server's ssl_min_protocol_version, ssl_max_protocol_version and ssl_ciphers with what this machine allows. " +
            "The server's log says what the server saw.",
            exception);
    }

    // In TLS 1.3 the server checks the client's certificate after the client has finished its handshake.
    private static PgSslException AlertAfterHandshake(Exception exception, TlsFacts tls) => !tls.RequestsClientCertificate ? new(
        PgSslError.TlsHandshakeFailed,
        $"TLS broke off after the handshake: {Innermost(exception)}.",
        "Check that a PostgreSQL server has this address, and look at its log.",
        exception) : new(
        PgSslError.TlsHandshakeFailed,
        $"The server ended TLS after the handshake: {Innermost(exception)}. With TLS 1.3, a server does this if it refuses the client certificate.",
        "Check that a CA in the server's ssl_ca_file issued the client certificate. The server's log has the reason.",
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
