namespace PgSsl.Changes;

/// <summary>
/// A change that is made, proven, and undone if it cannot be proven: files, or a server's settings, together with the server that uses them.
/// An object is used once.
/// </summary>
internal abstract class ProvenChange
{
    private readonly List<Proof> _proofs = [];

    /// <summary>What changes, as the subject of a sentence: <c>/etc/postgresql/15/main/pg_hba.conf</c>.</summary>
    protected abstract string Subject { get; }

    /// <summary>What to do by hand if the old state could not be restored.</summary>
    protected abstract string RemedyByHand { get; }

    /// <summary>Makes the change.</summary>
    /// <exception cref="PgSslException">It could not be made; nothing is changed.</exception>
    protected abstract Task WriteAsync(CancellationToken cancellationToken);

    /// <summary>Has the server load the change, and checks whether it did.</summary>
    /// <exception cref="Exception">It did not, or that cannot be seen: then the change is undone.</exception>
    protected abstract Task ProveAsync(CancellationToken cancellationToken);

    /// <summary>Restores what <see cref="WriteAsync"/> changed. It cannot be cancelled: half a change is worse than a wait.</summary>
    /// <exception cref="PgSslException">It could not be restored; the message says what each file holds.</exception>
    protected abstract Task PutBackAsync();

    /// <summary>Has the server load the old state again, and checks whether it did.</summary>
    /// <exception cref="PgSslException">It did not.</exception>
    protected abstract Task ProveOldAsync();

    /// <summary>Adds a proof.</summary>
    protected void Add(Proof proof) => _proofs.Add(proof);

    /// <summary>Adds a proof of something that was seen.</summary>
    protected void AddProven(string name, string detail) => Add(new Proof(name, ProofState.Proven, detail));

    /// <summary>Adds that something could not be seen, and why.</summary>
    protected void AddNotMade(string name, string detail) => Add(new Proof(name, ProofState.NotMade, detail));

    /// <summary>Makes the change and proves it, or undoes it.</summary>
    /// <returns>What was proven, and what could not be.</returns>
    /// <exception cref="PgSslException">
    /// The errors of <see cref="WriteAsync"/>; <see cref="PgSslError.ChangeNotProven"/>: everything was undone;
    /// <see cref="PgSslError.FileNotRestored"/>: it could not be undone, and the message says what each file holds.
    /// </exception>
    /// <exception cref="OperationCanceledException">The caller cancelled, and everything was undone.</exception>
    protected async Task<IReadOnlyList<Proof>> RunAsync(CancellationToken cancellationToken)
    {
        await WriteAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await ProveAsync(cancellationToken).ConfigureAwait(false);
            return [.. _proofs];
        }
        catch (Exception failure)
        {
            await UndoAsync(failure).ConfigureAwait(false);
            if (failure is OperationCanceledException)
                throw;
            throw new PgSslException(
                PgSslError.ChangeNotProven,
                $"{Subject} was restored, because the change could not be proven: {failure.Message}",
                (failure as PgSslException)?.Remedy ?? "The server's log says what was wrong with the change.",
                failure);
        }
    }

    private async Task UndoAsync(Exception failure)
    {
        try
        {
            await PutBackAsync().ConfigureAwait(false);
        }
        catch (Exception problem) when (problem is PgSslException or IOException or UnauthorizedAccessException)
        {
            throw NotPutBack(failure, problem, "");
        }
        try
        {
            await ProveOldAsync().ConfigureAwait(false);
        }
        catch (PgSslException problem)
        {
            throw NotPutBack(failure, problem, $" {Subject} was restored, but the server may still be using other settings.");
        }
    }

    private PgSslException NotPutBack(Exception failure, Exception problem, string state) => new(
        PgSslError.FileNotRestored,
        $"The change could not be proven ({failure.Message}), and could not be undone completely: {problem.Message}{state}",
        RemedyByHand,
        failure);
}
