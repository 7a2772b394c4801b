using PgSsl.Server;

namespace PgSsl.Tests;

/// <summary>A session in which something happens before a statement, once; the statement itself is run, or is not.</summary>
internal sealed class HookedSession(IServerSession inner, string statement, Func<Task> hook, bool runs = true) : IServerSession
{
    private bool _isDone;

    public Connections.ConnectionHost Host => inner.Host;

    public ServerVersion ServerVersion => inner.ServerVersion;

    public SessionTransport Transport => inner.Transport;

    public string UserName => inner.UserName;

    public uint? PeerUser => inner.PeerUser;

    public string Database => inner.Database;

    public bool IsPooled => inner.IsPooled;

    public async Task<IReadOnlyList<SqlRow>> QueryAsync(
        string sql, IReadOnlyList<object?>? parameters = null, CancellationToken cancellationToken = default)
    {
        if (!_isDone && sql.Contains(statement, StringComparison.Ordinal))
        {
            _isDone = true;
            await hook();
            if (!runs)
                return [];
        }
        return await inner.QueryAsync(sql, parameters, cancellationToken);
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
