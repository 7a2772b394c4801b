using System.Diagnostics;
using Org.BouncyCastle.Tls;
using PgSsl.Probing;

namespace PgSsl.PortableTls;

/// <summary>TLS that shows the same facts on every platform, by BouncyCastle. It uses the connection, and neither a store nor the network.</summary>
internal sealed class BouncyCastleClient : ITlsClient
{
    /// <inheritdoc/>
    public async Task<ITlsSession> HandshakeAsync(Stream plain, ProbeRequest request, CancellationToken deadline)
    {
        long start = Stopwatch.GetTimestamp();
        var peer = new LibpqPeer(request);
        var protocol = new ClientProtocol();
        var records = new RecordLayer(plain, protocol);
        try
        {
            protocol.Connect(peer);
            await records.FlushAsync(deadline).ConfigureAwait(false);
            while (!peer.IsHandshakeComplete)
            {
                if (!await records.ReceiveAsync(deadline).ConfigureAwait(false))
                    throw new EndOfStreamException("The server closed the connection in the handshake.");
            }
        }
        catch (TlsException exception)
        {
            throw Alerts.InHandshake(exception);
        }
        return new Session(protocol, records, peer.FactsAfter(Stopwatch.GetElapsedTime(start)));
    }

    /// <summary>BouncyCastle's protocol, which would answer a server that renegotiates with a warning, and go on.</summary>
    private sealed class ClientProtocol : TlsClientProtocol
    {
        protected override void RefuseRenegotiation() =>
            throw new TlsFatalAlert(AlertDescription.no_renegotiation, "the server asked for another handshake");
    }

    private sealed class Session(TlsClientProtocol protocol, RecordLayer records, TlsFacts facts) : ITlsSession
    {
        public TlsFacts Facts => facts;

        public Stream Stream { get; } = new ApplicationStream(protocol, records);

        public Task CloseAsync(CancellationToken deadline)
        {
            protocol.Close();
            return records.FlushAsync(deadline);
        }

        public void Dispose() => Stream.Dispose();
    }
}
