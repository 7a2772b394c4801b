using System.Security.Cryptography.X509Certificates;
using PgSsl.Changes;
using PgSsl.Files;
using PgSsl.Server.Live;

namespace PgSsl.Poolers;

/// <summary>
/// A change of certificate files and pgbouncer.ini: written together, reloaded, and checked on the wire; undone if that does not prove it.
/// </summary>
/// <param name="plan">The change of pgbouncer.ini, which may be empty.</param>
/// <param name="certificateFiles">
/// Key and certificate, in this order, with their present content as <see cref="FileEdit.Expected"/>; empty if they are in place already.
/// </param>
/// <param name="fingerprint">SHA-256 of the certificate that is to be served, upper-case hex; null where TLS is to be off.</param>
/// <param name="reload">How PgBouncer is reloaded; null to change only files.</param>
/// <param name="timeout">For one connection.</param>
/// <param name="files">The file system; the real one if null.</param>
internal sealed class PgBouncerChange(
    PgBouncerPlan plan, IReadOnlyList<FileEdit> certificateFiles, string? fingerprint, IPgBouncerReload? reload, TimeSpan timeout,
    IFileLayer? files = null)
    : ProvenChange
{
    // PgBouncer loads what it reads before it answers the next client.
    internal TimeSpan ReloadTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The certificates that are to be sent, the server's own first; empty if intermediates do not matter.</summary>
    public IReadOnlyList<X509Certificate2> Chain { get; init; } = [];

    // Its addresses change only with a restart (main.c, CF_NO_RELOAD).
    private readonly PgBouncerWire _wire = new(plan.Before.Listens, timeout);

    private ReversibleFiles? _files;
    private IReadOnlyList<ServedAt> _before = [];

    /// <inheritdoc/>
    protected override string Subject => plan.Before.Path;

    /// <inheritdoc/>
    protected override string RemedyByHand =>
        "Restore the old settings and files by hand, RELOAD in the admin console, and check what clients are served. PgBouncer's log says " +
        "what is wrong with its files.";

    /// <inheritdoc/>
    protected override string RemedyForReload => "RELOAD in the admin console, and check what clients are served.";

    /// <summary>Writes the files, has PgBouncer load them, and checks what it serves.</summary>
    /// <param name="at">The time in the names of backups.</param>
    /// <param name="cancellationToken">Undoes everything.</param>
    /// <exception cref="PgSslException">As <see cref="ProvenChange.RunAsync"/>, and the errors of <see cref="FileTransaction.Apply"/>.</exception>
    public async Task<PgBouncerChangeResult> ApplyAsync(DateTimeOffset at, CancellationToken cancellationToken)
    {
        _files = new ReversibleFiles([.. certificateFiles, .. plan.Edits], at, files);
        IReadOnlyList<Proof> proofs = await RunAsync(cancellationToken).ConfigureAwait(false);
        return new PgBouncerChangeResult([.. _files.Written?.Backups ?? []], _files.Written?.WrittenInPlace ?? [], proofs);
    }

    /// <inheritdoc/>
    protected override async Task WriteAsync(CancellationToken cancellationToken)
    {
        if (reload is not null)
            _before = await _wire.ObserveAsync(cancellationToken).ConfigureAwait(false);
        if (HasFiles)
            _files!.Write();
    }

    /// <inheritdoc/>
    protected override string? Leftovers => _files?.Leftovers;

    /// <inheritdoc/>
    protected override async Task ProveAsync(CancellationToken cancellationToken)
    {
        if (reload is null)
        {
            AddNotMade("Reload", "PgBouncer was not reloaded: it will use the new settings after RELOAD in its admin console.");
            AddNotMade("Wire", "PgBouncer was not reloaded.");
            return;
        }
        ChangeStep.Reload();
        await reload.ReloadAsync(cancellationToken).ConfigureAwait(false);
        ChangeStep.Prove();
        AddProven("Reload", $"PgBouncer was reloaded by {reload.Means}.");
        (IReadOnlyList<ServedAt> seen, ServedAt? other) =
            await _wire.WaitAsync(IsWanted, _before, ReloadTimeout, cancellationToken).ConfigureAwait(false);
        if (other is not null)
            throw new PgSslException(
                PgSslError.CertificateNotServed, $"{other}, {Expectation(other)}.",
                "Look into PgBouncer's log for \"TLS configuration could not be reloaded\" and what comes before it. " +
                "Before 1.16 it loads TLS only when it starts.");
        if (seen.Count == 0)
            AddNotMade("Wire", "PgBouncer listens at no address (listen_addr) that could be reached from here.");
        else
            AddProven("Wire", string.Join("; ", seen.Select(answer => answer.ToString())) + ".");
    }

    /// <inheritdoc/>
    protected override Task PutBackAsync()
    {
        if (_files!.Written is not null)
            _files.PutBack();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    protected override async Task ProveOldAsync()
    {
        if (reload is null)
            return;
        await reload.ReloadAsync(CancellationToken.None).ConfigureAwait(false);
        (_, ServedAt? other) = await _wire.WaitAsync(IsAsBefore, _before, ReloadTimeout, CancellationToken.None).ConfigureAwait(false);
        if (other is not null)
            throw new PgSslException(PgSslError.CertificateNotServed, $"{other}, which is not what it was before.", RemedyByHand);
    }

    // After a forgotten reload all files are in place already.
    private bool HasFiles => certificateFiles.Count > 0 || !plan.IsNoChange;

    private string Expectation(ServedAt seen) => fingerprint is null ? "but TLS should be off"
        : seen.Is(fingerprint) ? $"but the certificate {fingerprint} should come with its intermediates"
        : $"and not the certificate {fingerprint}";

    private bool IsWanted(ServedAt now) => now.Is(fingerprint) && (fingerprint is null || now.Sends(Chain));

    private bool IsAsBefore(ServedAt now) => _before.FirstOrDefault(old => old.Host == now.Host) is not { } before || now.Is(before.Fingerprint);
}

/// <summary>A change that was made.</summary>
/// <param name="Backups">The files with the old contents.</param>
/// <param name="WrittenInPlace">Files that could not be replaced atomically and were overwritten.</param>
/// <param name="Proofs">What was proven, and what could not be.</param>
internal sealed record PgBouncerChangeResult(IReadOnlyList<string> Backups, IReadOnlyList<string> WrittenInPlace, IReadOnlyList<Proof> Proofs);
