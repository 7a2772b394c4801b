using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;

namespace PgSsl.Hosting;

/// <summary>
/// How far the work on many servers is, and how long it will still take. What is done within two seconds shows nothing.
/// </summary>
/// <param name="activity">What is done.</param>
/// <param name="items">What it is done to, in the plural.</param>
internal sealed class WorkProgress(string activity, string items = "servers")
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly int _id = activity.GetHashCode(StringComparison.Ordinal) & int.MaxValue;
    private readonly long _start = Stopwatch.GetTimestamp();
    private TimeSpan _next = Quiet;
    private bool _isShown;

    /// <summary>What to show at this moment; null if it is too early, or too soon after the last time.</summary>
    /// <param name="done">How many servers are done.</param>
    /// <param name="known">How many there are, as far as is known.</param>
    /// <param name="isAll">Whether that is all of them: without it, nobody knows how long it will take.</param>
    /// <param name="step">What is done at this moment, where servers are taken one by one; null where they are not.</param>
    public ProgressRecord? Now(int done, int known, bool isAll, string? step = null)
    {
        TimeSpan elapsed = Stopwatch.GetElapsedTime(_start);
        if (elapsed < _next)
            return null;
        _next = elapsed + Pause;
        _isShown = true;
        string counted = string.Create(CultureInfo.InvariantCulture, $"{done} of {known}{(isAll ? "" : " or more")} {items}");
        var record = new ProgressRecord(_id, activity, step is null ? counted : known > 1 ? $"{step} ({counted})" : step);
        if (step is not null && known <= 1)
            return record;
        if (isAll && known > 0)
            record.PercentComplete = 100 * Math.Min(done, known) / known;
        // Servers are asked side by side, so one that is done says little yet.
        if (isAll && done > 0)
            record.SecondsRemaining = (int)Math.Ceiling(elapsed.TotalSeconds * Math.Max(0, known - done) / done);
        return record;
    }

    /// <summary>What takes it from the screen; null if nothing was shown.</summary>
    public ProgressRecord? End()
    {
        if (!_isShown)
            return null;
        _isShown = false;
        return new ProgressRecord(_id, activity, "done") { RecordType = ProgressRecordType.Completed };
    }
}
