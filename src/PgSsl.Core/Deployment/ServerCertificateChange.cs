using PgSsl.Changes;
using PgSsl.Common;
using PgSsl.Files;
using PgSsl.Requirements;
using PgSsl.Server.Configuration;
using PgSsl.Server.Live;

namespace PgSsl.Deployment;

/// <summary>
/// Writes a certificate and its key into the files and, if there is a server, checks that it serves them; undoes it if it does not.
/// </summary>
/// <remarks>
/// Two files cannot be renamed in one step; the key goes first. A process that is killed in between leaves a pair that does not match: a
/// running server keeps what it has, <see cref="ServerCertificateCheck"/> finds the pair and the old key beside it, and the same
/// installation, repeated, writes what is missing. On Windows each new process of a server reads the pair (EXEC_BACKEND; postmaster.c,
/// SubPostmasterMain: if it does not match, "soldier on without SSL"). The two renames are the last steps, with nothing between them; but a process
/// that has read the old certificate by then reads the new key. Only new names in both settings prevent that, so such a server gets them where
/// that is possible (<see cref="PairSwitch"/>).
/// </remarks>
internal sealed class ServerCertificateChange : ProvenChange
{
    private readonly ServerCertificatePlan _plan;
    private readonly LiveServer? _live;
    private readonly bool _servesTls;
    private readonly IReadOnlyList<ServedAt> _before;
    private readonly ReversibleFiles _files;
    private readonly ReversibleSettings? _settings;
    private readonly IFileLayer? _disk;
    private readonly DateTimeOffset _at;
    private string? _leftovers;
    private IReadOnlyList<TlsVersion> _spoken = [];

    /// <summary>Prepares the change.</summary>
    /// <param name="plan">What is to be written.</param>
    /// <param name="live">The server; null to write files only.</param>
    /// <param name="sslIsOn">Whether its setting <c>ssl</c> is on; if it is off, nothing will be served.</param>
    /// <param name="before">What it served before (<see cref="ServedCertificates.ObserveAsync"/>).</param>
    /// <param name="at">The time in the names of backups.</param>
    /// <param name="files">The file system; the real one if null.</param>
    public ServerCertificateChange(
        ServerCertificatePlan plan, LiveServer? live, bool sslIsOn, IReadOnlyList<ServedAt> before, DateTimeOffset at, IFileLayer? files = null)
    {
        (_plan, _live, _servesTls, _before) = (plan, live, sslIsOn, before);
        _files = new ReversibleFiles(plan.Edits, at, files);
        _settings = live is not null && plan.Switch is { } pair ? new ReversibleSettings(pair.Settings, live, files) : null;
        _disk = files;
        _at = at;
    }

    // Between its fork and its first read of a file for TLS a process needs some milliseconds.
    private static readonly TimeSpan TimeForProcesses = TimeSpan.FromSeconds(1);

    /// <summary>How long the server may take. Tests of what never happens wait less.</summary>
    internal TimeSpan ReloadTimeout { get; init; } = TimeSpan.FromSeconds(15);

    private ServedCertificates Served(DateTime? loaded = null) =>
        new(_live!) { ReloadTimeout = ReloadTimeout, Before = _before, LoadedBefore = loaded };

    /// <inheritdoc/>
    protected override string Subject => _plan.Switch?.Settings.Path ?? _plan.Target.CertificatePath;

    /// <inheritdoc/>
    protected override string RemedyByHand => _settings?.RemedyByHand ??
        "Restore the old files by hand (their backups are beside them), SELECT pg_reload_conf(), " +
        "and check with Get-PgServerCertificate what is served.";

    /// <summary>Whether all files are in place, and the certificate is served.</summary>
    public bool IsNothingToDo => _plan.Edits.Count == 0 && _plan.Switch is null && (_live is null || !_servesTls || _before.All(SendsBundle));

