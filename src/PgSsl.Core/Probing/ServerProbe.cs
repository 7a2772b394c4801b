using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using PgSsl.Connections;
using PgSsl.Wire;

namespace PgSsl.Probing;

/// <summary>
/// Makes one connection, as far as it is asked to, and reports what was seen. It accepts any certificate: others judge it. It sends no
/// password, so an impostor learns nothing but the names of a role and a database.
/// </summary>
internal static class ServerProbe
{
    private const string ApplicationName = "PgSsl";

    // The result is known: whoever waits for it should not wait long for the farewell.
    private static readonly TimeSpan MaxCloseTime = TimeSpan.FromMilliseconds(250);

    /// <summary>Makes the connection.</summary>
    /// <param name="request">To which server, over which transport, and how far.</param>
    /// <param name="cancellationToken">Ends the probe at once.</param>
    /// <returns>What was seen. If something went wrong, it is in <see cref="ConnectionFacts.Failure"/>.</returns>
    /// <exception cref="OperationCanceledException">The caller cancelled. Nothing else is thrown.</exception>
    public static async Task<ConnectionFacts> ConnectAsync(ProbeRequest request, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(request.Timeout);
        TlsStack stack = request.Stack ?? TlsChoice.First(isOpenSsl: !OperatingSystem.IsWindows() && !OperatingSystem.IsMacOS(), request);
        (ConnectionFacts facts, Exception? failure) = await AttemptAsync(request, stack, deadline.Token).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        facts = facts with { PlatformFailure = request.ClientCertificate?.PlatformFailure };
        if (request.Stack is null && stack == TlsStack.Platform && facts.Stage == ProbeStage.TlsAccepted
            && failure is not null && TlsChoice.MayBeLimit(request, failure))
        {
            PgSslException? ofPlatform = facts.Failure;
            (facts, _) = await AttemptAsync(request, TlsStack.Portable, deadline.Token).ConfigureAwait(false);
            facts = facts with { PlatformFailure = ofPlatform };
            cancellationToken.ThrowIfCancellationRequested();
        }
        return facts with { Duration = Stopwatch.GetElapsedTime(start) };
    }

    private static async Task<(ConnectionFacts Facts, Exception? Failure)> AttemptAsync(
        ProbeRequest request, TlsStack stack, CancellationToken deadline)
    {
        var probe = new Probe(request, stack);
        try
        {
            await probe.RunAsync(deadline).ConfigureAwait(false);
            return (probe.Facts, null);
        }
        catch (Exception exception)
        {
            return (probe.Facts with { Failure = ProbeFailures.Explain(exception, probe.Facts) }, exception);
        }
    }

    /// <summary>Looks up a host's addresses, in the order the resolver gives them.</summary>
    /// <param name="host">The server; a <c>hostaddr</c> needs no look-up.</param>
    /// <param name="timeout">For the look-up.</param>
    /// <param name="cancellationToken">Ends the look-up at once.</param>
    /// <exception cref="PgSslException"><see cref="PgSslError.HostNotFound"/> or <see cref="PgSslError.ConnectionTimedOut"/>.</exception>
    public static async Task<IReadOnlyList<IPAddress>> ResolveAsync(ConnectionHost host, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var request = new ProbeRequest(host, Transport.Plaintext, timeout);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(timeout);
        try
        {
            return await LookUpAsync(host, deadline.Token).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw ProbeFailures.Explain(exception, new ConnectionFacts(request, ProbeStage.None));
        }
    }

    private static Task<IPAddress[]> LookUpAsync(ConnectionHost host, CancellationToken cancellationToken)
    {
        string name = host.HostAddress ?? host.Host;
        return IPAddress.TryParse(name, out IPAddress? literal)
            ? Task.FromResult<IPAddress[]>([literal])
            : Dns.GetHostAddressesAsync(name, cancellationToken);
    }

    /// <summary>A connection while it is made. Each step adds to <see cref="Facts"/>, so a failure keeps what was seen before.</summary>
    private sealed class Probe(ProbeRequest request, TlsStack stack)
    {
        public ConnectionFacts Facts { get; set; } = new(request, ProbeStage.None);

        public async Task RunAsync(CancellationToken deadline)
        {
            using Socket socket = await ConnectAsync(deadline).ConfigureAwait(false);
            var plain = new NetworkStream(socket);
            if (request.Transport == Transport.Plaintext)
            {
                await TalkAsync(plain, deadline).ConfigureAwait(false);
                return;
            }

            byte[] accepted = request.Negotiation == SslNegotiation.Postgres
                ? await AskForTlsAsync(plain, deadline).ConfigureAwait(false)
                : [(byte)'S'];
            Facts = Facts with { Stage = ProbeStage.TlsAccepted };

            using ITlsSession tls = await HandshakeAsync(plain, accepted, deadline).ConfigureAwait(false);
            if (SslRequest.Injected(accepted) is { } stuffed)
                throw stuffed;
            await TalkAsync(tls.Stream, deadline).ConfigureAwait(false);
            await CloseAsync(tls, deadline).ConfigureAwait(false);
        }

