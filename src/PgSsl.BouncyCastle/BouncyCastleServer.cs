using System.Security.Authentication;
using Org.BouncyCastle.Tls;
using PgSsl.Impostors;

namespace PgSsl.PortableTls;

/// <summary>The server's side of TLS, by BouncyCastle: it shows the alerts that clients send, and can speak TLS 1.0.</summary>
internal sealed class BouncyCastleServer : ITlsServer
{
    /// <inheritdoc/>
    public ITlsServerSession Accept(Stream plain, TlsServerIdentity identity) => new Session(plain, new ServerPeer(identity));

    private sealed class Session : ITlsServerSession
    {
        private readonly TlsServerProtocol _protocol = new();
        private readonly ServerPeer _peer;
        private readonly RecordLayer _records;

        public Session(Stream plain, ServerPeer peer)
        {
            _peer = peer;
            _records = new RecordLayer(plain, _protocol);
            Stream = new ApplicationStream(_protocol, _records);
        }

        public bool IsComplete => _peer.IsHandshakeComplete;

        public TlsAlert? Received => _peer.Received;

        public TlsAlert? Sent => _peer.Sent;

        public string? Protocol => _peer.Protocol;

        public Stream Stream { get; }

        public async Task HandshakeAsync(CancellationToken deadline)
        {
            try
            {
                _protocol.Accept(_peer);
                while (!_peer.IsHandshakeComplete)
                {
                    if (_protocol.IsClosed || !await _records.ReceiveAsync(deadline).ConfigureAwait(false))
                        throw new EndOfStreamException("The client closed the connection in the handshake.");
                }
            }
            catch (TlsException exception)
            {
                throw new AuthenticationException(exception.Message);
            }
        }

        public Task CloseAsync(CancellationToken deadline)
        {
            _protocol.Close();
            return _records.FlushAsync(deadline);
        }

        public void Dispose() => Stream.Dispose();
    }
}
