using PgSsl.Changes;
using PgSsl.Common;
using PgSsl.Files;
using PgSsl.Hba.Policy;

namespace PgSsl.Hba.Live;

/// <summary>A planned change of pg_hba.conf, and the sessions that it concerns.</summary>
internal sealed class PlannedHbaChange : IPlannedChange<HbaSslChange>
{
    // Nobody reads more in a question; the whole diff is in the result.
    private const int MostDiffLines = 400;

    private readonly HbaPlan _plan;
    private readonly HbaLive? _live;
    private readonly HbaImpact _impact;
    private readonly IReadOnlyList<Proof> _proofs;

    private PendingEdits _pending = PendingEdits.None;
    private NextStart _start = NextStart.NotAsked;
    private bool _isForced;

    private PlannedHbaChange(HbaPlan plan, HbaLive? live, HbaImpact impact, IReadOnlyList<Proof> proofs) =>
        (_plan, _live, _impact, _proofs) = (plan, live, impact, proofs);

    /// <summary>Checks whether the server can be changed, and whom the change concerns.</summary>
    /// <param name="plan">The change.</param>
    /// <param name="live">The server; null to change files only.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="PgSslException">As <see cref="HbaPreflight.CheckServerAsync"/>.</exception>
    public static async Task<PlannedHbaChange> PrepareAsync(HbaPlan plan, HbaLive? live, CancellationToken cancellationToken)
    {
        if (live is null)
            return new PlannedHbaChange(plan, live, HbaImpact.None, []);
        var own = new OwnChange { Rules = (plan.Before, plan.After) };
        PendingEdits pending = await PendingEdits.FindAsync(live, own, cancellationToken).ConfigureAwait(false);
        // What is in the file already may not be loaded.
        if (plan.IsNoChange && !pending.RulesWait)
            return new PlannedHbaChange(plan, live, HbaImpact.None, []);
        IReadOnlyList<Proof> proofs = await HbaPreflight.CheckServerAsync(plan, live, cancellationToken).ConfigureAwait(false);
        IdentMap? map = await IdentMap.ReadAsync(live, cancellationToken).ConfigureAwait(false);
        return new PlannedHbaChange(plan, live, HbaImpact.Of(plan, live.Facts, live.MatchContext, map, cancellationToken), proofs)
        {
            _pending = pending,
            _start = await NextStart.FindAsync(live, own, cancellationToken).ConfigureAwait(false),
        };
    }

    /// <inheritdoc/>
    public string Subject => _plan.Before.Files[0].Path;

    /// <inheritdoc/>
    public IReadOnlyList<string> Lines
    {
        get
        {
            IEnumerable<string> shown = _plan.Diff.Length > MostDiffLines
                ? _plan.Diff.Take(MostDiffLines).Append($"… {_plan.Changes.Count} rules change in all.")
                : _plan.Diff;
            string heading = IsReload ? $"{Subject} is as it should be, and is perhaps not loaded: the server would be reloaded."
                : $"{_plan.Changes.Count} rule{(_plan.Changes.Count == 1 ? "" : "s")} of {Subject} would change:";
            return [heading, .. shown, .. _impact.Describe(), .. _impact.Notes, .. Looser, .. Unbound, .. _pending.Lines, .. _start.Warnings];
        }
    }

    /// <inheritdoc/>
    public bool IsNoChange => _plan.IsNoChange && !_pending.RulesWait;

    private bool IsReload => _plan.IsNoChange && _pending.RulesWait;

    /// <inheritdoc/>
    public HbaSslChange Outlook => Describe(null);

    /// <inheritdoc/>
    public IReadOnlyList<string> Warnings =>
        [.. _impact.Notes, .. _impact.Describe(), .. Looser, .. Unbound, .. _pending.Warnings, .. _start.Warnings];

    private IEnumerable<string> Unbound => _proofs.Where(proof => proof.Name == HbaImpact.BindingProof).Select(proof => proof.Detail);

