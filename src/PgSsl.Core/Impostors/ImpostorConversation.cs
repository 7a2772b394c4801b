using System.Security.Authentication;
using PgSsl.Wire;

namespace PgSsl.Impostors;

/// <summary>
/// One connection, as an impostor leads it: it goes along with the client until that has said who it is, and ends then. It never asks for a secret:
/// <see cref="ServerMessages"/> has nothing to ask with.
/// </summary>
/// <param name="impostor">Which impostor.</param>
/// <param name="identity">What it serves; null if it has no TLS.</param>
/// <param name="tls">Who makes handshakes.</param>
/// <param name="steps">Where to note what the client does.</param>
internal sealed class ImpostorConversation(Impostor impostor, TlsServerIdentity? identity, ITlsServer tls, ClientSteps steps)
{
    // GSSENCRequest, SSLRequest, StartupMessage; and a few more for clients that ask again.
    private const int MaxPackets = 6;
    private const byte HandshakeRecord = 22;
    private const string InvalidAuthorization = "28000";
    private const string Farewell = "This was a self-test of the client by PgSsl (Test-PgClientVerification). No server is here.";

    private static readonly TimeSpan MaxFarewell = TimeSpan.FromSeconds(1);

    /// <summary>Leads it to its end.</summary>
    /// <param name="connection">The connection; the caller closes it.</param>
    /// <param name="deadline">Ends it at once.</param>
    public async Task LeadAsync(BoundedStream connection, CancellationToken deadline)
    {
        try
        {
            await TalkAsync(connection, isEncrypted: false, deadline).ConfigureAwait(false);
        }
        catch (Exception exception)
            when (exception is IOException or AuthenticationException or OperationCanceledException or ObjectDisposedException)
        {
            steps.WasCutOff = connection.IsExhausted || deadline.IsCancellationRequested;
        }
    }

    private async Task TalkAsync(Stream stream, bool isEncrypted, CancellationToken deadline)
    {
        for (int count = 0; count < MaxPackets; count++)
        {
            byte[] word = new byte[ClientPacket.LengthSize];
            if (!await TryFillAsync(stream, word, deadline).ConfigureAwait(false))
                return;
            if (stream is BoundedStream plain && count == 0 && word[0] == HandshakeRecord)
            {
                steps.BeganWithTls = true;
                // As a server of PostgreSQL without TLS: it closes.
                if (identity is not null)
                    await EncryptAsync(plain, word, deadline).ConfigureAwait(false);
                return;
            }
            if (ClientPacket.LengthOf(word) is not { } length)
            {
                steps.SentSomethingElse = true;
                return;
            }
            byte[] bytes = new byte[length];
            word.CopyTo(bytes, 0);
            if (!await TryFillAsync(stream, bytes.AsMemory(word.Length), deadline).ConfigureAwait(false))
                return;
            ClientPacket packet = ClientPacket.Read(bytes);
            switch (packet.Kind)
            {
                case ClientPacketKind.GssEncRequest:
                    steps.AskedForGssapi = true;
                    await SendAsync(stream, [(byte)'N'], deadline).ConfigureAwait(false);
                    break;
                case ClientPacketKind.SslRequest when !isEncrypted:
                    steps.AskedForTls = true;
                    if (impostor.Kind == ImpostorKind.ErrorAnswer)
                    {
                        await EndAsync(stream, deadline).ConfigureAwait(false);
                        return;
                    }
                    if (identity is not null)
                    {
                        await SendAsync(stream, [(byte)'S'], deadline).ConfigureAwait(false);
                        await EncryptAsync((BoundedStream)stream, default, deadline).ConfigureAwait(false);
                        return;
                    }
                    await SendAsync(stream, [(byte)'N'], deadline).ConfigureAwait(false);
                    break;
                case ClientPacketKind.StartupMessage:
                    steps.Parameters = packet.Parameters;
                    (steps.StartedInTls, steps.StartedInPlaintext) = (isEncrypted, !isEncrypted);
                    await LogInAsync(stream, isEncrypted, deadline).ConfigureAwait(false);
                    return;
                case ClientPacketKind.CancelRequest:
                    return;
                default:
                    steps.SentSomethingElse = true;
                    return;
            }
        }
    }

    private async Task EncryptAsync(BoundedStream plain, ReadOnlyMemory<byte> begun, CancellationToken deadline)
    {
        plain.Forget();
        plain.Return(begun);
        using ITlsServerSession session = tls.Accept(plain, identity!);
        try
        {
            await session.HandshakeAsync(deadline).ConfigureAwait(false);
            await TalkAsync(session.Stream, isEncrypted: true, deadline).ConfigureAwait(false);
            await session.CloseAsync(deadline).ConfigureAwait(false);
        }
        finally
        {
            steps.Hello = ClientHello.Read(plain.Kept);
            (steps.Alert, steps.OwnAlert) = (session.Received, session.Sent);
            (steps.CompletedHandshake, steps.Protocol) = (session.IsComplete, session.Protocol);
        }
    }

    /// <summary>
    /// Offers SCRAM, and ends after the first answer. The genuine server offers to bind the login to the TLS connection, an impostor never: it has
    /// another certificate than the server that it would have to relay to.
    /// </summary>
    private async Task LogInAsync(Stream stream, bool isEncrypted, CancellationToken deadline)
    {
        await SendAsync(stream, ServerMessages.OfferScram(isEncrypted && impostor.IsGenuine), deadline).ConfigureAwait(false);
        byte[] header = new byte[SaslInitialResponse.HeaderLength];
        if (!await TryFillAsync(stream, header, deadline).ConfigureAwait(false))
            return;
        if (SaslInitialResponse.LengthOf(header) is not { } length)
            return;
        byte[] body = new byte[length - sizeof(int)];
        if (await TryFillAsync(stream, body, deadline).ConfigureAwait(false))
            steps.Login = SaslInitialResponse.Read(body);
        await EndAsync(stream, deadline).ConfigureAwait(false);
    }

    /// <summary>Says that this was a test, and lets the client end: whoever closes first may take the message away from it.</summary>
    private static async Task EndAsync(Stream stream, CancellationToken deadline)
    {
        await SendAsync(stream, ServerMessages.Refuse(InvalidAuthorization, Farewell), deadline).ConfigureAwait(false);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(deadline);
        patience.CancelAfter(MaxFarewell);
        try
        {
            byte[] rest = new byte[1024];
            while (await stream.ReadAsync(rest, patience.Token).ConfigureAwait(false) > 0)
            {
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // What matters has been noted.
        }
    }

    private static async Task SendAsync(Stream stream, byte[] message, CancellationToken deadline) =>
        await stream.WriteAsync(message, deadline).ConfigureAwait(false);

    /// <summary>Reads as much as fits.</summary>
    /// <returns>False where the connection ended before.</returns>
    private static async Task<bool> TryFillAsync(Stream stream, Memory<byte> buffer, CancellationToken deadline) =>
        await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, deadline).ConfigureAwait(false) == buffer.Length;
}
