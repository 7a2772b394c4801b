using System.Security.Authentication;
using Org.BouncyCastle.Tls;

namespace PgSsl.PortableTls;

/// <summary>BouncyCastle's failures in the exceptions that SslStream has for them, so that both end in the same words.</summary>
internal static class Alerts
{
    /// <summary>A handshake that one of the sides refuses. A connection that merely ends is an IOException, which the connection throws.</summary>
    public static AuthenticationException InHandshake(TlsException exception) => new(Describe(exception));

    /// <summary>A connection that a side ends.</summary>
    public static IOException AfterHandshake(TlsException exception) => new(Describe(exception));

    // These exceptions are new ones without an inner one: its message, innermost, would stand in for this one.
    private static string Describe(TlsException exception) => exception switch
    {
        TlsFatalAlertReceived received => $"the server sent the TLS alert {Name(received.AlertDescription)}",
        TlsFatalAlert own => $"it was ended with the TLS alert {Name(own.AlertDescription)}{Detail(own)}",
        _ => exception.Message,
    };

    /// <summary>The name in the registry of IANA (RFC 8446 6).</summary>
    private static string Name(short alert) => AlertDescription.GetName(alert);

    // BouncyCastle's message is "name(number); detail".
    private static string Detail(TlsFatalAlert alert)
    {
        int end = alert.Message.IndexOf("; ", StringComparison.Ordinal);
        string? detail = end >= 0 ? alert.Message[(end + 2)..] : alert.InnerException?.Message;
        return detail is null ? "" : $" ({detail.TrimEnd('.')})";
    }
}