    private IEnumerable<string> Looser => _impact.Looser.Select(clause => $"With less than before would get in: {clause}.");

    /// <inheritdoc/>
    public IReadOnlyList<FileEdit> Files => [.. _plan.Files.Select(HbaChange.EditOf)];

    /// <inheritdoc/>
    public void Check(bool isForced)
    {
        _isForced = isForced;
        _start.CheckReload(Subject);
        if (!isForced && _impact is { MayLoosen: false, Looser.Count: > 0 })
            throw new PgSslException(
                PgSslError.LooserLogin,
                $"{Subject} is left as it is, because these would get in with less than before: {string.Join("; ", _impact.Looser)}.",
                "Change the rule that would decide then as well (-IncludeLoopback for a rule of the server's own host; -User, -Database, -Address), "
                    + "or remove it if nobody needs it, or refuse plaintext with -RejectPlaintext. -Force makes the change in spite of it.");
        if (!isForced && _impact.LockOuts.Count > 0)
            throw new PgSslException(
                PgSslError.LockOut,
                $"{Subject} is left as it is, because the change would lock out: {string.Join("; ", _impact.LockOuts)}.",
                Remedy);
        if (!isForced)
            _pending.Check(Subject);
    }

    private string Remedy
    {
        get
        {
            var advice = new List<string>();
            if (_impact.CutOff.Any(cut => cut is { Why: null, Session.Transport: not HbaTransport.Tls }))
                advice.Add("Have these clients use TLS first (sslmode=require, or better verify-full).");
            if (_impact.CutOff.Any(cut => cut.LacksCertificate))
                advice.Add("Give these clients certificates for their roles first (sslcert and sslkey; for a standby in primary_conninfo).");
            if (_impact.CutOff.Any(cut => cut is { Why: not null, Session.Certificate: not null }))
                advice.Add("Have these clients use certificates for their roles first.");
            if (_impact.CutOff.Any(cut => cut is { Why: null, LacksCertificate: false, Session.Transport: HbaTransport.Tls }))
                advice.Add("Let these clients in over TLS by other rules first.");
            IReadOnlyList<LostLogin> roles = _impact.Logins?.Roles ?? [];
            if (roles.Any(login => login.Method == "reject"))
                advice.Add("Let these roles in by other rules first.");
            if (roles.Any(login => login.Method != "reject"))
                advice.Add("Set the passwords again first (password_encryption = 'scram-sha-256').");
            if (_impact.Logins is { AreHidden: true })
                advice.Add("Make the change as a superuser, who sees how passwords are stored.");
            if (_live!.Facts.HiddenSessions > 0)
                advice.Add($"GRANT pg_read_all_stats TO {SqlQuoting.Identifier(_live.Session.UserName)} shows all sessions.");
            return $"{string.Join(" ", advice)} Or leave out their rules (-User, -Database, -Address). -Force makes the change in spite of them.";
        }
    }

    /// <inheritdoc/>
    public async Task<ChangeResult<HbaSslChange>> ApplyAsync(CancellationToken cancellationToken)
    {
        var change = new HbaChange(_plan, _live) { MayLoseOwnLogin = _isForced };
        HbaChangeResult result = await _pending.MakeAsync(() => change.ApplyAsync(DateTimeOffset.UtcNow, cancellationToken)).ConfigureAwait(false);
        Proof[] ofImpact = [.. new[] { _impact.Proof, _impact.LooserProof }.OfType<Proof>()];
        result = result with { Proofs = [.. _proofs, .. ofImpact, .. _pending.Proofs, .. _start.Proofs, .. result.Proofs] };
        return new ChangeResult<HbaSslChange>(Describe(result)) { WrittenInPlace = result.WrittenInPlace, Proofs = result.Proofs };
    }

    private HbaSslChange Describe(HbaChangeResult? result) =>
        HbaSslChange.Of(_plan, _live?.Session.Host.ToString(), _impact, result) with { PendingEdits = [.. _pending.Edits] };
}
