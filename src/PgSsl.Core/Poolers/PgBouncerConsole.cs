using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using PgSsl.Files;
using PgSsl.Wire;

namespace PgSsl.Poolers;

/// <summary>
/// Reloads PgBouncer through its admin console, the database pgbouncer. The console knows only the simple query protocol (admin.c), which
/// Npgsql does not use. So this class implements as much of it as one command needs. It uses only addresses of this machine, where pgbouncer.ini
/// is: the Unix-domain socket, or the loopback address, with TLS if PgBouncer demands it.
/// </summary>
/// <param name="endPoint">The socket, or a loopback address.</param>
/// <param name="peer">Whose program may answer there.</param>
/// <param name="transport">How it is reached over TCP.</param>
/// <param name="rules">How it may ask for a password.</param>
/// <param name="userName">A role of admin_users.</param>
/// <param name="password">Returns its password, and is called only if PgBouncer asks for it; null where there is none.</param>
/// <param name="timeout">For all of it.</param>
internal sealed class PgBouncerConsole(
    EndPoint endPoint, ConsolePeer peer, ConsoleTransport transport, ConsoleRules rules, string userName, Func<string?>? password, TimeSpan timeout)
    : IPgBouncerReload
{
    private const string Database = "pgbouncer";
    private const int LongestMessage = 1 << 20;

    // pgbouncer(5), unix_socket_dir
    private const string DefaultSocketDirectory = "/tmp";

    /// <inheritdoc/>
    public string Means => $"RELOAD in the admin console at {endPoint}";

    /// <summary>The console of a configuration: over its socket, or else over the loopback address.</summary>
    /// <param name="ini">The configuration.</param>
    /// <param name="userName">A role of admin_users.</param>
    /// <param name="password">See the constructor.</param>
    /// <param name="timeout">For all of it.</param>
    /// <exception cref="PgSslException">
    /// <see cref="PgSslError.UnsupportedParameter"/>: it can be reached in neither way. <see cref="PgSslError.UntrustedPeer"/>: the socket
    /// belongs to somebody else.
    /// </exception>
    public static PgBouncerConsole Of(PgBouncerIni ini, string userName, Func<string?>? password, TimeSpan timeout)
    {
        var peer = new ConsolePeer(PgBouncerAccount.Of(ini));
        var rules = ConsoleRules.Of(ini, userName);
        var transport = new ConsoleTransport(ini);
        // An empty value switches the socket off; one that begins with @ has no file.
        string directory = ini.Find("unix_socket_dir")?.Value ?? DefaultSocketDirectory;
        string socket = $"{directory}/.s.PGSQL.{ini.Port}";
        if (directory.StartsWith('/') && File.Exists(socket))
        {
            if (!peer.MayOwn(socket))
                throw peer.Stranger($"The socket {socket}", UnixStatus.OfTarget(socket).Owner.UserId);
            return new PgBouncerConsole(new UnixDomainSocketEndPoint(socket), peer, transport, rules, userName, password, timeout);
        }
        IPAddress? loopback = ini.Listens.Select(listen => Loopback(listen.Host)).FirstOrDefault(address => address is not null);
        if (!transport.DemandsCertificate && loopback is not null)
            return new PgBouncerConsole(new IPEndPoint(loopback, ini.Port), peer, transport, rules, userName, password, timeout);
        throw new PgSslException(
            PgSslError.UnsupportedParameter,
            $"The admin console of {ini.Path} cannot be reached from here: there is no Unix-domain socket, and " +
            (loopback is null ? "it listens at no loopback address." : "client_tls_sslmode demands a certificate of each client."),
            ReloadAdvice.WithoutConsole(OperatingSystem.IsWindows()));
    }

    private static IPAddress? Loopback(string host) =>
        host == "localhost" ? IPAddress.Loopback
        : IPAddress.TryParse(host, out IPAddress? address) && IPAddress.IsLoopback(address) ? address : null;

    /// <inheritdoc/>
    public Task CheckAsync(CancellationToken cancellationToken) => RunAsync(null, cancellationToken);

    /// <inheritdoc/>
    public Task ReloadAsync(CancellationToken cancellationToken) => RunAsync("RELOAD", cancellationToken);

    // Only roles in admin_users and stats_users may log in, and those in stats_users may not reload (admin.c, admin_pre_login).
    private async Task RunAsync(string? command, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(timeout);
        try
        {
            ProtocolType protocol = endPoint is IPEndPoint ? ProtocolType.Tcp : ProtocolType.Unspecified;
            using var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, protocol);
            await socket.ConnectAsync(endPoint, deadline.Token).ConfigureAwait(false);
            if (endPoint is not IPEndPoint)
                peer.Check(socket, $"The socket {endPoint}");
            await using var plain = new NetworkStream(socket);
            bool Check() => peer.Check(socket, $"What listens at {endPoint}");
            (Stream stream, bool isPgBouncer) = endPoint is IPEndPoint
                ? await transport.OpenAsync(plain, Check, deadline.Token).ConfigureAwait(false)
                : (plain, false);
            await stream.WriteAsync(StartupMessage.Encode(userName, Database, "PgSsl"), deadline.Token).ConfigureAwait(false);
            var login = new ConsoleLogin(userName, password, rules, () => isPgBouncer || Check());
            await login.AnswerAsync(
                type => ReceiveAsync(stream, type, deadline.Token),
                (type, body) => SendAsync(stream, type, body, deadline.Token)).ConfigureAwait(false);
            await ReceiveUntilReadyAsync(stream, deadline.Token).ConfigureAwait(false);
            if (command is not null)
            {
                await SendAsync(stream, 'Q', Encoding.ASCII.GetBytes(command + '\0'), deadline.Token).ConfigureAwait(false);
                await ReceiveUntilReadyAsync(stream, deadline.Token).ConfigureAwait(false);
            }
            await SendAsync(stream, 'X', [], deadline.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is SocketException or IOException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new PgSslException(
                failure is OperationCanceledException ? PgSslError.ConnectionTimedOut : PgSslError.ConnectionFailed,
                $"The admin console at {endPoint} does not answer: {failure.Message}",
                "Check whether PgBouncer runs, and where it listens.",
                failure);
        }
    }

    private static async Task ReceiveUntilReadyAsync(Stream stream, CancellationToken deadline)
    {
        while ((await ReceiveAsync(stream, null, deadline).ConfigureAwait(false)).Type != 'Z')
        {
            // Parameters, notices, CommandComplete.
        }
    }

    /// <summary>The next message of a type, or of any type.</summary>
    private static async Task<(char Type, byte[] Body)> ReceiveAsync(Stream stream, char? expected, CancellationToken deadline)
    {
        while (true)
        {
            byte[] header = new byte[5];
            await stream.ReadExactlyAsync(header, deadline).ConfigureAwait(false);
            (char type, int length) = ((char)header[0], BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(1)) - 4);
            if (length is < 0 or > LongestMessage)
                throw new PgSslException(
                    PgSslError.NotPostgreSql, "The program that listens there does not use the PostgreSQL protocol.",
                    "Check unix_socket_dir, listen_addr and listen_port.");
            byte[] body = new byte[length];
            await stream.ReadExactlyAsync(body, deadline).ConfigureAwait(false);
            if (type == 'E')
                throw Refused(header, body);
            if (expected is null || type == expected)
                return (type, body);
        }
    }

    // Older PgBouncers use the SQLSTATE 08P01 for every refusal; their messages are always in English.
    private static PgSslException Refused(byte[] header, byte[] body) =>
        BackendMessages.ReadStartupAnswer([.. header, .. body]) is StartupAnswer.Refused refused
            ? new PgSslException(
                refused.SqlState == "28P01" || refused.Message.Contains("authentication failed", StringComparison.Ordinal)
                    ? PgSslError.AuthenticationFailed : PgSslError.ConnectionRejected,
                $"The admin console of PgBouncer says: {refused.Message.TrimEnd('.')}.",
                "PgBouncer's log says more. The role must be in admin_users, and in auth_file.")
            : new PgSslException(PgSslError.ConnectionRejected, "The admin console of PgBouncer refuses the login.", "PgBouncer's log says why.");

    private static async Task SendAsync(Stream stream, char type, byte[] body, CancellationToken deadline)
    {
        byte[] message = new byte[5 + body.Length];
        message[0] = (byte)type;
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), 4 + body.Length);
        body.CopyTo(message, 5);
        await stream.WriteAsync(message, deadline).ConfigureAwait(false);
    }
}
