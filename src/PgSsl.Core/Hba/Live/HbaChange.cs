using PgSsl.Changes;
using PgSsl.Files;
using PgSsl.Hba.Policy;
using PgSsl.Server;
using PgSsl.Server.Live;

namespace PgSsl.Hba.Live;

/// <summary>
/// Writes a plan into the files and, where there is a server, into its rules. Restores the old files where the effect cannot be proven.
/// </summary>
/// <param name="plan">The change.</param>
/// <param name="live">The server; null to change files only.</param>
/// <param name="files">The file system; the real one if null.</param>
internal sealed class HbaChange(HbaPlan plan, HbaLive? live, IFileLayer? files = null) : ProvenChange
{
    /// <summary>Whether the change stays even if this session could not log in again.</summary>
    public bool MayLoseOwnLogin { get; init; }

    // The postmaster reads its files within milliseconds of the signal. A busy machine may need longer.
    internal TimeSpan ReloadTimeout { get; init; } = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    // Each is a connection. If these show nothing, others hardly would.
    private const int MostTried = 8;

    private ReversibleFiles? _files;
    private ProbeConnection? _probe;

    /// <inheritdoc/>
    protected override string Subject => plan.Before.Files[0].Path;

    /// <inheritdoc/>
    protected override string RemedyByHand =>
        "Restore it by hand: write the old rules into the file, run SELECT pg_reload_conf(), and check that the server uses them before you close "
        + "your sessions.";

    /// <summary>Writes the files, has the server read them, and proves the effect.</summary>
    /// <param name="at">The time in the names of backups.</param>
    /// <param name="cancellationToken">Restores everything.</param>
    /// <exception cref="PgSslException">As <see cref="ProvenChange.RunAsync"/>, and the errors of <see cref="FileTransaction.Apply"/>.</exception>
    public async Task<HbaChangeResult> ApplyAsync(DateTimeOffset at, CancellationToken cancellationToken)
    {
        _files = new ReversibleFiles([.. plan.Files.Select(EditOf)], at, files);
        IReadOnlyList<Proof> proofs = await RunAsync(cancellationToken).ConfigureAwait(false);
        return new HbaChangeResult([.. _files.Written?.Backups ?? []], _files.Written?.WrittenInPlace ?? [], proofs);
    }

    /// <inheritdoc/>
    protected override async Task WriteAsync(CancellationToken cancellationToken)
    {
        _probe = await FindProbeAsync(cancellationToken).ConfigureAwait(false);
        // What is in the file already may only have to be loaded.
        if (plan.Files.Length > 0)
            _files!.Write();
        AddProven("Rules", $"PostgreSQL {plan.After.Dialect.Major} can load the {plan.After.Records.Count} rules.");
    }

    /// <inheritdoc/>
    protected override string? Leftovers => _files?.Leftovers;

