using PgSsl.Changes;
using PgSsl.Common;
using PgSsl.Files;
using PgSsl.Server;
using PgSsl.Server.Configuration;
using PgSsl.Server.Live;
using PgSsl.Server.Settings;

namespace PgSsl.Switching;

/// <summary>A change of the parameters of TLS. If there is a server, it is proven on the wire, or undone.</summary>
/// <param name="prover">Sees what the server makes of it; null where none is asked.</param>
internal abstract class SslChange(SslProver? prover) : ProvenChange
{
    /// <summary>What is done before a reload without a change; it may throw.</summary>
    public Func<CancellationToken, Task>? BeforeBareReload { get; set; }

    /// <summary>What is missing in the proofs, so that the change is undone; null for nothing.</summary>
    public Func<IReadOnlyList<Proof>, PgSslException?>? FindLack { get; set; }

    /// <summary>The file that changes.</summary>
    public abstract string Path { get; }

    /// <summary>The parameters that get another value.</summary>
    public abstract IReadOnlyList<ParameterChange> Changes { get; }

    /// <summary>The change as it is shown: statements, or a diff of two files.</summary>
    public abstract IReadOnlyList<string> Diff { get; }

    /// <summary>Whether everything is as it should be already.</summary>
    public abstract bool IsNoChange { get; }

    /// <summary>The files with the old content; none before the change, and none for ALTER SYSTEM.</summary>
    public virtual IReadOnlyList<string> Backups => [];

    /// <summary>The files that are written; empty if the server writes them.</summary>
    public virtual IReadOnlyList<FileEdit> Files => [];

    /// <summary>Files that could not be replaced atomically and were overwritten.</summary>
    public virtual IReadOnlyList<string> WrittenInPlace => [];

    /// <inheritdoc/>
    protected override string Subject => Path;

    /// <inheritdoc/>
    protected override string RemedyByHand =>
        "Restore the old settings by hand, then SELECT pg_reload_conf(). Before you close your sessions, check with Get-PgServerCertificate " +
        "what the server serves.";

    /// <summary>Makes the change and proves it. If nothing is to be changed, it checks whether the server is as it should be.</summary>
    /// <exception cref="PgSslException">See <see cref="ProvenChange.RunAsync"/>.</exception>
    public async Task<IReadOnlyList<Proof>> ApplyAsync(CancellationToken cancellationToken)
    {
        if (prover is not null)
            await prover.RememberAsync(!IsNoChange, cancellationToken).ConfigureAwait(false);
        if (IsNoChange && prover?.Reloads == true && BeforeBareReload is { } before)
            await before(cancellationToken).ConfigureAwait(false);
        return await RunAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override async Task ProveAsync(CancellationToken cancellationToken)
    {
        if (prover is null)
        {
            AddNotMade("Reload", "no server was asked (-Endpoint): it will use the new settings after SELECT pg_reload_conf().");
            AddNotMade("Wire", "no server was asked (-Endpoint).");
            return;
        }
        IReadOnlyList<Proof> proofs = await prover.ProveAsync(cancellationToken).ConfigureAwait(false);
        if (!IsNoChange && FindLack?.Invoke(proofs) is { } lack)
            throw lack;
        foreach (Proof proof in proofs)
            Add(proof);
    }

    /// <inheritdoc/>
    protected override Task ProveOldAsync() => prover?.ProveOldAsync() ?? Task.CompletedTask;
}

/// <summary>A change by ALTER SYSTEM, which writes postgresql.auto.conf on the server's machine.</summary>
/// <param name="plan">The statements.</param>
/// <param name="live">The server.</param>
/// <param name="prover">Sees what the server makes of it.</param>
internal sealed class AlterSystemChange(AlterSystemPlan plan, LiveServer live, SslProver prover) : SslChange(prover)
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
    protected override string RemedyByHand => $"{base.RemedyByHand} These restore them: {string.Join("; ", plan.Steps.Select(step => step.Undo))}.";

