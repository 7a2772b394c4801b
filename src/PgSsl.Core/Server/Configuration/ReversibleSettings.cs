using PgSsl.Common;
using PgSsl.Files;
using PgSsl.Server.Live;
using PgSsl.Server.Settings;

namespace PgSsl.Server.Configuration;

/// <summary>Settings that ALTER SYSTEM writes, and that can be taken back. The caller has the server load them.</summary>
/// <param name="plan">The statements.</param>
/// <param name="live">The server.</param>
/// <param name="files">The file system; the real one if null.</param>
internal sealed class ReversibleSettings(AlterSystemPlan plan, LiveServer live, IFileLayer? files = null)
{
    /// <summary>What to do by hand if settings could not be restored, whichever they are.</summary>
    public const string RemedyForSettings =
        "Restore the old settings by hand, then SELECT pg_reload_conf(). Before you close your sessions, check with Get-PgServerCertificate " +
        "what the server serves.";

    // A server needs both or neither.
    private static readonly string[] Pair = ["ssl_cert_file", "ssl_key_file"];

    private readonly Stack<AlterSystemStep> _done = [];
    private DirectoryLocks? _locks;

    /// <summary>What to do by hand if these could not be restored.</summary>
    public string RemedyByHand => $"{RemedyForSettings} These restore them: {string.Join("; ", plan.Steps.Select(step => step.Undo))}.";

    /// <summary>Makes the changes.</summary>
    /// <exception cref="PgSslException">
    /// They could not be made, and nothing is changed; <see cref="PgSslError.FileNotRestored"/>: something is.
    /// </exception>
    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        if (plan.Steps.Count == 0)
            return;
        // Two changes at once would mix their settings. On another machine nothing can be locked.
        if (live is { FilesAreHere: true, DataDirectory: { } data })
            _locks = DirectoryLocks.Take(files ?? DiskFiles.Open(), [RealPath.Of(data)]);
        await DemandStateAsync(step => step.Expected, PgSslError.FileChanged, cancellationToken).ConfigureAwait(false);
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

    /// <summary>Throws if somebody else has set one of the parameters meanwhile: a reload would load a mixture.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.ChangeNotProven"/>.</exception>
    public Task DemandWrittenAsync(CancellationToken cancellationToken) =>
        DemandStateAsync(step => step.Value, PgSslError.ChangeNotProven, cancellationToken);

    /// <summary>Lets other changes begin: when this one is proven or undone, and before files in the data directory are changed.</summary>
    public void Unlock()
    {
        _locks?.Dispose();
        _locks = null;
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
                PgSslError.FileNotRestored, $"{plan.Path} could not be written ({failure.Message}), and not restored: {problem.Message}",
                RemedyByHand, failure);
        }
    }

    /// <summary>
    /// The undo of each statement is tried, whatever becomes of the others. What a statement did not change, or somebody else has changed since, is
    /// left as it is.
    /// </summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.FileNotRestored"/>.</exception>
    public async Task PutBackAsync()
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
        // One file of a pair alone would leave a certificate without its key.
        bool isPairLeft = now is not null && _done.Count(IsOfPair) == Pair.Length && _done.Where(IsOfPair).Any(IsForeign);
        while (_done.TryPop(out AlterSystemStep? step))
        {
            if (isPairLeft && IsOfPair(step) && !IsForeign(step))
            {
                problems.Add($"{step.Name} is left as it is as well: certificate and key belong together. Do not reload before both are right.");
                continue;
            }
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
        if (isAnyBack && !isPairLeft)
            await TryAsync(undo.ReloadAsync).ConfigureAwait(false);
        throw new PgSslException(PgSslError.FileNotRestored, string.Join(" ", problems.Distinct()), RemedyByHand);

        bool IsForeign(AlterSystemStep step) =>
            AlterSystemPlan.FindAutomatic(now!, step.Name, plan.Path) is var value && value != step.Old && value != step.Value;
    }

    private static bool IsOfPair(AlterSystemStep step) => Pair.Contains(step.Name);

    /// <summary>Throws if postgresql.auto.conf has another value than it is to have.</summary>
    private async Task DemandStateAsync(Func<AlterSystemStep, string?> expected, PgSslError error, CancellationToken cancellationToken)
    {
        if (await ServerTlsReader.ReadFileSettingsAsync(live.Session, cancellationToken).ConfigureAwait(false) is { } now
            && plan.Steps.FirstOrDefault(step => AlterSystemPlan.FindAutomatic(now, step.Name, plan.Path) != expected(step)) is { } other)
            throw new PgSslException(
                error,
                $"{other.Name} was changed in {plan.Path} by somebody else in the meantime"
                    + (error == PgSslError.FileChanged ? ", so nothing was written." : ", so nothing was loaded."),
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
