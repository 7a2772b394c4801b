using System.Diagnostics;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace PgSsl.Probing;

/// <summary>The platform's TLS: OpenSSL on Linux, Schannel on Windows, SecureTransport on macOS.</summary>
internal sealed class SslStreamClient : ITlsClient
{
    /// <inheritdoc/>
    public async Task<ITlsSession> HandshakeAsync(Stream plain, ProbeRequest request, CancellationToken deadline)
    {
        var session = new Session(plain);
        try
        {
            await session.HandshakeAsync(request, deadline).ConfigureAwait(false);
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    private sealed class Session(Stream plain) : ITlsSession
    {
        private readonly SslStream _stream = new(plain, leaveInnerStreamOpen: true);
        private readonly List<X509Certificate2> _chain = [];
        private bool _askedForCertificate;
        private string[]? _authorities;
        private TlsFacts? _facts;

        public TlsFacts Facts => _facts!;

        public Stream Stream => _stream;

        public async Task HandshakeAsync(ProbeRequest request, CancellationToken deadline)
        {
            long start = Stopwatch.GetTimestamp();
            await _stream.AuthenticateAsClientAsync(CreateOptions(request), deadline).ConfigureAwait(false);
            _facts = new TlsFacts(
                _chain,
                TlsHandshake.ProtocolName(_stream.SslProtocol),
                _stream.NegotiatedCipherSuite.ToString(),
                _stream.NegotiatedApplicationProtocol.ToString(),
                _askedForCertificate || _stream.IsMutuallyAuthenticated,
                Stopwatch.GetElapsedTime(start))
            {
                ClientCertificateAuthorities = _authorities,
            };
        }

        public Task CloseAsync(CancellationToken deadline) => _stream.ShutdownAsync().WaitAsync(deadline);

        public void Dispose() => _stream.Dispose();

        private SslClientAuthenticationOptions CreateOptions(ProbeRequest request)
        {
            var options = new SslClientAuthenticationOptions();
            TlsHandshake.Configure(options, request);
            options.RemoteCertificateValidationCallback = (_, certificate, chain, _) => Record(certificate, chain);
            if (request.ClientCertificate is null)
                options.LocalCertificateSelectionCallback = (_, _, _, serverCertificate, authorities) =>
                {
                    // Called once before the handshake, and again, with the server's certificate, if the server asks for one.
                    _askedForCertificate |= serverCertificate is not null;
                    if (serverCertificate is not null && authorities is { Length: > 0 })
                        _authorities = authorities;
                    return null!;
                };
            return options;
        }

        private bool Record(X509Certificate? certificate, X509Chain? chain)
        {
            _chain.Clear();
            _chain.AddRange(TlsHandshake.ServedChain(certificate, chain));
            return true;
        }
    }
}
