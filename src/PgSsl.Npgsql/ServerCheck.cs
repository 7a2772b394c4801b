using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using PgSsl.Probing;
using PgSsl.Server;
using PgSsl.SslModes;

namespace PgSsl.Sql;

/// <summary>
/// Replaces Npgsql's handling of TLS: libpq's rules decide what is offered, which certificate is presented, and whether the server is trusted, by the
/// same code that judges sslmode everywhere else.
/// </summary>
internal sealed class ServerCheck(SessionTarget target, ProbeRequest request)
{
    private SslStream? _stream;

    /// <summary>Whether the server agreed to TLS.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Why the server is not trusted; null where it is, or was not verified yet.</summary>
    public PgSslException? Failure { get; private set; }

    /// <summary>Sets up a handshake. Npgsql calls it once the server has agreed to TLS, and again for a cancel request.</summary>
    public void Configure(SslClientAuthenticationOptions options)
    {
        HasBegun = true;
        TlsHandshake.Configure(options, request);
        options.RemoteCertificateValidationCallback = (sender, certificate, chain, _) => Verify(sender, certificate, chain);
    }

    /// <summary>
    /// What libpq demands of a completed handshake, before it answers the server: ALPN with direct TLS, and with sslcertmode=require that the server
    /// asked for the certificate (fe-auth.c, check_expected_areq).
    /// </summary>
    /// <exception cref="PgSslException">DirectTlsNotSupported or UnacceptableAuthentication.</exception>
    public void DemandAfterHandshake()
    {
        if (_stream is not null
            && TlsHandshake.LacksApplicationProtocol(_stream.NegotiatedApplicationProtocol.ToString(), request.Negotiation))
            throw ProbeFailures.DirectTlsWithoutAlpn();
        // .NET reports this if the client sent its certificate, which it does only if it is asked.
        if (target.Settings.SslCertMode == "require" && _stream?.IsMutuallyAuthenticated != true)
            throw SqlFailures.Unacceptable(
                "sslcertmode=require demands that the server asks for a client certificate and gets one, but it did not.",
                "Set ssl_ca_file on the server, and sslcert and sslkey; or sslcertmode=allow.");
    }

    private bool Verify(object sender, X509Certificate? certificate, X509Chain? chain)
    {
        _stream = sender as SslStream;
        IReadOnlyList<X509Certificate2> served = TlsHandshake.ServedChain(certificate, chain);
        Failure = SslModeEvaluator.Verify(target.Policy, served, new ServerFacts(target.Request.Host, null, null), DateTimeOffset.UtcNow);
        return Failure is null;
    }
}
