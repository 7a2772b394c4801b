using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using PgSsl.Common;
using PgSsl.Connections;

namespace PgSsl.Probing;

/// <summary>How libpq begins TLS, and how its result is read, whoever makes the handshake: a probe's TLS client or a driver's.</summary>
internal static class TlsHandshake
{
    /// <summary>What libpq offers by ALPN (fe-secure-openssl.c, PG_ALPN_PROTOCOL).</summary>
    public const string ApplicationProtocol = "postgresql";

    private const int LongestDnsName = 253;

    private static readonly SslApplicationProtocol PostgresProtocol = new(ApplicationProtocol);

    /// <summary>Sets up an SslStream as libpq would begin with this request. The caller decides what to do with the certificates.</summary>
    public static void Configure(SslClientAuthenticationOptions options, ProbeRequest request)
    {
        options.TargetHost = ServerNameIndication(request.ServerName);
        options.EnabledSslProtocols = request.Protocols;
        // libpq 17+ offers it on every connection; older servers ignore it.
        options.ApplicationProtocols = new(1) { PostgresProtocol };
        // A resumed session shows no certificates.
        options.AllowTlsResume = false;
        options.AllowRenegotiation = false;
        // The platform does not judge: its roots do not count, and nothing is downloaded.
        options.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        options.ClientCertificateContext = request.ClientCertificate is { Joined: { } joined } client
            ? SslStreamCertificateContext.Create(joined, [.. client.Intermediates], offline: true)
            : null;
    }

    /// <summary>
    /// The certificates as sent, from what a validation callback is given. The chain's ExtraStore holds them in the order in which they
    /// were sent; on Windows the server's own may be missing there.
    /// </summary>
    public static IReadOnlyList<X509Certificate2> ServedChain(X509Certificate? certificate, X509Chain? chain)
    {
        var served = new List<X509Certificate2>();
        if (chain is not null)
            served.AddRange(chain.ChainPolicy.ExtraStore);
        if (certificate is X509Certificate2 leaf && !(served.Count > 0 && served[0].Equals(leaf)))
            served.Insert(0, leaf);
        return served;
    }

    /// <summary>Whether a direct handshake ended without ALPN. libpq demands it there, to tell a PostgreSQL server from others.</summary>
    public static bool LacksApplicationProtocol(string agreed, SslNegotiation negotiation) =>
        negotiation == SslNegotiation.Direct && agreed != ApplicationProtocol;

    /// <summary>
    /// libpq sends no SNI for IP addresses (fe-secure-openssl.c, initialize_SSL). A name that is not a DNS name (Cloud SQL's
    /// <c>project:instance</c>) is not sent either: .NET would refuse it, as it refuses a name of more than 253 characters (RFC 1035 2.3.4).
    /// </summary>
    public static string ServerNameIndication(string? name) =>
        name is { Length: <= LongestDnsName } && !IPAddress.TryParse(name, out _) && Uri.CheckHostName(name) == UriHostNameType.Dns ? name : "";

    /// <summary>As OpenSSL and pg_stat_ssl spell it: <c>TLSv1.3</c>.</summary>
    public static string ProtocolName(SslProtocols protocol) =>
        TlsVersions.FromProtocol(protocol)?.Name() ?? protocol.ToString().ToUpper(CultureInfo.InvariantCulture);
}
