using PgSsl.Changes;
using PgSsl.Files;
using PgSsl.Hba.Policy;
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
    // The postmaster reads its files within milliseconds of the signal. A busy machine may need longer.
    internal TimeSpan ReloadTimeout { get; init; } = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

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
        return new HbaChangeResult([.. _files.Written!.Backups], _files.Written.WrittenInPlace, proofs);
    }

    /// <inheritdoc/>
    protected override async Task WriteAsync(CancellationToken cancellationToken)
    {
        _probe = await FindProbeAsync(cancellationToken).ConfigureAwait(false);
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
        AddProven("ServerRules", $"pg_hba_file_rules shows the {rules.Count} new rules without an error.");
        await live.ReloadAsync(cancellationToken).ConfigureAwait(false);
        if (_probe is not { } probe)
        {
            AddNotMade(
                "Wire", "the change makes no difference for connections that can be made from here, so only the order to reload was given.");
            return;
        }
        await ExpectAsync(probe, probe.Transport, probe.IsLetIn, cancellationToken).ConfigureAwait(false);
        AddProven("Reload", "the server uses the new rules.");
        if (probe.Transport == HbaTransport.Plaintext && IsLetIn(probe, HbaTransport.Tls) is { } overTls)
            await ExpectAsync(probe, HbaTransport.Tls, overTls, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override Task PutBackAsync()
    {
        _files!.PutBack();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    protected override async Task ProveOldAsync()
    {
        if (live is not null)
            await live.ReloadOldAsync().ConfigureAwait(false);
        if (_probe is { } probe)
            await ExpectAsync(probe, probe.Transport, probe.WasLetIn, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>The first connection that the change affects and that can be made: the server need not listen at all of its addresses.</summary>
    private async Task<ProbeConnection?> FindProbeAsync(CancellationToken cancellationToken)
    {
        foreach (ServerRoute route in live?.Routes ?? [])
        {
            if (ProbeConnection.Find(plan, live!, route) is not { } probe)
                continue;
            (bool? observed, _) =
                await live!.TryAsync(route, probe.UserName, probe.Database, probe.Transport, cancellationToken).ConfigureAwait(false);
            if (observed is not null)
                return probe;
        }
        return null;
    }

    /// <summary>Waits until the server treats a connection as the rules say, and records that as a proof.</summary>
    private async Task ExpectAsync(ProbeConnection probe, HbaTransport transport, bool isLetIn, CancellationToken cancellationToken)
    {
        string what = $"{probe.UserName} to {probe.Database} from {probe.Route.Address.ToIPAddress()} {transport.ToWords()}";
        for (DateTime deadline = DateTime.UtcNow + ReloadTimeout; ; await Task.Delay(Pause, cancellationToken).ConfigureAwait(false))
        {
            (bool? observed, string seen) =
                await live!.TryAsync(probe.Route, probe.UserName, probe.Database, transport, cancellationToken).ConfigureAwait(false);
            if (observed == isLetIn)
            {
                AddProven("Wire", $"{what} is {(isLetIn ? "let in" : "refused")}: {seen}");
                return;
            }
            if (DateTime.UtcNow > deadline)
                throw new PgSslException(
                    PgSslError.ChangeNotProven,
                    $"{what} should be {(isLetIn ? "let in" : "refused")} by the new rules, and is not: {seen}.",
                    "Look for \"pg_hba.conf was not reloaded\" in the server's log. A pooler between here and the server has rules of its own: "
                        + "connect to the server itself.");
        }
    }

    private bool? IsLetIn(ProbeConnection probe, HbaTransport transport) => ProbeConnection.LetsIn(new HbaMatcher(live!.MatchContext).Find(
        plan.After.Records, new HbaClient(probe.UserName, probe.Database, transport, probe.Route.Address)));

    internal static FileEdit EditOf(HbaFileChange file) =>
        new(file.Path, file.After) { MayReplace = true, MayWriteInPlace = true, Expected = file.Before, Kind = FileKind.Configuration };
}

/// <summary>A change that was made.</summary>
/// <param name="Backups">The old content of each file.</param>
/// <param name="WrittenInPlace">Files that could not be replaced in one step, and were overwritten.</param>
/// <param name="Proofs">What was proven, and what could not be.</param>
internal sealed record HbaChangeResult(IReadOnlyList<string> Backups, IReadOnlyList<string> WrittenInPlace, IReadOnlyList<Proof> Proofs);
