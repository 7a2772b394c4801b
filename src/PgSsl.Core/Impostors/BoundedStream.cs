using PgSsl.Common;

namespace PgSsl.Impostors;

/// <summary>A connection with a stranger: it ends after so many bytes, and keeps the first of them, in which the ClientHello is.</summary>
/// <param name="inner">The connection.</param>
/// <param name="limit">How many bytes may be received.</param>
internal sealed class BoundedStream(Stream inner, int limit) : DuplexStream
{
    private const int MostKept = 20_000;

    private readonly MemoryStream _kept = new();
    private ReadOnlyMemory<byte> _returned;
    private int _received;

    /// <summary>Whether the limit was reached.</summary>
    public bool IsExhausted => _received >= limit;

    /// <summary>What was received first, from the last <see cref="Forget"/> on.</summary>
    public ReadOnlySpan<byte> Kept => _kept.GetBuffer().AsSpan(0, (int)_kept.Length);

    /// <summary>Keeps what comes from now on.</summary>
    public void Forget() => _kept.SetLength(0);

    /// <summary>Puts bytes back: they are read again.</summary>
    public void Return(ReadOnlyMemory<byte> bytes) => _returned = bytes;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count = Math.Min(buffer.Length, _returned.Length);
        if (count > 0)
        {
            _returned[..count].CopyTo(buffer);
            _returned = _returned[count..];
        }
        else
        {
            if (IsExhausted)
                throw new IOException("The client sends too much.");
            count = await inner.ReadAsync(buffer[..Math.Min(buffer.Length, limit - _received)], cancellationToken).ConfigureAwait(false);
            _received += count;
        }
        if (_kept.Length < MostKept)
            _kept.Write(buffer.Span[..count]);
        return count;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        inner.WriteAsync(buffer, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _kept.Dispose();
        base.Dispose(disposing);
    }
}
