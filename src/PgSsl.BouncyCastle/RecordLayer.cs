using Org.BouncyCastle.Tls;

namespace PgSsl.PortableTls;

/// <summary>
/// Moves records between a connection and BouncyCastle's protocol, which has no input or output of its own then, and so never blocks. One record at a
/// time: what a server sends behind its last handshake message must not look like a failure of the handshake.
/// </summary>
internal sealed class RecordLayer(Stream plain, TlsProtocol protocol)
{
    private const int HeaderLength = 5;

    // The server should learn why; nobody waits long for that.
    private static readonly TimeSpan MaxFarewell = TimeSpan.FromMilliseconds(250);

    private readonly byte[] _header = new byte[HeaderLength];

    /// <summary>Receives a record, lets the protocol process it, and sends what that answers.</summary>
    /// <returns>False where the connection has ended between two records.</returns>
    /// <exception cref="TlsException">An alert, of one side or the other; the server has been told.</exception>
    public async Task<bool> ReceiveAsync(CancellationToken deadline)
    {
        int count = await plain.ReadAtLeastAsync(_header, HeaderLength, throwOnEndOfStream: false, deadline).ConfigureAwait(false);
        if (count == 0)
            return false;
        if (count < HeaderLength)
            throw new EndOfStreamException("The connection ended inside of a TLS record.");
        try
        {
            // What is no TLS shows here, before its length is believed.
            byte[] record = new byte[protocol.PreviewInputRecord(_header).RecordSize];
            _header.CopyTo(record, 0);
            await plain.ReadExactlyAsync(record.AsMemory(HeaderLength), deadline).ConfigureAwait(false);
            protocol.OfferInput(record);
        }
        catch (TlsException)
        {
            await FlushQuietlyAsync(deadline).ConfigureAwait(false);
            throw;
        }
        await FlushAsync(deadline).ConfigureAwait(false);
        return true;
    }

    /// <summary>Sends what the protocol has to say.</summary>
    public async Task FlushAsync(CancellationToken deadline)
    {
        byte[] output = new byte[protocol.GetAvailableOutputBytes()];
        if (output.Length == 0)
            return;
        protocol.ReadOutput(output, 0, output.Length);
        await plain.WriteAsync(output, deadline).ConfigureAwait(false);
    }

    private async Task FlushQuietlyAsync(CancellationToken deadline)
    {
        try
        {
            await FlushAsync(deadline).WaitAsync(MaxFarewell, deadline).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or TimeoutException or OperationCanceledException)
        {
            // The alert that is being thrown says more.
        }
    }
}
