using System.Management.Automation;
using System.Runtime.ExceptionServices;
using System.Threading.Channels;

namespace PgSsl.Hosting;

/// <summary>
/// Runs jobs on worker threads while the pipeline goes on, and brings what they want from PowerShell (an object, an error, a verbose line)
/// back to the pipeline thread: PowerShell accepts it from no other. Only <see cref="PostAsync"/> may be called from another thread.
/// </summary>
/// <param name="throttleLimit">How many jobs run at a time.</param>
/// <param name="keepsOrder">Whether what a job posts waits until all earlier jobs have ended.</param>
/// <param name="stopped">Ends all jobs.</param>
/// <param name="watch">Called a few times a second, with the number of jobs that have ended, and whether the work is over.</param>
/// <remarks>
/// At most <c>throttleLimit</c> jobs run, and what they post waits in a bounded channel. So memory does not grow with the input, and a slow
/// consumer slows the workers. Where order is kept, no more than <see cref="MostAhead"/> jobs overtake a slow one. If a pipeline ends early
/// (<c>Select-Object -First</c>, <c>-ErrorAction Stop</c>), PowerShell only throws an exception out of WriteObject or WriteError. It ends the
/// workers here.
/// </remarks>
internal sealed class WorkPump(int throttleLimit, bool keepsOrder, CancellationToken stopped, Action<int, bool>? watch = null) : IDisposable
{
    private const int MaxWaitingActions = 64;
    private const int MostAhead = 1024;
    private const int WatchMilliseconds = 250;

    // A null action says that a job has ended.
    private readonly Channel<(Job Job, Action? Action)> _actions = Channel.CreateBounded<(Job, Action?)>(MaxWaitingActions);

    // The jobs whose turn is still to come, the one whose turn it is first; and which of them runs here. Only the pipeline thread uses the queue.
    private readonly Queue<Job> _turns = new();
    private readonly AsyncLocal<Job?> _current = new();
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(stopped);
    private readonly MemoryBound _memory = new();
    private int _running;
    private int _done;
    private bool _ended;

    /// <summary>Starts a job as soon as fewer than the limit are running. Until then, runs what the other jobs have posted.</summary>
    /// <param name="job">It posts through <see cref="PostAsync"/>, and ends soon after its token is cancelled.</param>
    public void Start(Func<CancellationToken, Task> job) => EndAllOnFailure(() =>
    {
        while (_actions.Reader.TryRead(out (Job, Action?) next))
            Do(next);
        while (_running >= throttleLimit || _turns.Count >= MostAhead)
            DoNext();
        _running++;
        var started = new Job();
        _turns.Enqueue(started);
        _ = Task.Run(() => RunAsync(started, job));
    });

    /// <summary>Runs an action on this thread when its turn has come, behind all jobs that were started before.</summary>
    public void Add(Action action) => EndAllOnFailure(() =>
    {
        var ended = new Job { HasEnded = true };
        ended.Waiting.Enqueue(action);
        _turns.Enqueue(ended);
        TakeTurns();
    });

    /// <summary>Runs what the jobs post until the last job has ended.</summary>
    public void Finish() => EndAllOnFailure(() =>
    {
        while (_running > 0)
            DoNext();
        watch?.Invoke(_done, true);
    });

    /// <summary>
    /// Called by a job: runs <paramref name="action"/> on the pipeline thread, when the job's turn has come. Waits while too many actions are
    /// waiting.
    /// </summary>
    public ValueTask PostAsync(Action action, CancellationToken cancellationToken) =>
        _actions.Writer.WriteAsync((_current.Value!, action), cancellationToken);

    /// <summary>The same, as soon as possible: for progress, which is worth nothing later.</summary>
    public ValueTask PostAtOnceAsync(Action action, CancellationToken cancellationToken) =>
        _actions.Writer.WriteAsync((Job.OfNoTurn, action), cancellationToken);

    /// <summary>Ends all jobs and waits for them.</summary>
    public void Dispose()
    {
        if (_ended)
            return;
        _stop.Cancel();
        while (_running > 0)
        {
            // Nobody takes what they still post.
            if (_actions.Reader.ReadAsync().AsTask().GetAwaiter().GetResult().Action is null)
                _running--;
        }
        _ended = true;
        _stop.Dispose();
    }

    private async Task RunAsync(Job job, Func<CancellationToken, Task> work)
    {
        _current.Value = job;
        try
        {
            await work(_stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
        catch (Exception exception)
        {
            // A job reports expected failures itself. This is a defect, and must not be lost on a worker thread.
            await _actions.Writer.WriteAsync((job, ExceptionDispatchInfo.Capture(exception).Throw)).ConfigureAwait(false);
        }
        finally
        {
            await _actions.Writer.WriteAsync((job, null)).ConfigureAwait(false);
        }
    }

    private void DoNext()
    {
        Task<(Job Job, Action? Action)> next = _actions.Reader.ReadAsync(_stop.Token).AsTask();
        while (watch is not null && Task.WaitAny([next], WatchMilliseconds) < 0)
            watch(_done, false);
        Do(next.GetAwaiter().GetResult());
    }

    private void Do((Job Job, Action? Action) next)
    {
        (Job job, Action? action) = next;
        if (action is null)
        {
            job.HasEnded = true;
            _running--;
            _done++;
            _memory.Check();
            watch?.Invoke(_done, false);
        }
        else if (!keepsOrder || job == Job.OfNoTurn)
        {
            action();
        }
        else
        {
            job.Waiting.Enqueue(action);
        }
        TakeTurns();
    }

    /// <summary>Runs what was waiting for its turn.</summary>
    private void TakeTurns()
    {
        while (_turns.TryPeek(out Job? first))
        {
            while (first.Waiting.TryDequeue(out Action? action))
                action();
            // Without order, a job that has ended does not wait for one that has not.
            if (keepsOrder && !first.HasEnded)
                return;
            _turns.Dequeue();
        }
    }

    private void EndAllOnFailure(Action work)
    {
        try
        {
            work();
        }
        catch
        {
            Dispose();
            EndWatch();
            throw;
        }
    }

    private void EndWatch()
    {
        try
        {
            watch?.Invoke(_done, true);
        }
        catch (PipelineStoppedException)
        {
            // PowerShell has cleared the screen.
        }
    }

    private sealed class Job
    {
        public static readonly Job OfNoTurn = new();

        public Queue<Action> Waiting { get; } = new();

        public bool HasEnded { get; set; }
    }
}
