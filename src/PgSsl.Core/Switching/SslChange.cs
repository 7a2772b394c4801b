using PgSsl.Changes;
using PgSsl.Files;
using PgSsl.Server.Configuration;
using PgSsl.Server.Live;

namespace PgSsl.Switching;

/// <summary>A change of the parameters of TLS. If there is a server, it is proven on the wire, or undone.</summary>
/// <param name="prover">Sees what the server makes of it; null where none is asked.</param>
internal abstract class SslChange(SslProver? prover) : ProvenChange
{
    /// <summary>What is done before a reload without a change; it may throw.</summary>
    public Func<CancellationToken, Task>? BeforeBareReload { get; set; }

    /// <summary>What is missing in the proofs, so that the change is undone; null for nothing.</summary>
    public Func<IReadOnlyList<Proof>, PgSslException?>? FindLack { get; set; }

    /// <summary>Shows that this session can log in again; null if there is nothing to show.</summary>
    public Func<CancellationToken, Task<Proof?>>? ProveLogin { get; set; }

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
    protected override string RemedyByHand => ReversibleSettings.RemedyForSettings;

    /// <summary>Makes the change and proves it. If nothing is to be changed, it checks whether the server is as it should be.</summary>
    /// <exception cref="PgSslException">See <see cref="ProvenChange.RunAsync"/>.</exception>
    public async Task<IReadOnlyList<Proof>> ApplyAsync(CancellationToken cancellationToken)
    {
        if (prover is not null)
            await prover.RememberAsync(!IsNoChange, cancellationToken).ConfigureAwait(false);
        if (IsNoChange && prover?.Reloads == true && BeforeBareReload is { } before)
            await before(cancellationToken).ConfigureAwait(false);
        try
        {
            return await RunAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Unlock();
        }
    }

    /// <summary>Lets other changes begin.</summary>
    protected virtual void Unlock()
    {
        // Files are locked only while they are written.
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
        if (!IsNoChange && ProveLogin is { } login && await login(cancellationToken).ConfigureAwait(false) is { } ownLogin)
            Add(ownLogin);
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
    private readonly ReversibleSettings _settings = new(plan, live);

    /// <inheritdoc/>
    public override string Path => plan.Path;

    /// <inheritdoc/>
    public override IReadOnlyList<ParameterChange> Changes => plan.Changes;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Diff => plan.Statements;

    /// <inheritdoc/>
    public override bool IsNoChange => plan.Steps.Count == 0;

    /// <inheritdoc/>
    protected override string RemedyByHand => _settings.RemedyByHand;

    /// <inheritdoc/>
    protected override Task WriteAsync(CancellationToken cancellationToken) => _settings.WriteAsync(cancellationToken);

    /// <inheritdoc/>
    protected override void Unlock() => _settings.Unlock();

    /// <inheritdoc/>
    protected override Task PutBackAsync() => _settings.PutBackAsync();
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
