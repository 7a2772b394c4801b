using PgSsl.Server;

namespace PgSsl.Tests;

/// <summary>A session in which something happens before a statement, once; the statement itself is run, or is not.</summary>
internal sealed class HookedSession(IServerSession inner, string statement, Func<Task> hook, bool runs = true) : SessionWrapper(inner)
{
    private bool _isDone;

    public override async Task<IReadOnlyList<SqlRow>> QueryAsync(
        string sql, IReadOnlyList<object?>? parameters = null, CancellationToken cancellationToken = default)
    {
        if (!_isDone && sql.Contains(statement, StringComparison.Ordinal))
        {
            _isDone = true;
            await hook();
            if (!runs)
                return [];
        }
        return await Inner.QueryAsync(sql, parameters, cancellationToken);
    }
}
