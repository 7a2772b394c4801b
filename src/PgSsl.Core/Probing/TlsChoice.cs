using System.Globalization;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using PgSsl.Common;

namespace PgSsl.Probing;

/// <summary>
/// Which TLS client makes a handshake. A verdict says what libpq would see, which uses OpenSSL; so what the platform's library cannot do, or
/// what .NET keeps from it, must not look like the server's doing.
/// </summary>
internal static partial class TlsChoice
{
    private const int AlertOffset = 1000;
    private const int HandshakeFailure = 40;
    private const int InsufficientSecurity = 71;

    /// <summary>
    /// The client of the first attempt. Schannel and SecTrust give certificates in another order than the server sent, add some, and lack
    /// versions and algorithms: SslStream serves only where it is OpenSSL. Even there, .NET presents RSA and ECDSA certificates alone.
    /// </summary>
    public static TlsStack First(bool isOpenSsl, ProbeRequest request) =>
        isOpenSsl && request.ClientCertificate is not { Key.Algorithm: null } ? TlsStack.Platform : TlsStack.Portable;

    /// <summary>Whether a handshake that SslStream with OpenSSL failed to make may be one that libpq makes.</summary>
    /// <param name="request">What was asked for.</param>
    /// <param name="failure">What SslStream threw.</param>
    public static bool MayBeLimit(ProbeRequest request, Exception failure) => failure switch
    {
        // .NET builds a chain before it calls back, and does not know all of OpenSSL's verdicts on one: it throws at those on RFC 3779.
        CryptographicException => true,
        // Distributions keep OpenSSL from these versions; each client may be set up otherwise.
        AuthenticationException when OffersDeprecated(request) => true,
        // The server found nothing in the offer. .NET offers fewer cipher suites than OpenSSL (pal_ssl.c, CryptoNative_SslCtxSetCiphers).
        AuthenticationException => AlertIn(failure) is HandshakeFailure or InsufficientSecurity,
        _ => false,
    };

    private static bool OffersDeprecated(ProbeRequest request) =>
        ((TlsVersion[])[TlsVersion.Tls10, TlsVersion.Tls11]).Any(version => request.Protocols.HasFlag(version.Protocol()));

    // OpenSSL's reason for an alert that came is its number plus 1000; reasons are the last 12 bits (ssl.h, SSL_AD_REASON_OFFSET).
    private static int? AlertIn(Exception failure)
    {
        while (failure.InnerException is { } inner)
            failure = inner;
        Match reason = OpenSslReason().Match(failure.Message);
        return reason.Success ? int.Parse(reason.ValueSpan, NumberStyles.HexNumber, CultureInfo.InvariantCulture) - AlertOffset : null;
    }

    [GeneratedRegex("(?<=^error:[0-9A-F]{5})[0-9A-F]{3}(?=:)", RegexOptions.CultureInvariant)]
    private static partial Regex OpenSslReason();
}