    /// <inheritdoc/>
    protected override async Task WriteAsync(CancellationToken cancellationToken)
    {
        if (IsNoChange)
            return;
        await DemandPlannedStateAsync(cancellationToken).ConfigureAwait(false);
        foreach (AlterSystemStep step in plan.Steps)
        {
            // A statement that was cancelled, or whose answer was lost, may have been executed.
            _done.Push(step);
            try
            {
                await live.Session.QueryAsync(step.Statement, null, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception failure)
            {
                // Nothing was reloaded yet, so only the file has to be restored.
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
                PgSslError.FileNotRestored, $"{Path} could not be written ({failure.Message}), and not restored: {problem.Message}", RemedyByHand,
                failure);
        }
    }

    /// <summary>
    /// The undo of each statement is tried, whatever becomes of the others. What a statement did not change, or somebody else has changed since, is
    /// left as it is.
    /// </summary>
    protected override async Task PutBackAsync()
    {
        await using var undo = new UndoSession(live);
        IReadOnlyList<FileSetting>? now = null;
        var problems = new List<string>();
        try
        {
            now = await ServerTlsReader.ReadFileSettingsAsync(undo, CancellationToken.None).ConfigureAwait(false);
        }
        catch (PgSslException)
        {
            // The undo of each statement says why.
        }
        bool isAnyBack = false;
        while (_done.TryPop(out AlterSystemStep? step))
        {
            string? value = now is null ? step.Value : AlterSystemPlan.FindAutomatic(now, step.Name, plan.Path);
            if (value == step.Old)
            {
                // What the session was doing when it was lost may still be going on. The same statement again waits for it, and changes nothing.
                if (undo.IsReopened)
                    await TryAsync(() => undo.QueryAsync(step.Undo)).ConfigureAwait(false);
                continue;
            }
            if (value != step.Value)
            {
                problems.Add($"{step.Name} was set to {SqlQuoting.Literal(value ?? "")} by somebody else, and that is left as it is.");
                continue;
            }
            try
            {
                await undo.QueryAsync(step.Undo).ConfigureAwait(false);
                isAnyBack = true;
            }
            catch (PgSslException problem)
            {
                problems.Add($"{step.Name}: {problem.Message}");
            }
        }
        if (problems.Count == 0)
            return;
        if (isAnyBack)
            await TryAsync(undo.ReloadAsync).ConfigureAwait(false);
        throw new PgSslException(PgSslError.FileNotRestored, string.Join(" ", problems.Distinct()), RemedyByHand);
    }

    /// <summary>Throws if postgresql.auto.conf is not as it was when the change was planned.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.FileChanged"/>.</exception>
    private async Task DemandPlannedStateAsync(CancellationToken cancellationToken)
    {
        if (await ServerTlsReader.ReadFileSettingsAsync(live.Session, cancellationToken).ConfigureAwait(false) is { } now
            && plan.Steps.FirstOrDefault(step => AlterSystemPlan.FindAutomatic(now, step.Name, plan.Path) != step.Old) is { } other)
            throw new PgSslException(
                PgSslError.FileChanged, $"{other.Name} was changed in {Path} by somebody else in the meantime, so nothing was written.",
                "Run the command again: it starts from the present settings.");
    }

    private static async Task TryAsync(Func<Task> step)
    {
        try
        {
            await step().ConfigureAwait(false);
        }
        catch (PgSslException)
        {
            // It is done in addition.
        }
    }
}

/// <summary>A change of a configuration file on this machine.</summary>
/// <param name="plan">The edit.</param>
/// <param name="prover">Sees what the server makes of it; null where none is asked.</param>
/// <param name="at">The time in the name of the backup.</param>
/// <param name="files">The file system; the real one if null.</param>
internal sealed class ConfigurationFileChange(ConfigurationPlan plan, SslProver? prover, DateTimeOffset at, IFileLayer? files = null)
    : SslChange(prover)
{
    // postgresql.conf may be a mount point. Writing in place may leave blank lines at the end, which the server skips.
    private readonly ReversibleFiles _files =
        new([new FileEdit(plan.Path, plan.NewContent)
        {
            MayReplace = true, MayWriteInPlace = true, Expected = plan.OldContent, Kind = FileKind.Configuration,
        }], at, files);

    /// <inheritdoc/>
    public override string Path => plan.Path;

    /// <inheritdoc/>
    public override IReadOnlyList<ParameterChange> Changes => plan.Changes;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Diff => plan.Diff;

    /// <inheritdoc/>
    public override bool IsNoChange => plan.IsNoChange;

    /// <inheritdoc/>
    public override IReadOnlyList<FileEdit> Files => IsNoChange ? [] : _files.Edits;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Backups => _files.Written?.Backups ?? [];

    /// <inheritdoc/>
    public override IReadOnlyList<string> WrittenInPlace => _files.Written?.WrittenInPlace ?? [];

    /// <inheritdoc/>
    protected override string? Leftovers => _files.Leftovers;

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
