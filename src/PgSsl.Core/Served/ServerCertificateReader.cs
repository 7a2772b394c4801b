using PgSsl.Certificates.Trust;
using PgSsl.Chains;
using PgSsl.Connections;
using PgSsl.Probing;
using PgSsl.SslModes;

namespace PgSsl.Served;

/// <summary>Gets what servers serve, as <see cref="ServerCertificate"/>. One reader serves a whole run: it loads each root file once.</summary>
internal sealed class ServerCertificateReader
{
    private readonly TrustStoreCache _trust = new();

    /// <summary>Connects, completes the TLS handshake, and hangs up.</summary>
    /// <param name="endpoint">The endpoint, narrowed to one server.</param>
    /// <param name="settings">What libpq would connect with, once for each root file to try.</param>
    /// <param name="request">The connection to make.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    /// <exception cref="PgSslException">No certificate was served; the error says at which step it failed.</exception>
    public async Task<ServerCertificate> ReadAsync(
        PgEndpoint endpoint, IReadOnlyList<ConnectionSettings> settings, ProbeRequest request, CancellationToken cancellationToken)
    {
        if (request.Host.IsUnixSocket)
            throw new PgSslException(
                PgSslError.UnixSocketHasNoTls,
                $"\"{request.Host.Host}\" is a Unix-domain socket. TLS is never used on one, and sslmode is ignored.",
                "Give a host: Get-PgServerCertificate localhost");
        ConnectionFacts facts = await ServerProbe.ConnectAsync(request, cancellationToken).ConfigureAwait(false);
        if (facts.Failure is { } failure)
            throw failure;
        return ServerCertificate.Create(endpoint, facts, settings, _trust, DateTimeOffset.UtcNow);
    }

    /// <summary>Completes the chain of a certificate that was read, with the roots that libpq would use here before others.</summary>
    /// <param name="certificate">What <see cref="ReadAsync"/> gave.</param>
    /// <param name="settings">What libpq would connect with, once for each root file to try.</param>
    /// <param name="completer">Finds what the server did not send.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    public Task<CompletedChain> CompleteAsync(
        ServerCertificate certificate, IReadOnlyList<ConnectionSettings> settings, ChainCompleter completer, CancellationToken cancellationToken)
    {
        IReadOnlyList<TrustStore> roots = _trust.GetCandidates(settings, out _);
        return completer.CompleteAsync(
            ChainRequest.Of(certificate.Chain, certificate.HostName, certificate.Address, roots), cancellationToken);
    }
}