    /// <summary>Writes the files, has the server read them, and waits until it serves the new certificate.</summary>
    /// <exception cref="PgSslException">See <see cref="ProvenChange.RunAsync"/>.</exception>
    public async Task<ServerCertificateChangeResult> ApplyAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<Proof> proofs;
        try
        {
            proofs = await RunAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _settings?.Unlock();
        }
        string[] kept = _plan.Switch is { Old: var old } ? [old.KeyPath, old.CertificatePath] : [];
        return new ServerCertificateChangeResult(
            [.. kept, .. _files.Written?.Backups ?? []], [.. _files.Written?.WrittenInPlace ?? []], proofs) { Remains = DeleteOutdated() };
    }

    /// <inheritdoc/>
    protected override async Task WriteAsync(CancellationToken cancellationToken)
    {
        // Which ciphers can be used depends on the kind of the key.
        if (_live is not null && _before.FirstOrDefault(answer => answer.Facts.Tls is not null) is { } old
            && old.Facts.Tls!.Chain[0].GetKeyAlgorithm() != _plan.Bundle.Leaf.GetKeyAlgorithm())
            _spoken = await SpokenVersions.FindAsync(_live, old, cancellationToken).ConfigureAwait(false);
        if (_plan.Edits.Count > 0)
            _files.Write();
        if (_settings is null)
            return;
        try
        {
            await _settings.WriteAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            _settings.Unlock();
            // A setting that could not be restored may name the new files.
            if (failure is not PgSslException { Error: PgSslError.FileNotRestored })
                DeleteNew();
            throw;
        }
    }

    /// <inheritdoc/>
    protected override string? Leftovers => _leftovers ?? _files.Leftovers;

    /// <inheritdoc/>
    protected override async Task ProveAsync(CancellationToken cancellationToken)
    {
        AddProven("Files", $"{_plan.Target.CertificatePath} and {_plan.Target.KeyPath} hold a certificate and its key.");
        if (_live is null)
        {
            AddNotMade("Wire", "no server was asked (-Endpoint): it will serve the new certificate after SELECT pg_reload_conf().");
            return;
        }
        if (_settings is not null)
            await _settings.DemandWrittenAsync(cancellationToken).ConfigureAwait(false);
        DateTime? loaded = await ServedCertificates.ReadLoadTimeAsync(_live.Session, cancellationToken).ConfigureAwait(false);
        await _live.ReloadAsync(cancellationToken).ConfigureAwait(false);
        if (!_servesTls)
        {
            AddNotMade("Wire", "ssl is off: Enable-PgSsl switches it on.");
            return;
        }
        Add(await Served(loaded).WaitAsync(_plan.Fingerprint, cancellationToken).ConfigureAwait(false));
        // The same certificate may come with other intermediates. If its file has none, a server adds what it finds in ssl_ca_file
        // (ssl/statem/statem_lib.c, ssl_add_cert_chain), so more may be sent than was written.
        await Served(loaded).WaitAsync(
            SendsBundle, $"but not the {_plan.Bundle.Intermediates.Count} intermediate(s) behind it", cancellationToken).ConfigureAwait(false);
        if (_spoken.Count > 0)
            await DemandSpokenAsync(_live, cancellationToken).ConfigureAwait(false);
    }

    private async Task DemandSpokenAsync(LiveServer live, CancellationToken cancellationToken)
    {
        if (await Served().ObserveAsync(cancellationToken).ConfigureAwait(false) is not [{ Fingerprint: not null } now, ..])
            return;
        foreach (TlsVersion lost in _spoken.Except(await SpokenVersions.FindAsync(live, now, cancellationToken).ConfigureAwait(false)))
            throw new PgSslException(
                PgSslError.ChangeNotProven,
                $"{now.Host} does not speak {lost.Name()} with the new key, as it did with the old one: its ciphers have none for such a key.",
                "Request a certificate for a key of the kind that the server has now; or add ciphers for the new one first: Enable-PgSsl -Ciphers.");
    }

    /// <inheritdoc/>
    protected override Task PutBackAsync()
    {
        // The new files stay until no process reads them any more.
        if (_settings is not null)
            return _settings.PutBackAsync();
        if (_files.Written is not null)
            _files.PutBack();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    protected override async Task ProveOldAsync()
    {
        if (_live is null)
            return;
        if (_settings is not null && _files.Written is not null)
            _leftovers = $"{string.Join(" and ", _plan.Edits.Select(edit => edit.Path))} stay: a process may still read them.";
        await _live.ReloadOldAsync().ConfigureAwait(false);
        if (_servesTls && _before.FirstOrDefault(answer => answer.Fingerprint is not null) is { } old)
            await Served().WaitAsync(old.Fingerprint, CancellationToken.None).ConfigureAwait(false);
        if (_settings is null)
            return;
        _settings.Unlock();
        // A process that was started before the reload may be about to read them.
        await Task.Delay(TimeForProcesses).ConfigureAwait(false);
        DeleteNew();
    }

    /// <summary>Deletes the files of the new pair, which nothing names any more.</summary>
    private void DeleteNew()
    {
        if (_files.Written is null)
            return;
        try
        {
            _files.PutBack();
            _leftovers = _files.Leftovers;
        }
        catch (PgSslException problem)
        {
            _leftovers = problem.Message;
        }
    }

    /// <summary>Deletes pairs that are older than the one before.</summary>
    /// <returns>What could not be deleted, as a sentence; null for nothing.</returns>
    private string? DeleteOutdated()
    {
        if (_plan.Switch is not { Outdated: { Count: > 0 } outdated })
            return null;
        try
        {
            FileTransaction.Apply(outdated, _at, _disk, drops: []);
            return null;
        }
        catch (PgSslException problem)
        {
            return $"Older pairs were not deleted: {problem.Message}";
        }
    }

    private bool SendsBundle(ServedAt seen) => seen.Sends(_plan.Bundle.Chain);
}

/// <summary>A change that was made.</summary>
/// <param name="Backups">The files with the old contents.</param>
/// <param name="WrittenInPlace">Files that could not be replaced atomically and were overwritten.</param>
/// <param name="Proofs">What was proven, and what could not be.</param>
internal sealed record ServerCertificateChangeResult(
    IReadOnlyList<string> Backups, IReadOnlyList<string> WrittenInPlace, IReadOnlyList<Proof> Proofs)
{
    /// <summary>Files that should have been deleted, as a sentence; null for none.</summary>
    public string? Remains { get; init; }
}
