using PgSsl.Server;

namespace PgSsl.Tests;

/// <summary>A session that is another one, except for its statements.</summary>
internal abstract class SessionWrapper(IServerSession inner) : IServerSession
{
    public Connections.ConnectionHost Host => Inner.Host;

    public ServerVersion ServerVersion => Inner.ServerVersion;

    public SessionTransport Transport => Inner.Transport;

    public string UserName => Inner.UserName;

    public uint? PeerUser { get; init; } = inner.PeerUser;

    public string Database => Inner.Database;

    public bool IsPooled => Inner.IsPooled;

    protected IServerSession Inner { get; } = inner;

    public abstract Task<IReadOnlyList<SqlRow>> QueryAsync(
        string sql, IReadOnlyList<object?>? parameters = null, CancellationToken cancellationToken = default);

    public ValueTask DisposeAsync() => Inner.DisposeAsync();
}
