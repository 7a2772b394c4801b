using PgSsl.Server;

namespace PgSsl.Tests;

/// <summary>A session in which one statement fails, or does nothing.</summary>
internal sealed class FaultySession(IServerSession inner, string statement, Exception? failure, int after = 0, bool isForGood = false)
    : SessionWrapper(inner)
{
    private int _left = after;

    /// <summary>Whether the statement fails from now on.</summary>
    public bool IsArmed { get; set; } = true;

    public override async Task<IReadOnlyList<SqlRow>> QueryAsync(
        string sql, IReadOnlyList<object?>? parameters = null, CancellationToken cancellationToken = default)
    {
        if (!IsArmed || !sql.Contains(statement, StringComparison.Ordinal) || _left-- > 0)
            return await Inner.QueryAsync(sql, parameters, cancellationToken);
        // Once only: what is undone afterwards must work.
        _left = isForGood ? 0 : int.MaxValue;
        return failure is null ? [] : throw failure;
    }
}
