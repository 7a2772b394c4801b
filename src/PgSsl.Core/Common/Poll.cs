namespace PgSsl.Common;

/// <summary>Waits for something that cannot say when it is ready, by looking again and again.</summary>
internal static class Poll
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// Looks until it sees the expected state or the time is over; at least once, and not again after the time. The clock is monotonic: nobody
    /// sets it in between.
    /// </summary>
    /// <param name="timeout">How long to look.</param>
    /// <param name="look">Looks once.</param>
    /// <param name="isDone">Whether it is the expected state.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="time">The clock; the system's if null.</param>
    /// <returns>What was seen last, expected or not.</returns>
    public static async Task<T> UntilAsync<T>(
        TimeSpan timeout, Func<Task<T>> look, Func<T, bool> isDone, CancellationToken cancellationToken, TimeProvider? time = null)
    {
        time ??= TimeProvider.System;
        long start = time.GetTimestamp();
        while (true)
        {
            T seen = await look().ConfigureAwait(false);
            if (isDone(seen) || time.GetElapsedTime(start) >= timeout)
                return seen;
            await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
        }
    }
}
