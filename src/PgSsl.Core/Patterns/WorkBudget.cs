namespace PgSsl.Patterns;

/// <summary>Limits what one match may cost. When it is spent, everything returns an empty result, which must not be used.</summary>
internal sealed class WorkBudget(long limit)
{
    private long _left = limit;

    internal bool IsSpent => _left < 0;

    internal bool TrySpend(int steps)
    {
        if (_left >= 0)
            _left -= steps;
        return _left >= 0;
    }
}
