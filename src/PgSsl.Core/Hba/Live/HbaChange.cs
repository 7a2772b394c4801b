using PgSsl.Files;
using PgSsl.Hba.Policy;

namespace PgSsl.Hba.Live;

/// <summary>A plan on its way into the files and, where there is a server, into its rules; put back where that cannot be shown.</summary>
/// <param name="plan">The change.</param>
/// <param name="live">The server; null to change files only.</param>
/// <param name="files">The file system; the real one if null.</param>
public sealed class HbaChange(HbaPlan plan, HbaLive? live, IFileLayer? files = null)
{
    // The postmaster reads its files within milliseconds of the signal; a busy machine gets its time.
    internal TimeSpan ReloadTimeout { get; init; } = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly List<HbaProof> _proofs = [];

    /// <summary>Writes the files, has the server read them, and proves what came of it.</summary>
    /// <param name="at">The time that the names of backups carry.</param>
    /// <param name="cancellationToken">Puts everything back.</param>
    /// <exception cref="PgSslException">
    /// The errors of <see cref="FileTransaction.Apply"/>; <see cref="PgSslError.ChangeNotProven"/>: the server did otherwise than planned,
    /// and all is as it was; <see cref="PgSslError.FileNotRestored"/>: it is not, and the message says what is where.
    /// </exception>
    public async Task<HbaChangeResult> ApplyAsync(DateTimeOffset at, CancellationToken cancellationToken)
    {
        _proofs.Clear();
        HbaWitness? witness = await FindWitnessAsync(cancellationToken).ConfigureAwait(false);
        FileTransactionResult written = FileTransaction.Apply([.. plan.Files.Select(file => EditOf(file.Path, file.Before, file.After))], at, files);
        _proofs.Add(new HbaProof("Rules", HbaProofState.Proven, $"{plan.After.Records.Count} rules are as PostgreSQL {plan.After.Dialect.Major} reads them."));
        try
        {
            await ProveAsync(witness, cancellationToken).ConfigureAwait(false);
            return new HbaChangeResult([.. written.Backups], written.WrittenInPlace, [.. _proofs]);
        }
        catch (Exception failure)
        {
            await PutBackAsync(written, witness, at, failure).ConfigureAwait(false);
            if (failure is OperationCanceledException)
                throw;
            throw new PgSslException(
                PgSslError.ChangeNotProven,
                $"{plan.Before.Files[0].Path} is as it was, because the change could not be proven: {failure.Message}",
                (failure as PgSslException)?.Remedy ?? "The server's log says what it made of the file.",
                failure);
        }
    }

    /// <summary>The first connection that the change concerns and that can be made: the server need not listen at all its addresses.</summary>
    private async Task<HbaWitness?> FindWitnessAsync(CancellationToken cancellationToken)
    {
        foreach (HbaWay way in live?.Ways ?? [])
        {
            if (HbaWitness.Find(plan, live!, way) is not { } witness)
                continue;
            (bool? observed, _) = await live!.TryAsync(way, witness.UserName, witness.Database, witness.Transport, cancellationToken).ConfigureAwait(false);
            if (observed is not null)
                return witness;
        }
        return null;
    }

    private async Task ProveAsync(HbaWitness? witness, CancellationToken cancellationToken)
    {
        if (live is null)
        {
            _proofs.Add(new HbaProof("Reload", HbaProofState.NotMade, "no server was asked (-Endpoint): it goes by the new rules after SELECT pg_reload_conf()."));
            _proofs.Add(new HbaProof("Wire", HbaProofState.NotMade, "no server was asked (-Endpoint)."));
            return;
        }
        IReadOnlyList<ServerRule> rules = await live.ReadRulesAsync(cancellationToken).ConfigureAwait(false);
        if (ServerRule.Differs(rules, plan.After) is { } difference)
            throw new PgSslException(
                PgSslError.ChangeNotProven, $"{difference}.", "The server reads another file, or reads it otherwise: Get-PgHbaRule -Endpoint shows what it sees.");
        _proofs.Add(new HbaProof("ServerRules", HbaProofState.Proven, $"pg_hba_file_rules shows the {rules.Count} new rules without an error."));
        await ReloadAsync(cancellationToken).ConfigureAwait(false);
        if (witness is null)
        {
            _proofs.Add(new HbaProof(
                "Wire", HbaProofState.NotMade,
                "nothing changes for connections that can be made from here: the server was told to reload, and more could not be seen."));
            return;
        }
        await ExpectAsync(witness, witness.Transport, witness.IsLetIn, cancellationToken).ConfigureAwait(false);
        _proofs.Add(new HbaProof("Reload", HbaProofState.Proven, "the server goes by the new rules."));
        if (witness.Transport == HbaTransport.Plaintext && IsLetIn(witness, HbaTransport.Tls) is { } overTls)
            await ExpectAsync(witness, HbaTransport.Tls, overTls, cancellationToken).ConfigureAwait(false);
    }

