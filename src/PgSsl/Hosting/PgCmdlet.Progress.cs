using System.Management.Automation;
using PgSsl.Changes;

namespace PgSsl.Hosting;

/// <content>Waiting for work, and showing what it does.</content>
public abstract partial class PgCmdlet
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(250);

    private WorkProgress? _progress;
    private string _step = "";
    private int _begun;
    private int _known;

    /// <summary>Runs work on another thread and waits for it. The pipeline thread may belong to a host that never runs continuations on it.</summary>
    /// <remarks>What takes long shows what it does: its item among others, and the step of a change.</remarks>
    private protected T Wait<T>(Func<CancellationToken, Task<T>> work)
    {
        _step = ChangeStep.Reading;
        Task<T> task = Task.Run(
            () =>
            {
                ChangeStep.Tell(step => Volatile.Write(ref _step, step));
                return work(Stopped);
            },
            Stopped);
        // Where nobody looks (a job, a runbook), nothing is shown.
        if (Host.UI?.SupportsVirtualTerminal == true)
            Watch(task);
        return task.GetAwaiter().GetResult();
    }

    /// <summary>The same for work that blocks its thread. It must not write anything.</summary>
    private protected T Wait<T>(Func<T> work) => Wait(_ => Task.FromResult(work()));

    /// <summary>Items that are worked on one by one: progress counts them.</summary>
    private protected IEnumerable<T> Counted<T>(IReadOnlyCollection<T> items)
    {
        _known += items.Count;
        foreach (T item in items)
        {
            _begun++;
            yield return item;
        }
    }

    private void Watch(Task task)
    {
        _progress ??= new WorkProgress(MyInvocation.MyCommand.Name);
        try
        {
            while (Task.WaitAny([task], Glance) < 0 && !Stopped.IsCancellationRequested)
                if (_progress.Now(Math.Max(0, _begun - 1), _known, !MyInvocation.ExpectingInput, Volatile.Read(ref _step)) is { } shown)
                    WriteProgress(shown);
            if (_progress.End() is { } end && !Stopped.IsCancellationRequested)
                WriteProgress(end);
        }
        catch (RuntimeException)
        {
            // The pipeline was stopped, or $ProgressPreference says so. A change that is under way is waited for nevertheless.
        }
    }
}
