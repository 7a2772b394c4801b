using System.Diagnostics;
using PgSsl.Connections;

namespace PgSsl.Server.Live;

/// <summary>
/// The session of an undo. An undo must not depend on the session of the change: a timeout, an administrator, a restart or the driver may have ended
/// it. Then another one is opened with the same server, which may take a while to start. Statements of an undo can be repeated without harm.
/// </summary>
/// <param name="live">The server that was changed.</param>
internal sealed class UndoSession(LiveServer live) : IServerSession
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private IServerSession? _own;
    private PgSslException? _failure;

    /// <summary>Whether the session of the change was lost.</summary>
    public bool IsReopened => _own is not null;

    /// <inheritdoc/>
    public ConnectionHost Host => live.Session.Host;

    /// <inheritdoc/>
    public ServerVersion ServerVersion => live.Session.ServerVersion;

    /// <inheritdoc/>
    public SessionTransport Transport => live.Session.Transport;

    /// <inheritdoc/>
    public bool IsPooled => live.Session.IsPooled;

    /// <inheritdoc/>
    public uint? PeerUser => live.Session.PeerUser;

    /// <inheritdoc/>
    public string UserName => live.Session.UserName;

    /// <inheritdoc/>
    public string Database => live.Session.Database;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<SqlRow>> QueryAsync(
        string sql, IReadOnlyList<object?>? parameters = null, CancellationToken cancellationToken = default)
    {
        if (_failure is not null)
            throw _failure;
        try
        {
            return await (_own ?? live.Session).QueryAsync(sql, parameters, cancellationToken).ConfigureAwait(false);
        }
        catch (PgSslException lost) when (live.Reopen is not null && IsGone(lost.Error))
        {
            await ReopenAsync().ConfigureAwait(false);
            return await _own!.QueryAsync(sql, parameters, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Has the postmaster read its files again: by SQL or, if nobody can log in, by a signal.</summary>
    /// <exception cref="PgSslException">The postmaster could not be told.</exception>
    public async Task ReloadAsync()
    {
        try
        {
            await QueryAsync("SELECT pg_reload_conf()").ConfigureAwait(false);
        }
        catch (PgSslException) when (ServerDisk.TryHangUp(live))
        {
            // The signal is what pg_reload_conf() sends.
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_own is not null)
            await _own.DisposeAsync().ConfigureAwait(false);
    }

    private async Task ReopenAsync()
    {
        await DisposeAsync().ConfigureAwait(false);
        _own = null;
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            IServerSession? session = null;
            try
            {
                session = await live.Reopen!(CancellationToken.None).ConfigureAwait(false);
                await DemandSameAsync(session).ConfigureAwait(false);
                _own = session;
                return;
            }
            catch (PgSslException failure)
            {
                if (session is not null)
                    await session.DisposeAsync().ConfigureAwait(false);
                if (!MayComeBack(failure.Error) || Stopwatch.GetElapsedTime(start) >= live.UndoTimeout)
                {
                    _failure = failure;
                    throw;
                }
            }
            await Task.Delay(Pause).ConfigureAwait(false);
        }
    }

    /// <summary>A name, or an address that moves, may lead to another server by now. A restart leaves the data directory and its files.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.ServerElsewhere"/>.</exception>
    private async Task DemandSameAsync(IServerSession session)
    {
        LiveServer now = await LiveServer.OfAsync(session, live.Settings, live.Timeout, CancellationToken.None).ConfigureAwait(false);
        bool isSameStart = now.StartTime is not null && now.StartTime == live.StartTime;
        bool isSamePlace = now.DataDirectory is not null && now.DataDirectory == live.DataDirectory;
        if (!isSameStart && !(isSamePlace && now.FilesAreHere == live.FilesAreHere))
            throw new PgSslException(
                PgSslError.ServerElsewhere, $"Another server than the one that was changed answers at {Host} now.",
                "Connect to the server that was changed.");
    }

    private static bool IsGone(PgSslError error) => error is PgSslError.ConnectionClosed or PgSslError.ConnectionTimedOut;

    private static bool MayComeBack(PgSslError error) => IsGone(error)
        || error is PgSslError.ConnectionRefused or PgSslError.ConnectionFailed or PgSslError.ServerNotReady;
}