        private async Task<ITlsSession> HandshakeAsync(Stream plain, byte[] accepted, CancellationToken deadline)
        {
            try
            {
                ITlsSession tls = await TlsClients.Get(stack).HandshakeAsync(plain, request, deadline).ConfigureAwait(false);
                if (TlsHandshake.LacksApplicationProtocol(tls.Facts.ApplicationProtocol, request.Negotiation))
                {
                    tls.Dispose();
                    throw ProbeFailures.DirectTlsWithoutAlpn();
                }
                Facts = Facts with { Tls = tls.Facts };
                return tls;
            }
            catch (Exception failure) when (SslRequest.Injected(accepted, failure) is { } injected)
            {
                throw injected;
            }
        }

        private static async Task CloseAsync(ITlsSession tls, CancellationToken deadline)
        {
            try
            {
                await tls.CloseAsync(deadline).WaitAsync(MaxCloseTime, deadline).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is IOException or TimeoutException or InvalidOperationException)
            {
                // The server was quicker. Everything that was wanted is known.
            }
        }

        private async Task<Socket> ConnectAsync(CancellationToken deadline)
        {
            bool isUnixSocket = request.Host.IsUnixSocket;
            IPAddress[] addresses = isUnixSocket ? []
                : request.Address is { } given ? [given]
                : await LookUpAsync(request.Host, deadline).ConfigureAwait(false);
            for (int i = 0; ; i++)
            {
                EndPoint endPoint = isUnixSocket
                    ? UnixSocketPath.EndPointOf(request.Host)
                    : new IPEndPoint(addresses[i], request.Host.Port);
                var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, isUnixSocket ? ProtocolType.Unspecified : ProtocolType.Tcp);
                try
                {
                    long start = Stopwatch.GetTimestamp();
                    await socket.ConnectAsync(endPoint, deadline).ConfigureAwait(false);
                    if (!isUnixSocket)
                    {
                        socket.NoDelay = true;
                        Facts = Facts with { Address = addresses[i] };
                    }
                    Facts = Facts with { Stage = ProbeStage.Connected, ConnectTime = Stopwatch.GetElapsedTime(start) };
                    return socket;
                }
                catch (Exception exception)
                {
                    socket.Dispose();
                    // Like libpq: the next address behind the name may answer.
                    if (exception is not SocketException || i >= addresses.Length - 1)
                        throw;
                }
            }
        }

        private static async Task<byte[]> AskForTlsAsync(Stream stream, CancellationToken deadline)
        {
            await stream.WriteAsync(SslRequest.Message, deadline).ConfigureAwait(false);
            // The answer is one byte. If more has come at the same time, that is evidence.
            byte[] buffer = new byte[64];
            int count = await stream.ReadAsync(buffer, deadline).ConfigureAwait(false);
            if (count == 0)
                throw ProbeFailures.Closed("after the SSLRequest");

            switch (SslRequest.ReadAnswer(buffer.AsSpan(0, count)))
            {
                case SslResponse.NotOffered:
                    throw ProbeFailures.TlsNotOffered();
                case SslResponse.Error:
                    throw ProbeFailures.RejectedSslRequest(
                        await ReadAnswerAsync(stream, buffer.AsMemory(0, count), deadline).ConfigureAwait(false));
                default:
                    return buffer[..count];
            }
        }

        private Task TalkAsync(Stream stream, CancellationToken deadline)
        {
            Facts = Facts with { Stage = ProbeStage.TransportReady };
            return request.UserName is { } userName ? TalkAsync(stream, userName, deadline) : Task.CompletedTask;
        }

        private async Task TalkAsync(Stream stream, string userName, CancellationToken deadline)
        {
            byte[] startup = StartupMessage.Encode(userName, request.Database, ApplicationName);
            await SendAsync(stream, startup, deadline).ConfigureAwait(false);
            StartupAnswer answer = await ReadAnswerAsync(stream, default, deadline).ConfigureAwait(false);
            Facts = Facts with { Stage = ProbeStage.Answered, Answer = answer };

            // If no authentication is needed, the session is open now and gets a Terminate. In any other state the connection is just
            // closed, as libpq does: the server would log a Terminate as a protocol error.
            if (answer is StartupAnswer.Admitted { Method: "none" })
                await stream.WriteAsync(Terminate, deadline).ConfigureAwait(false);
        }

        // A server that has closed the connection already has said why: with TLS 1.3, by the alert that refuses the client certificate. As libpq
        // does, it is read (fe-misc.c, pqSendSome; fe-secure.c, pqsecure_raw_write).
        private static async Task SendAsync(Stream stream, byte[] message, CancellationToken deadline)
        {
            try
            {
                await stream.WriteAsync(message, deadline).ConfigureAwait(false);
            }
            catch (IOException)
            {
            }
        }

        private static readonly byte[] Terminate = [(byte)'X', 0, 0, 0, 4];

        private static async Task<StartupAnswer> ReadAnswerAsync(Stream stream, ReadOnlyMemory<byte> alreadyRead, CancellationToken deadline)
        {
            byte[] buffer = new byte[512];
            alreadyRead.CopyTo(buffer);
            int length = alreadyRead.Length;
            while (true)
            {
                if (BackendMessages.ReadStartupAnswer(buffer.AsSpan(0, length)) is { } answer)
                    return answer;
                if (length == buffer.Length)
                    Array.Resize(ref buffer, Math.Min(buffer.Length * 4, BackendMessages.MaxAnswerLength));
                int count = await stream.ReadAsync(buffer.AsMemory(length), deadline).ConfigureAwait(false);
                if (count == 0)
                    throw ProbeFailures.Closed("before it answered the startup message");
                length += count;
            }
        }
    }
}
