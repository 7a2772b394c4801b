using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using PgSsl.Connections;
using PgSsl.Wire;

namespace PgSsl.Sql;

/// <summary>
/// The stream of a connection on which SCRAM has just begun: it looks at the number of iterations in the server's first message before the driver
/// does (RFC 5802, 5.1, "i"). A client works for each of them, and cannot stop in between.
/// </summary>
internal sealed class ScramLimit(Stream inner, ConnectionHost host) : Stream
{
    // The type, the length and the code of the request (protocol-message-formats.html, AuthenticationSASLContinue).
    private const int HeaderLength = 9;
    private const int SaslContinue = 11;
    private const int LongestMessage = 1 << 14;

    private readonly List<byte> _message = [];
    private bool _isChecked;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        Look(buffer.Span[..read]);
        return read;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        int read = inner.Read(buffer);
        Look(buffer[..read]);
        return read;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush() => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <summary>Looks at the bytes until the first message is complete. The driver does not get its last byte before it is found good.</summary>
    private void Look(ReadOnlySpan<byte> bytes)
    {
        if (_isChecked)
            return;
        _message.AddRange(bytes[..Math.Min(bytes.Length, LongestMessage)]);
        if (_message.Count < HeaderLength)
            return;
        Span<byte> message = CollectionsMarshal.AsSpan(_message);
        if (message[0] != 'R' || BinaryPrimitives.ReadInt32BigEndian(message[5..]) != SaslContinue)
        {
            // An error ends the login. Anything else here is not SCRAM (password, md5), or the driver refuses it. A notice would be skipped.
            _isChecked = message[0] != 'N' ? true : throw Unexpected(host, "a notice in the middle of a SCRAM login");
            return;
        }
        int length = BinaryPrimitives.ReadInt32BigEndian(message[1..]) + 1;
        if (length is < HeaderLength or > LongestMessage)
            throw Unexpected(host, "a SCRAM message of an impossible length");
        if (message.Length < length)
            return;
        Check(Encoding.UTF8.GetString(message[HeaderLength..length]));
        _isChecked = true;
    }

    private void Check(string serverFirst)
    {
        foreach (string attribute in serverFirst.Split(',').Where(attribute => attribute.StartsWith("i=", StringComparison.Ordinal)))
        {
            if (!int.TryParse(attribute.AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture, out int iterations)
                || iterations is 0 or > ScramBounds.MostIterations)
            {
                throw new PgSslException(
                    PgSslError.UnexpectedAnswer,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{host} demands more than {ScramBounds.MostIterations:N0} iterations of SCRAM-SHA-256, and would keep a processor busy."),
                    "If it is your server, lower scram_iterations there and set the role's password again; if not, find out what answers there.");
            }
        }
    }

    /// <summary>The server sent something that no PostgreSQL sends.</summary>
    internal static PgSslException Unexpected(ConnectionHost host, string what) => new(
        PgSslError.UnexpectedAnswer, $"{host} sent {what}, which no PostgreSQL does.", "Find out what answers there: it may not be PostgreSQL.");
}
