using System.Security.Cryptography.X509Certificates;
using PgSsl.Changes;
using PgSsl.Files;
using PgSsl.Server.Live;

namespace PgSsl.Poolers;

/// <summary>
/// Certificate files and pgbouncer.ini on their way to PgBouncer's clients: written together, reloaded, and seen on the wire; put back where
/// that cannot be shown.
/// </summary>
/// <param name="plan">The change of pgbouncer.ini; one that changes nothing will do, where only certificate files change.</param>
/// <param name="certificateFiles">Key and certificate, in this order, with what they hold now as <see cref="FileEdit.Expected"/>; none where they are there already.</param>
/// <param name="fingerprint">SHA-256 of the certificate that is to be served, upper-case hex; null where TLS is to be off.</param>
/// <param name="reload">How PgBouncer is told; null where none is to be: then only files change.</param>
/// <param name="timeout">For one connection.</param>
/// <param name="files">The file system; the real one if null.</param>
internal sealed class PgBouncerChange(
    PgBouncerPlan plan, IReadOnlyList<FileEdit> certificateFiles, string? fingerprint, IPgBouncerReload? reload, TimeSpan timeout, IFileLayer? files = null)
    : ProvenChange
{
    // PgBouncer takes over what it reads before it answers the next client.
    internal TimeSpan ReloadTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>What is to be sent, the certificate itself first; empty: whatever is sent with it will do.</summary>
    public IReadOnlyList<X509Certificate2> Chain { get; init; } = [];

    // Where it listens changes with a restart only (main.c, CF_NO_RELOAD).
    private readonly PgBouncerWire _wire = new(plan.Before.Listens, timeout);

    private ReversibleFiles? _files;
    private IReadOnlyList<ServedAt> _before = [];

    /// <inheritdoc/>
    protected override string Subject => plan.Before.Path;

    /// <inheritdoc/>
    protected override string RemedyByHand =>
        "Put it right by hand: the old settings and files, RELOAD in the admin console, and see what clients are served. PgBouncer's log says what it makes of its files.";

    /// <summary>Writes the files, has PgBouncer read them, and looks at what it serves.</summary>
    /// <param name="at">The time that the names of backups carry.</param>
    /// <param name="cancellationToken">Puts everything back.</param>
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
    protected override async Task ProveAsync(CancellationToken cancellationToken)
    {
        if (reload is null)
        {
            AddNotMade("Reload", "PgBouncer was not told: it goes by the new settings after RELOAD in its admin console.");
            AddNotMade("Wire", "PgBouncer was not told.");
            return;
        }
        await reload.ReloadAsync(cancellationToken).ConfigureAwait(false);
        AddProven("Reload", $"PgBouncer was told by {reload.Way}.");
        (IReadOnlyList<ServedAt> seen, ServedAt? other) = await _wire.WaitAsync(IsWanted, ReloadTimeout, cancellationToken).ConfigureAwait(false);
        if (other is not null)
            throw new PgSslException(
                PgSslError.CertificateNotServed, $"{other}, {(fingerprint is null ? "where TLS was to be off" : $"and not the certificate {fingerprint}{(other.Is(fingerprint) ? " with its intermediates" : "")}")}.",
                "Look into PgBouncer's log for \"TLS configuration could not be reloaded\" and what comes before it. Before 1.16 it takes over TLS with a restart only.");
        if (seen.Count == 0)
            AddNotMade("Wire", "PgBouncer listens at no address (listen_addr) that could be reached from here.");
        else
            AddProven("Wire", string.Join("; ", seen.Select(one => one.ToString())) + ".");
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
        (_, ServedAt? other) = await _wire.WaitAsync(IsAsBefore, ReloadTimeout, CancellationToken.None).ConfigureAwait(false);
        if (other is not null)
            throw new PgSslException(PgSslError.CertificateNotServed, $"{other}, which is not what it was before.", RemedyByHand);
    }

    // Who forgot the reload has all files in place.
    private bool HasFiles => certificateFiles.Count > 0 || !plan.IsNoChange;

    private bool IsWanted(ServedAt now) => now.Is(fingerprint) && (fingerprint is null || now.Sends(Chain));

    private bool IsAsBefore(ServedAt now) => _before.FirstOrDefault(one => one.Host == now.Host) is not { } before || now.Is(before.Fingerprint);
}

/// <summary>A change that was made.</summary>
/// <param name="Backups">The old content of each file.</param>
/// <param name="WrittenInPlace">Files that could not be replaced in one step.</param>
/// <param name="Proofs">What was seen to be so.</param>
internal sealed record PgBouncerChangeResult(IReadOnlyList<string> Backups, IReadOnlyList<string> WrittenInPlace, IReadOnlyList<Proof> Proofs);
