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

    /// <summary>What to do if the old state was restored, but may not be in use.</summary>
    protected virtual string RemedyForReload =>
        "Connect again and run SELECT pg_reload_conf(), or run pg_ctl reload on its machine. Then check what the server does.";

    /// <summary>What the undo left behind, as a sentence; null for nothing.</summary>
    protected virtual string? Leftovers => null;

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
    /// The errors of <see cref="WriteAsync"/>; <see cref="PgSslError.ChangeNotProven"/>: everything was undone, and the server was seen to use the
    /// old state; <see cref="PgSslError.UndoNotProven"/>: everything was undone, but the server may not use it yet;
    /// <see cref="PgSslError.FileNotRestored"/>: it could not be undone, and the message says what each file holds.
    /// </exception>
    /// <exception cref="OperationCanceledException">The caller cancelled, and everything was undone.</exception>
    protected async Task<IReadOnlyList<Proof>> RunAsync(CancellationToken cancellationToken)
    {
        ChangeStep.Write();
        await WriteAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ChangeStep.Prove();
            await ProveAsync(cancellationToken).ConfigureAwait(false);
            return [.. _proofs];
        }
        catch (Exception failure)
        {
            ChangeStep.Undo();
            await UndoAsync(failure).ConfigureAwait(false);
            if (failure is OperationCanceledException)
                throw;
            throw new PgSslException(
                PgSslError.ChangeNotProven,
                Sentences($"{Subject} was restored, because the change could not be proven: {failure.Message}", Leftovers),
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
        catch (Exception problem)
        {
            throw new PgSslException(
                PgSslError.FileNotRestored,
                Sentences($"The change could not be proven ({failure.Message}), and could not be undone completely: {problem.Message}", Leftovers),
                RemedyByHand, failure);
        }
        try
        {
            await ProveOldAsync().ConfigureAwait(false);
        }
        catch (Exception problem)
        {
            throw new PgSslException(
                PgSslError.UndoNotProven,
                Sentences(
                    $"{Subject} was restored, because the change could not be proven ({failure.Message}), but it was not seen that the " +
                    $"server uses the old state again: {problem.Message}",
                    Leftovers),
                RemedyForReload, failure);
        }
    }

    private static string Sentences(string first, string? second) => second is null ? first : $"{first} {second}";
}
