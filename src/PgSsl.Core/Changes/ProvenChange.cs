namespace PgSsl.Changes;

/// <summary>
/// A change that is made, proven, and put back where it cannot be proven: files, or a server's settings, together with the server that
/// goes by them. Used once.
/// </summary>
internal abstract class ProvenChange
{
    private readonly List<Proof> _proofs = [];

    /// <summary>What changes, as the subject of a sentence: <c>/etc/postgresql/15/main/pg_hba.conf</c>.</summary>
    protected abstract string Subject { get; }

    /// <summary>What somebody does by hand where the old state could not be brought back.</summary>
    protected abstract string RemedyByHand { get; }

    /// <summary>Makes the change.</summary>
    /// <exception cref="PgSslException">It could not be made, and nothing is changed.</exception>
    protected abstract Task WriteAsync(CancellationToken cancellationToken);

    /// <summary>Has the server take it over, and looks whether it did.</summary>
    /// <exception cref="Exception">It did not, or that cannot be told: the change is put back.</exception>
    protected abstract Task ProveAsync(CancellationToken cancellationToken);

    /// <summary>Puts back what <see cref="WriteAsync"/> has changed. Not cancelled by anything: half a change is worse than a wait.</summary>
    /// <exception cref="PgSslException">It could not; the message says what is where.</exception>
    protected abstract Task PutBackAsync();

    /// <summary>Has the server go by the old state again, and looks whether it does.</summary>
    /// <exception cref="PgSslException">It does not.</exception>
    protected abstract Task ProveOldAsync();

    /// <summary>Remembers what was seen.</summary>
    protected void Add(Proof proof) => _proofs.Add(proof);

    /// <summary>Remembers that something is so.</summary>
    protected void AddProven(string name, string detail) => Add(new Proof(name, ProofState.Proven, detail));

    /// <summary>Remembers that something could not be seen, and why.</summary>
    protected void AddNotMade(string name, string detail) => Add(new Proof(name, ProofState.NotMade, detail));

    /// <summary>Makes the change and proves it, or undoes it.</summary>
    /// <returns>What was seen to be so.</returns>
    /// <exception cref="PgSslException">
    /// The errors of <see cref="WriteAsync"/>; <see cref="PgSslError.ChangeNotProven"/>: all is as it was;
    /// <see cref="PgSslError.FileNotRestored"/>: it is not, and the message says what is where.
    /// </exception>
    /// <exception cref="OperationCanceledException">The caller cancelled, and all is as it was.</exception>
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
                $"{Subject} is as it was, because the change could not be proven: {failure.Message}",
                (failure as PgSslException)?.Remedy ?? "The server's log says what it made of the change.",
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
            throw NotPutBack(failure, problem, $" {Subject} is as it was; the server may go by something else.");
        }
    }

    private PgSslException NotPutBack(Exception failure, Exception problem, string state) => new(
        PgSslError.FileNotRestored,
        $"The change could not be proven ({failure.Message}), and not all of it could be undone: {problem.Message}{state}",
        RemedyByHand,
        failure);
}