    private async Task ReloadAsync(CancellationToken cancellationToken) =>
        await live!.Session.QueryAsync("SELECT pg_reload_conf()", null, cancellationToken).ConfigureAwait(false);

    /// <summary>Waits until a connection meets what the rules say, and remembers it as a proof.</summary>
    private async Task ExpectAsync(HbaWitness witness, HbaTransport transport, bool isLetIn, CancellationToken cancellationToken)
    {
        string what = $"{witness.UserName} to {witness.Database} from {witness.Way.Address.ToIPAddress()} {transport.ToWords()}";
        for (DateTime deadline = DateTime.UtcNow + ReloadTimeout; ; await Task.Delay(Pause, cancellationToken).ConfigureAwait(false))
        {
            (bool? observed, string seen) = await live!.TryAsync(witness.Way, witness.UserName, witness.Database, transport, cancellationToken).ConfigureAwait(false);
            if (observed == isLetIn)
            {
                _proofs.Add(new HbaProof("Wire", HbaProofState.Proven, $"{what} is {(isLetIn ? "let in" : "refused")}: {seen}"));
                return;
            }
            if (DateTime.UtcNow > deadline)
                throw new PgSslException(
                    PgSslError.ChangeNotProven,
                    $"{what} should be {(isLetIn ? "let in" : "refused")} by the new rules, and is not: {seen}.",
                    "Look into the server's log for \"pg_hba.conf was not reloaded\". A pooler between here and the server answers by rules of its own: connect to the server itself.");
        }
    }

    private bool? IsLetIn(HbaWitness witness, HbaTransport transport) => HbaWitness.LetsIn(new HbaMatcher(live!.Surroundings).Find(
        plan.After.Records, new HbaClient(witness.UserName, witness.Database, transport, witness.Way.Address)));

    // Not cancelled by anything: half a change is worse than a wait.
    private async Task PutBackAsync(FileTransactionResult written, HbaWitness? witness, DateTimeOffset at, Exception failure)
    {
        try
        {
            FileTransactionResult undone = FileTransaction.Apply([.. plan.Files.Select(file => EditOf(file.Path, file.After, file.Before))], at, files);
            foreach (string backup in written.Backups.Concat(undone.Backups))
                (files ?? DiskFiles.Instance).Delete(backup);
        }
        catch (Exception problem) when (problem is PgSslException or IOException or UnauthorizedAccessException)
        {
            throw NotPutBack(failure, problem, $"The old rules are in {string.Join(", ", written.Backups)}.");
        }
        try
        {
            if (live is not null)
                await ReloadAsync(CancellationToken.None).ConfigureAwait(false);
            if (witness is not null)
                await ExpectAsync(witness, witness.Transport, witness.WasLetIn, CancellationToken.None).ConfigureAwait(false);
        }
        catch (PgSslException problem)
        {
            throw NotPutBack(failure, problem, $"{plan.Before.Files[0].Path} is as it was; the server may go by other rules.");
        }
    }

    private static PgSslException NotPutBack(Exception failure, Exception problem, string state) => new(
        PgSslError.FileNotRestored,
        $"The change could not be proven ({failure.Message}), and not all of it could be undone: {problem.Message} {state}",
        "Put it right by hand: the old rules in the file, SELECT pg_reload_conf(), and see that the server goes by them before you close your sessions.",
        failure);

    private static FileEdit EditOf(string path, byte[] from, byte[] to) =>
        new(path, to) { MayReplace = true, MayWriteInPlace = true, Expected = from };
}

/// <summary>A change that was made.</summary>
/// <param name="Backups">The old content of each file.</param>
/// <param name="WrittenInPlace">Files that could not be replaced in one step.</param>
/// <param name="Proofs">What was seen to be so.</param>
public sealed record HbaChangeResult(IReadOnlyList<string> Backups, IReadOnlyList<string> WrittenInPlace, IReadOnlyList<HbaProof> Proofs);