    /// <inheritdoc/>
    protected override async Task ProveAsync(CancellationToken cancellationToken)
    {
        if (live is null)
        {
            AddNotMade("Reload", "no server was asked (-Endpoint): it uses the new rules after SELECT pg_reload_conf().");
            AddNotMade("Wire", "no server was asked (-Endpoint).");
            return;
        }
        IReadOnlyList<ServerRule> rules = await live.ReadRulesAsync(cancellationToken).ConfigureAwait(false);
        if (ServerRule.Differs(rules, plan.After) is { } difference)
            throw new PgSslException(
                PgSslError.ChangeNotProven, $"{difference}.",
                "The server reads another file, or reads this one differently: Get-PgHbaRule -Endpoint shows what it sees.");
        await DemandContentAsync(cancellationToken).ConfigureAwait(false);
        AddProven("ServerRules", $"pg_hba_file_rules shows the {rules.Count} new rules without an error.");
        // The next run tells by times whether the file is loaded, and they have to be apart for that.
        if (plan.Files.Length > 0)
            await Task.Delay(SavedFile.Apart, cancellationToken).ConfigureAwait(false);
        await live.ReloadAsync(cancellationToken).ConfigureAwait(false);
        if (_probe is not { } probe)
        {
            AddNotMade(
                "Wire", "the change makes no difference for connections that can be made from here, so only the order to reload was given.");
            return;
        }
        await ExpectAsync(probe, probe.Transport, probe.After, cancellationToken).ConfigureAwait(false);
        AddProven("Reload", "the server uses the new rules.");
        if (probe.Transport == HbaTransport.Plaintext && ReceiveOverTls(probe) is { } overTls)
            await ExpectAsync(probe, HbaTransport.Tls, overTls, cancellationToken).ConfigureAwait(false);
        await ProveOwnLoginAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Throws if the server has another file. Rules can be the same in two files. The role may not be able to read them.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.ChangeNotProven"/>.</exception>
    private async Task DemandContentAsync(CancellationToken cancellationToken)
    {
        if (live!.Facts.HbaPath is not { } path)
            return;
        try
        {
            byte[]? content = await RemoteFile.ReadAsync(live.Session, path, cancellationToken).ConfigureAwait(false);
            // What is written in place may end in blank lines.
            if (content is not null && !content.AsSpan().TrimEnd("\r\n "u8).SequenceEqual(plan.After.Files[0].Content.AsSpan().TrimEnd("\r\n "u8)))
                throw new PgSslException(
                    PgSslError.ChangeNotProven, $"{live.Session.Host} does not read the changed file: {path} has another content there.",
                    "Name the server's file with -Path.");
        }
        catch (PgSslException failure) when (failure.Error is PgSslError.InsufficientPrivilege or PgSslError.SqlFailed)
        {
            // Then the rules are all that can be compared.
        }
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
        if (live is not null)
            await live.ReloadOldAsync().ConfigureAwait(false);
        if (_probe is { } probe)
            await ExpectAsync(probe, probe.Transport, probe.Before, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>
    /// The first connection that the change affects, and that is received now as the old rules say. The server need not listen at all of its
    /// addresses, and what is refused for another reason shows nothing.
    /// </summary>
    private async Task<ProbeConnection?> FindProbeAsync(CancellationToken cancellationToken)
    {
        foreach (ServerRoute route in live?.Routes ?? [])
        {
            foreach (ProbeConnection probe in ProbeConnection.Find(plan, live!, route).Take(MostTried))
            {
                (HbaReception? seen, _) =
                    await live!.TryAsync(route, probe.UserName, probe.Database, probe.Transport, cancellationToken).ConfigureAwait(false);
                if (probe.Before.Is(seen))
                    return probe;
                if (seen is null)
                    break;
            }
        }
        return null;
    }

    /// <summary>Waits until the server treats a connection as the rules say, and records that as a proof.</summary>
    private async Task ExpectAsync(ProbeConnection probe, HbaTransport transport, HbaReception expected, CancellationToken cancellationToken)
    {
        string what = $"{probe.UserName} to {probe.Database} from {probe.Route.Address.ToIPAddress()} {transport.ToWords()}";
        for (DateTime deadline = DateTime.UtcNow + ReloadTimeout; ; await Task.Delay(Pause, cancellationToken).ConfigureAwait(false))
        {
            (HbaReception? reception, string seen) =
                await live!.TryAsync(probe.Route, probe.UserName, probe.Database, transport, cancellationToken).ConfigureAwait(false);
            if (expected.Is(reception))
            {
                AddProven("Wire", $"{what} is {(expected.IsLetIn ? "let in" : "refused")}: {seen}");
                return;
            }
            if (DateTime.UtcNow > deadline)
                throw new PgSslException(
                    PgSslError.ChangeNotProven,
                    $"{what} should be {expected} by the new rules, and is not: {seen}.",
                    "Look for \"pg_hba.conf was not reloaded\" in the server's log. A pooler between here and the server has rules of its own: "
                        + "connect to the server itself.");
        }
    }

    /// <summary>If another method decides about this session now, it logs in again: what asks for a password may accept none.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.ChangeNotProven"/>: it could not.</exception>
    private async Task ProveOwnLoginAsync(CancellationToken cancellationToken)
    {
        if (live!.Facts.Sessions.FirstOrDefault(session => session.IsOwn) is not { } own)
            return;
        var matcher = new HbaMatcher(live.MatchContext);
        HbaVerdict before = matcher.Find(plan.Before.Records, own.Client), after = matcher.Find(plan.After.Records, own.Client);
        // That the rules refuse it is known before (HbaImpact).
        if (after.LetsIn == false || before.Entry?.Record?.Method == after.Entry?.Record?.Method)
            return;
        if (await OwnLogin.ProveAsync(live, MayLoseOwnLogin, cancellationToken).ConfigureAwait(false) is { } proof)
            Add(proof);
    }

    private HbaReception? ReceiveOverTls(ProbeConnection probe) => HbaReception.Of(
        new HbaMatcher(live!.MatchContext).Find(
            plan.After.Records, new HbaClient(probe.UserName, probe.Database, HbaTransport.Tls, probe.Route.Address)),
        live.Facts.StoredPasswords,
        probe.UserName);

    internal static FileEdit EditOf(HbaFileChange file) =>
        new(file.Path, file.After) { MayReplace = true, MayWriteInPlace = true, Expected = file.Before, Kind = FileKind.Configuration };
}

/// <summary>A change that was made.</summary>
/// <param name="Backups">The old content of each file.</param>
/// <param name="WrittenInPlace">Files that could not be replaced in one step, and were overwritten.</param>
/// <param name="Proofs">What was proven, and what could not be.</param>
internal sealed record HbaChangeResult(IReadOnlyList<string> Backups, IReadOnlyList<string> WrittenInPlace, IReadOnlyList<Proof> Proofs);
