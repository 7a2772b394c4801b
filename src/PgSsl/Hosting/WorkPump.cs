using System.Runtime.ExceptionServices;
using System.Threading.Channels;

namespace PgSsl.Hosting;

/// <summary>
/// Runs jobs on worker threads while the pipeline goes on, and brings what they want from PowerShell (an object, an error, a verbose line)
/// back to the pipeline thread: PowerShell accepts it from no other. Only <see cref="PostAsync"/> may be called from another thread.
/// </summary>
/// <param name="throttleLimit">How many jobs run at a time.</param>
/// <param name="stopped">Ends all jobs.</param>
/// <remarks>
/// At most <c>throttleLimit</c> jobs run, and what they post waits in a bounded channel. So memory does not grow with the input, and a slow
/// consumer slows the workers. If a pipeline ends early (<c>Select-Object -First</c>, <c>-ErrorAction Stop</c>), PowerShell only throws an
/// exception out of WriteObject or WriteError. It ends the workers here.
/// </remarks>
internal sealed class WorkPump(int throttleLimit, CancellationToken stopped) : IDisposable
{
    private const int MaxWaitingActions = 64;

    // A null action says that a job has ended.
    private readonly Channel<Action?> _actions = Channel.CreateBounded<Action?>(MaxWaitingActions);
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(stopped);
    private readonly MemoryBound _memory = new();
    private int _running;
    private bool _ended;

    /// <summary>Starts a job as soon as fewer than the limit are running. Until then, runs what the other jobs have posted.</summary>
    /// <param name="job">It posts through <see cref="PostAsync"/>, and ends soon after its token is cancelled.</param>
    public void Start(Func<CancellationToken, Task> job) => EndAllOnFailure(() =>
    {
        while (_actions.Reader.TryRead(out Action? action))
            Do(action);
        while (_running >= throttleLimit)
            DoNext();
        _running++;
        _ = Task.Run(() => RunAsync(job));
    });

    /// <summary>Runs what the jobs post until the last job has ended.</summary>
    public void Finish() => EndAllOnFailure(() =>
    {
        while (_running > 0)
            DoNext();
    });

    /// <summary>Called by a job: runs <paramref name="action"/> on the pipeline thread. Waits while too many actions are waiting.</summary>
    public ValueTask PostAsync(Action action, CancellationToken cancellationToken) => _actions.Writer.WriteAsync(action, cancellationToken);

    /// <summary>Ends all jobs and waits for them.</summary>
    public void Dispose()
    {
        if (_ended)
            return;
        _stop.Cancel();
        while (_running > 0)
        {
            // Nobody takes what they still post.
            if (_actions.Reader.ReadAsync().AsTask().GetAwaiter().GetResult() is null)
                _running--;
        }
        _ended = true;
        _stop.Dispose();
    }

    private async Task RunAsync(Func<CancellationToken, Task> job)
    {
        try
        {
            await job(_stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
        catch (Exception exception)
        {
            // A job reports expected failures itself. This is a defect, and must not be lost on a worker thread.
            await _actions.Writer.WriteAsync(ExceptionDispatchInfo.Capture(exception).Throw).ConfigureAwait(false);
        }
        finally
        {
            await _actions.Writer.WriteAsync(null).ConfigureAwait(false);
        }
    }

    private void DoNext() => Do(_actions.Reader.ReadAsync(_stop.Token).AsTask().GetAwaiter().GetResult());

    private void Do(Action? action)
    {
        if (action is not null)
        {
            action();
            return;
        }
        _running--;
        _memory.Check();
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
            throw;
        }
    }
}
