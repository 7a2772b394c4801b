using Org.BouncyCastle.Tls;
using PgSsl.Common;

namespace PgSsl.PortableTls;

/// <summary>What travels inside of TLS once the handshake is done.</summary>
internal sealed class ApplicationStream(TlsProtocol protocol, RecordLayer records) : DuplexStream
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            while (protocol.ApplicationDataAvailable == 0)
            {
                if (protocol.IsClosed || !await records.ReceiveAsync(cancellationToken).ConfigureAwait(false))
                    return 0;
            }
            return protocol.ReadApplicationData(buffer.Span);
        }
        catch (TlsException exception)
        {
            throw Alerts.AfterHandshake(exception);
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        protocol.WriteApplicationData(buffer.Span);
        await records.FlushAsync(cancellationToken).ConfigureAwait(false);
    }
}
