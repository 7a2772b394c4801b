using PgSsl.Changes;
using PgSsl.Files;
using PgSsl.Hba.Policy;
using PgSsl.Server.Live;

namespace PgSsl.Hba.Live;

/// <summary>A plan on its way into the files and, where there is a server, into its rules; put back where that cannot be shown.</summary>
/// <param name="plan">The change.</param>
/// <param name="live">The server; null to change files only.</param>
/// <param name="files">The file system; the real one if null.</param>
internal sealed class HbaChange(HbaPlan plan, HbaLive? live, IFileLayer? files = null) : ProvenChange
{
    // The postmaster reads its files within milliseconds of the signal; a busy machine gets its time.
    internal TimeSpan ReloadTimeout { get; init; } = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private ReversibleFiles? _files;
    private ProbeConnection? _witness;

    /// <inheritdoc/>
    protected override string Subject => plan.Before.Files[0].Path;

    /// <inheritdoc/>
    protected override string RemedyByHand =>
        "Put it right by hand: the old rules in the file, SELECT pg_reload_conf(), and see that the server goes by them before you close your sessions.";

    /// <summary>Writes the files, has the server read them, and proves what came of it.</summary>
    /// <param name="at">The time that the names of backups carry.</param>
    /// <param name="cancellationToken">Puts everything back.</param>
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
        _witness = await FindWitnessAsync(cancellationToken).ConfigureAwait(false);
        _files!.Write();
        AddProven("Rules", $"{plan.After.Records.Count} rules are as PostgreSQL {plan.After.Dialect.Major} reads them.");
    }

    /// <inheritdoc/>
    protected override async Task ProveAsync(CancellationToken cancellationToken)
    {
        if (live is null)
        {
            AddNotMade("Reload", "no server was asked (-Endpoint): it goes by the new rules after SELECT pg_reload_conf().");
            AddNotMade("Wire", "no server was asked (-Endpoint).");
            return;
        }
        IReadOnlyList<ServerRule> rules = await live.ReadRulesAsync(cancellationToken).ConfigureAwait(false);
        if (ServerRule.Differs(rules, plan.After) is { } difference)
            throw new PgSslException(
                PgSslError.ChangeNotProven, $"{difference}.", "The server reads another file, or reads it otherwise: Get-PgHbaRule -Endpoint shows what it sees.");
        AddProven("ServerRules", $"pg_hba_file_rules shows the {rules.Count} new rules without an error.");
        await live.ReloadAsync(cancellationToken).ConfigureAwait(false);
        if (_witness is not { } witness)
        {
            AddNotMade(
                "Wire", "nothing changes for connections that can be made from here: the server was told to reload, and more could not be seen.");
            return;
        }
        await ExpectAsync(witness, witness.Transport, witness.IsLetIn, cancellationToken).ConfigureAwait(false);
        AddProven("Reload", "the server goes by the new rules.");
        if (witness.Transport == HbaTransport.Plaintext && IsLetIn(witness, HbaTransport.Tls) is { } overTls)
            await ExpectAsync(witness, HbaTransport.Tls, overTls, cancellationToken).ConfigureAwait(false);
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
            await live.ReloadAsync(CancellationToken.None).ConfigureAwait(false);
        if (_witness is { } witness)
            await ExpectAsync(witness, witness.Transport, witness.WasLetIn, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>The first connection that the change concerns and that can be made: the server need not listen at all its addresses.</summary>
    private async Task<ProbeConnection?> FindWitnessAsync(CancellationToken cancellationToken)
    {
        foreach (ServerRoute way in live?.Routes ?? [])
        {
            if (ProbeConnection.Find(plan, live!, way) is not { } witness)
                continue;
            (bool? observed, _) = await live!.TryAsync(way, witness.UserName, witness.Database, witness.Transport, cancellationToken).ConfigureAwait(false);
            if (observed is not null)
                return witness;
        }
        return null;
    }

    /// <summary>Waits until a connection meets what the rules say, and remembers it as a proof.</summary>
    private async Task ExpectAsync(ProbeConnection witness, HbaTransport transport, bool isLetIn, CancellationToken cancellationToken)
    {
        string what = $"{witness.UserName} to {witness.Database} from {witness.Way.Address.ToIPAddress()} {transport.ToWords()}";
        for (DateTime deadline = DateTime.UtcNow + ReloadTimeout; ; await Task.Delay(Pause, cancellationToken).ConfigureAwait(false))
        {
            (bool? observed, string seen) = await live!.TryAsync(witness.Way, witness.UserName, witness.Database, transport, cancellationToken).ConfigureAwait(false);
            if (observed == isLetIn)
            {
                AddProven("Wire", $"{what} is {(isLetIn ? "let in" : "refused")}: {seen}");
                return;
            }
            if (DateTime.UtcNow > deadline)
                throw new PgSslException(
                    PgSslError.ChangeNotProven,
                    $"{what} should be {(isLetIn ? "let in" : "refused")} by the new rules, and is not: {seen}.",
                    "Look into the server's log for \"pg_hba.conf was not reloaded\". A pooler between here and the server answers by rules of its own: connect to the server itself.");
        }
    }

    private bool? IsLetIn(ProbeConnection witness, HbaTransport transport) => ProbeConnection.LetsIn(new HbaMatcher(live!.Surroundings).Find(
        plan.After.Records, new HbaClient(witness.UserName, witness.Database, transport, witness.Way.Address)));

    private static FileEdit EditOf(HbaFileChange file) =>
        new(file.Path, file.After) { MayReplace = true, MayWriteInPlace = true, Expected = file.Before };
}

/// <summary>A change that was made.</summary>
/// <param name="Backups">The old content of each file.</param>
/// <param name="WrittenInPlace">Files that could not be replaced in one step.</param>
/// <param name="Proofs">What was seen to be so.</param>
internal sealed record HbaChangeResult(IReadOnlyList<string> Backups, IReadOnlyList<string> WrittenInPlace, IReadOnlyList<Proof> Proofs);
