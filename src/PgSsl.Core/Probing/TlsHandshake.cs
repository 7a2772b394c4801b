using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using PgSsl.Common;
using PgSsl.Connections;

namespace PgSsl.Probing;

/// <summary>One TLS handshake that records what the server shows, and accepts all of it.</summary>
internal sealed class TlsHandshake(ProbeRequest request, SslStream stream)
{
    private static readonly SslApplicationProtocol PostgresProtocol = new("postgresql");

    // The result is known: whoever waits for it should not wait long for the farewell.
    private static readonly TimeSpan MaxCloseTime = TimeSpan.FromMilliseconds(250);

    private const int LongestDnsName = 253;

    private readonly List<X509Certificate2> _chain = [];
    private bool _askedForCertificate;

    public async Task<TlsFacts> RunAsync(CancellationToken deadline)
    {
        long start = Stopwatch.GetTimestamp();
        await stream.AuthenticateAsClientAsync(CreateOptions(), deadline).ConfigureAwait(false);
        TimeSpan handshakeTime = Stopwatch.GetElapsedTime(start);

        string applicationProtocol = stream.NegotiatedApplicationProtocol.ToString();
        if (LacksApplicationProtocol(stream, request.Negotiation))
            throw ProbeFailures.DirectTlsWithoutAlpn();

        return new TlsFacts(
            _chain,
            ProtocolName(stream.SslProtocol),
            stream.NegotiatedCipherSuite.ToString(),
            applicationProtocol,
            _askedForCertificate || stream.IsMutuallyAuthenticated,
            handshakeTime);
    }

    /// <summary>Sends close_notify, so that the server does not log a broken connection.</summary>
    public async Task CloseAsync(CancellationToken deadline)
    {
        try
        {
            await stream.ShutdownAsync().WaitAsync(MaxCloseTime, deadline).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or TimeoutException or InvalidOperationException)
        {
            // The server was quicker. Everything that was wanted is known.
        }
    }

    private SslClientAuthenticationOptions CreateOptions()
    {
        var options = new SslClientAuthenticationOptions();
        Configure(options, request);
        options.RemoteCertificateValidationCallback = (_, certificate, chain, _) => Record(certificate, chain);
        if (request.ClientCertificate is null)
            options.LocalCertificateSelectionCallback = (_, _, _, serverCertificate, _) =>
            {
                // Called once before the handshake, and again, with the server's certificate, if the server asks for one.
                _askedForCertificate |= serverCertificate is not null;
                return null!;
            };
        return options;
    }

    private bool Record(X509Certificate? certificate, X509Chain? chain)
    {
        _chain.Clear();
        _chain.AddRange(ServedChain(certificate, chain));
        return true;
    }

    /// <summary>Sets up a handshake as libpq would begin it with this request. The caller decides what to do with the certificates.</summary>
    internal static void Configure(SslClientAuthenticationOptions options, ProbeRequest request)
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
        options.ClientCertificateContext = request.ClientCertificate is { } client
            ? SslStreamCertificateContext.Create(client.Certificate, [.. client.Intermediates], offline: true)
            : null;
    }

    /// <summary>
    /// The certificates as sent, from what a validation callback is given. The chain's ExtraStore holds them in the order in which they
    /// were sent; on Windows the server's own may be missing there.
    /// </summary>
    internal static IReadOnlyList<X509Certificate2> ServedChain(X509Certificate? certificate, X509Chain? chain)
    {
        var served = new List<X509Certificate2>();
        if (chain is not null)
            served.AddRange(chain.ChainPolicy.ExtraStore);
        if (certificate is X509Certificate2 leaf && !(served.Count > 0 && served[0].Equals(leaf)))
            served.Insert(0, leaf);
        return served;
    }

    /// <summary>Whether a direct handshake ended without ALPN. libpq demands it there, to tell a PostgreSQL server from others.</summary>
    internal static bool LacksApplicationProtocol(SslStream stream, SslNegotiation negotiation) =>
        negotiation == SslNegotiation.Direct && stream.NegotiatedApplicationProtocol != PostgresProtocol;

    /// <summary>
    /// libpq sends no SNI for IP addresses (fe-secure-openssl.c, initialize_SSL). A name that is not a DNS name (Cloud SQL's
    /// <c>project:instance</c>) is not sent either: .NET would refuse it, as it refuses a name of more than 253 characters (RFC 1035 2.3.4).
    /// </summary>
    private static string ServerNameIndication(string? name) =>
        name is { Length: <= LongestDnsName } && !IPAddress.TryParse(name, out _) && Uri.CheckHostName(name) == UriHostNameType.Dns ? name : "";

    private static string ProtocolName(SslProtocols protocol) =>
        TlsVersions.FromProtocol(protocol)?.Name() ?? protocol.ToString().ToUpper(CultureInfo.InvariantCulture);
}
