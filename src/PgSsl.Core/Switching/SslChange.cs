using PgSsl.Changes;
using PgSsl.Files;
using PgSsl.Server;
using PgSsl.Server.Configuration;

namespace PgSsl.Switching;

/// <summary>A change of the parameters of TLS, proven on the wire where there is a server, and put back where it cannot be.</summary>
/// <param name="prover">Sees what the server makes of it; null where none is asked.</param>
internal abstract class SslChange(SslProver? prover) : ProvenChange
{
    /// <summary>The file that changes.</summary>
    public abstract string Path { get; }

    /// <summary>The parameters that get another value.</summary>
    public abstract IReadOnlyList<ParameterChange> Changes { get; }

    /// <summary>The change as it is shown: statements, or the difference of two files.</summary>
    public abstract IReadOnlyList<string> Diff { get; }

    /// <summary>Whether everything is as it should be already.</summary>
    public abstract bool IsNoChange { get; }

    /// <summary>The old content of the file; none before the change, and where there is no file.</summary>
    public virtual IReadOnlyList<string> Backups => [];

    /// <summary>Files that could not be replaced in one step.</summary>
    public virtual IReadOnlyList<string> WrittenInPlace => [];

    /// <inheritdoc/>
    protected override string Subject => Path;

    /// <inheritdoc/>
    protected override string RemedyByHand =>
        "Put it right by hand: the old settings, SELECT pg_reload_conf(), and see what the server serves (Get-PgServerCertificate) before you close your sessions.";

    /// <summary>Makes the change and proves it; where nothing is to be changed, looks whether the server is as it should be.</summary>
    /// <exception cref="PgSslException">See <see cref="ProvenChange.RunAsync"/>.</exception>
    public async Task<IReadOnlyList<Proof>> ApplyAsync(CancellationToken cancellationToken)
    {
        if (prover is not null)
            await prover.RememberAsync(cancellationToken).ConfigureAwait(false);
        return await RunAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override async Task ProveAsync(CancellationToken cancellationToken)
    {
        if (prover is null)
        {
            AddNotMade("Reload", "no server was asked (-Endpoint): it goes by the new settings after SELECT pg_reload_conf().");
            AddNotMade("Wire", "no server was asked (-Endpoint).");
            return;
        }
        foreach (Proof proof in await prover.ProveAsync(!IsNoChange, cancellationToken).ConfigureAwait(false))
            Add(proof);
    }

    /// <inheritdoc/>
    protected override Task ProveOldAsync() => prover?.ProveOldAsync() ?? Task.CompletedTask;
}

/// <summary>By ALTER SYSTEM, which writes postgresql.auto.conf on whatever machine the server is.</summary>
/// <param name="plan">The statements.</param>
/// <param name="session">Runs them.</param>
/// <param name="prover">Sees what the server makes of it.</param>
internal sealed class AlterSystemChange(AlterSystemPlan plan, IServerSession session, SslProver prover) : SslChange(prover)
{
    private readonly Stack<AlterSystemStep> _done = [];

    /// <inheritdoc/>
    public override string Path => plan.Path;

    /// <inheritdoc/>
    public override IReadOnlyList<ParameterChange> Changes => plan.Changes;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Diff => plan.Statements;

    /// <inheritdoc/>
    public override bool IsNoChange => plan.Steps.Count == 0;

    /// <inheritdoc/>
    protected override string RemedyByHand => $"{base.RemedyByHand} The old settings come with: {string.Join("; ", plan.Steps.Select(step => step.Undo))}.";

    /// <inheritdoc/>
    protected override async Task WriteAsync(CancellationToken cancellationToken)
    {
        foreach (AlterSystemStep step in plan.Steps)
        {
            try
            {
                await session.QueryAsync(step.Statement, null, cancellationToken).ConfigureAwait(false);
                _done.Push(step);
            }
            catch (Exception failure)
            {
                // Nobody has reloaded yet: the file is all there is to put back. What was cancelled may have been done.
                _done.Push(step);
                await PutBackAfterAsync(failure).ConfigureAwait(false);
                throw;
            }
        }
    }

    private async Task PutBackAfterAsync(Exception failure)
    {
        try
        {
            await PutBackAsync().ConfigureAwait(false);
        }
        catch (PgSslException problem)
        {
            throw new PgSslException(
                PgSslError.FileNotRestored, $"{Path} could not be written ({failure.Message}), and not put back: {problem.Message}", RemedyByHand, failure);
        }
    }

    /// <inheritdoc/>
    protected override async Task PutBackAsync()
    {
        while (_done.TryPop(out AlterSystemStep? step))
            await session.QueryAsync(step.Undo, null, CancellationToken.None).ConfigureAwait(false);
    }
}

/// <summary>In a configuration file of this machine's.</summary>
/// <param name="plan">The edit.</param>
/// <param name="prover">Sees what the server makes of it; null where none is asked.</param>
/// <param name="at">The time that the name of the backup carries.</param>
/// <param name="files">The file system; the real one if null.</param>
internal sealed class ConfigurationFileChange(ConfigurationPlan plan, SslProver? prover, DateTimeOffset at, IFileLayer? files = null) : SslChange(prover)
{
    // postgresql.conf may be a file that is mounted by itself; the server skips blank lines.
    private readonly ReversibleFiles _files =
        new([new FileEdit(plan.Path, plan.NewContent) { MayReplace = true, MayWriteInPlace = true, Expected = plan.OldContent }], at, files);

    /// <inheritdoc/>
    public override string Path => plan.Path;

    /// <inheritdoc/>
    public override IReadOnlyList<ParameterChange> Changes => plan.Changes;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Diff => plan.Diff;

    /// <inheritdoc/>
    public override bool IsNoChange => plan.IsNoChange;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Backups => _files.Written?.Backups ?? [];

    /// <inheritdoc/>
    public override IReadOnlyList<string> WrittenInPlace => _files.Written?.WrittenInPlace ?? [];

    /// <inheritdoc/>
    protected override Task WriteAsync(CancellationToken cancellationToken)
    {
        if (!IsNoChange)
            _files.Write();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    protected override Task PutBackAsync()
    {
        if (!IsNoChange)
            _files.PutBack();
        return Task.CompletedTask;
    }
}
