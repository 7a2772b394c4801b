using PgSsl.Common;

namespace PgSsl.Tests.Common;

[Fast]
public class PollTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_looks_until_it_sees_what_it_waits_for()
    {
        int looks = 0;
        Assert.Equal(
            3, await Poll.UntilAsync(TimeSpan.FromMinutes(1), () => Task.FromResult(++looks), seen => seen == 3, Cancellation, new FastClock()));
    }

    [Fact]
    public async Task After_the_time_it_returns_what_it_saw_last()
    {
        int looks = 0;
        int seen = await Poll.UntilAsync(TimeSpan.FromSeconds(1), () => Task.FromResult(++looks), _ => false, Cancellation, new FastClock());
        Assert.Equal(looks, seen);
        Assert.Equal(21, looks);
    }

    [Fact]
    public async Task Without_any_time_it_looks_once()
    {
        int looks = 0;
        await Poll.UntilAsync(TimeSpan.Zero, () => Task.FromResult(++looks), _ => false, Cancellation, new FastClock());
        Assert.Equal(1, looks);
    }

    [Fact]
    public async Task The_caller_can_end_the_wait()
    {
        using var source = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Poll.UntilAsync(
            TimeSpan.FromMinutes(1),
            async () =>
            {
                await source.CancelAsync();
                return 0;
            },
            _ => false, source.Token));
    }

    /// <summary>A clock on which every delay is over at once, and has taken its time.</summary>
    private sealed class FastClock : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _now += dueTime.Ticks;
            ThreadPool.UnsafeQueueUserWorkItem(_ => callback(state), null);
            return new NoTimer();
        }

        private sealed class NoTimer : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
