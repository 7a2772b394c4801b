using System.Diagnostics;
using System.Net.Sockets;
using PgSsl.Files;

namespace PgSsl.Impostors;

/// <summary>
/// Plays one impostor after the other at the same place. Whatever connects there is bounded: in number, bytes and time. Between two impostors, every
/// connection is closed at once.
/// </summary>
internal sealed class ImpostorServer : IAsyncDisposable
{
    /// <summary>How many connections are led at one impostor: a client comes two or three times.</summary>
    public const int MaxConnections = 16;

    /// <summary>How many bytes a client may send on one connection: ClientHello and StartupMessage have two thousand.</summary>
    public const int MaxBytes = 64 * 1024;

    // The account of a connection is looked up in a table of the system; nobody shall make that a burden.
    private const int MaxLooks = 200;

    // A client that has ended leaves nothing open; one that still waits for an answer gets none any more.
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(1500);
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(700);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly ImpostorPlace _place;
    private readonly ImpostorAuthority _authority;
    private readonly ITlsServer _tls;
    private readonly uint? _account;
    private readonly CancellationTokenSource _end = new();
    private readonly Task[] _accepting;
    private volatile Scene? _scene;

    /// <summary>Begins to listen.</summary>
    /// <param name="place">Where; it is closed with the server.</param>
    /// <param name="authority">Who issues the certificates.</param>
    /// <param name="tls">Who makes handshakes.</param>
    /// <param name="account">The account whose connections are led, with root's; null for every account of this machine.</param>
    public ImpostorServer(ImpostorPlace place, ImpostorAuthority authority, ITlsServer tls, uint? account)
    {
        (_place, _authority, _tls, _account) = (place, authority, tls, account);
        _accepting = [.. place.Listeners.Select(listener => Task.Run(() => AcceptAsync(listener)))];
    }

    /// <summary>Begins to play an impostor.</summary>
    /// <param name="impostor">Which one.</param>
    /// <param name="timeout">When all its connections end.</param>
    public void Begin(Impostor impostor, TimeSpan timeout)
    {
        TlsServerIdentity? identity = impostor.HasTls ? _authority.IdentityOf(impostor.Kind) : null;
        _scene = new Scene(impostor, identity, timeout, _end.Token);
    }

    /// <summary>Waits until a client has come and gone, or the time is over.</summary>
    public async Task WaitForClientAsync(CancellationToken cancellationToken)
    {
        Scene scene = _scene!;
        while (!scene.IsOver && !scene.IsQuietFor(Quiet))
            await Task.Delay(Pause, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends the impostor, and tells what the client did.</summary>
    public async Task<ClientAttempt> EndAsync(CancellationToken cancellationToken)
    {
        Scene scene = _scene!;
        long start = Stopwatch.GetTimestamp();
        while (scene.IsBusy && Stopwatch.GetElapsedTime(start) < Grace)
            await Task.Delay(Pause, cancellationToken).ConfigureAwait(false);
        _scene = null;
        return await scene.CloseAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        _place.Dispose();
        await Task.WhenAll(_accepting).ConfigureAwait(false);
        if (_scene is { } scene)
            await scene.CloseAsync().ConfigureAwait(false);
        _end.Dispose();
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                Socket socket = await listener.AcceptSocketAsync(_end.Token).ConfigureAwait(false);
                if (_scene is not { } scene || !scene.TryAdd(socket, _account, _tls))
                    socket.Dispose();
            }
            catch (Exception exception) when (exception is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // A client that had gone again, or the end.
            }
        }
    }

    /// <summary>One impostor, from its begin to its end.</summary>
    private sealed class Scene(Impostor impostor, TlsServerIdentity? identity, TimeSpan timeout, CancellationToken end)
    {
        private readonly CancellationTokenSource _deadline = Deadline(timeout, end);
        private readonly long _start = Stopwatch.GetTimestamp();
        private readonly List<ClientSteps> _steps = [];
        private readonly List<Task> _conversations = [];
        private int _open;
        private int _looks;
        private int _strangers;
        private int _surplus;
        private long _lastChange = Stopwatch.GetTimestamp();

        public bool IsOver => _deadline.IsCancellationRequested;

        public bool IsBusy
        {
            get
            {
                lock (_steps)
                    return _open > 0;
            }
        }

        public bool IsQuietFor(TimeSpan time)
        {
            lock (_steps)
                return _steps.Count > 0 && _open == 0 && Stopwatch.GetElapsedTime(_lastChange) >= time;
        }

        /// <returns>False where it is not to be led; the caller closes it.</returns>
        public bool TryAdd(Socket socket, uint? account, ITlsServer tls)
        {
            if (Interlocked.Increment(ref _looks) > MaxLooks)
                return Count(ref _surplus);
            uint? its = SocketPeer.UserOf(socket);
            if (account is not null && its is not null && its != account && its != 0)
                return Count(ref _strangers);
            lock (_steps)
            {
                if (_steps.Count == MaxConnections || IsOver)
                    return Count(ref _surplus);
                var steps = new ClientSteps { Number = _steps.Count + 1, Account = its };
                _steps.Add(steps);
                _open++;
                _conversations.Add(Task.Run(() => LeadAsync(socket, steps, tls)));
                return true;
            }
        }

        public async Task<ClientAttempt> CloseAsync()
        {
            await _deadline.CancelAsync().ConfigureAwait(false);
            Task[] conversations;
            lock (_steps)
                conversations = [.. _conversations];
            await Task.WhenAll(conversations).ConfigureAwait(false);
            _deadline.Dispose();
            lock (_steps)
                return new ClientAttempt(impostor, [.. _steps])
                {
                    Strangers = _strangers, Surplus = _surplus, Duration = Stopwatch.GetElapsedTime(_start),
                };
        }

        private async Task LeadAsync(Socket socket, ClientSteps steps, ITlsServer tls)
        {
            try
            {
                socket.NoDelay = true;
                var stream = new BoundedStream(new NetworkStream(socket, ownsSocket: true), MaxBytes);
                await using (stream.ConfigureAwait(false))
                    await new ImpostorConversation(impostor, identity, tls, steps).LeadAsync(stream, _deadline.Token).ConfigureAwait(false);
            }
            finally
            {
                socket.Dispose();
                lock (_steps)
                {
                    _open--;
                    _lastChange = Stopwatch.GetTimestamp();
                }
            }
        }

        private static bool Count(ref int counter)
        {
            Interlocked.Increment(ref counter);
            return false;
        }

        private static CancellationTokenSource Deadline(TimeSpan timeout, CancellationToken end)
        {
            var deadline = CancellationTokenSource.CreateLinkedTokenSource(end);
            deadline.CancelAfter(timeout);
            return deadline;
        }
    }
}
