namespace PgSsl.Hosting;

/// <summary>A cmdlet whose work ends when the user stops the pipeline.</summary>
public abstract class CancellableCmdlet : PgCmdlet, IDisposable
{
    private readonly CancellationTokenSource _stop = new();

    /// <summary>Cancelled when the user stops the pipeline.</summary>
    protected CancellationToken Stopped => _stop.Token;

    /// <summary>Waits for work that is done on another thread, so that nothing depends on this one.</summary>
    protected T Wait<T>(Func<CancellationToken, Task<T>> work) => Task.Run(() => work(Stopped), Stopped).GetAwaiter().GetResult();

    /// <inheritdoc/>
    protected override void StopProcessing() => _stop.Cancel();

    /// <summary>Ends what is under way.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends what is under way.</summary>
    protected virtual void Dispose(bool disposing) => _stop.Dispose();
}
