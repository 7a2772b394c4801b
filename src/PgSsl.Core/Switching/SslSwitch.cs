using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates;
using PgSsl.Changes;
using PgSsl.Common;
using PgSsl.Files;
using PgSsl.Hba.Live;
using PgSsl.Inspection;
using PgSsl.Requirements;
using PgSsl.Server;
using PgSsl.Server.Configuration;
using PgSsl.Server.Live;
using PgSsl.Server.Sessions;
using PgSsl.Server.Settings;

namespace PgSsl.Switching;

/// <summary>A change of a server's TLS from one state to another: worked out and checked, but not made yet.</summary>
/// <param name="Change">What would change.</param>
/// <param name="Endpoint">The server; null where no server was asked.</param>
/// <param name="Proofs">What was proven before the change.</param>
/// <param name="Notes">What the user should know.</param>
/// <param name="LockOuts">Who could not connect any more, in words.</param>
internal sealed record SslSwitch(
    SslChange Change, string? Endpoint, IReadOnlyList<Proof> Proofs, IReadOnlyList<string> Notes, IReadOnlyList<string> LockOuts)
    : IPlannedChange<SslConfigurationChange>
{
    /// <summary>The session in which the server is asked; null where no server is asked.</summary>
    private IServerSession? Session { get; init; }

    /// <summary>Whether TLS is to be on.</summary>
    private bool IsOn { get; init; }

    /// <summary>What could not be found out about the settings before the server loads them; null if it is to load none.</summary>
    private IReadOnlyList<Verdict>? NotJudged { get; init; }

    /// <summary>The same, if loading them would not show it either.</summary>
    private IReadOnlyList<string> NotProvable { get; init; } = [];

    /// <summary>What clients would miss in another certificate.</summary>
    private IReadOnlyList<ClientLoss> ClientLosses { get; init; } = [];

    /// <summary>What else a reload puts into force.</summary>
    private PendingEdits Pending { get; set; } = PendingEdits.None;

    /// <summary>Who would get in with less than before, in clauses.</summary>
    private IReadOnlyList<string> Looser { get; init; } = [];

    private bool _isForced;

    /// <summary>How many sessions use plaintext over the network now; null where no server was asked.</summary>
    public int? PlaintextSessions { get; private init; }

    /// <summary>The change and what it leaves, as -WhatIf and -Confirm show it. The notes are warnings, which come before it.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            int count = Change.Changes.Count;
            var lines = new List<string> { $"{count} setting{(count == 1 ? "" : "s")} of {Endpoint ?? Change.Path} would change, in {Change.Path}:" };
            lines.AddRange(Change.Diff);
            if (PlaintextSessions is > 0)
                lines.Add(PlaintextRemain);
            lines.AddRange(Pending.Lines);
            return lines;
        }
    }

    /// <inheritdoc/>
    public string Subject => Endpoint ?? Change.Path;

    /// <inheritdoc/>
    public bool IsNoChange => Change.IsNoChange;

    /// <summary>What is in the files already may not be loaded.</summary>
    public bool MayNeedReload => true;

    /// <inheritdoc/>
    public SslConfigurationChange Outlook => SslConfigurationChange.Planned(Change, Endpoint, PlaintextSessions) with
    {
        PendingEdits = [.. Pending.Edits],
    };

    /// <summary>Which sessions a reload does not change.</summary>
    private string PlaintextRemain => PlaintextSessions == 1
        ? "1 session is in plaintext, and stays so until it ends: a reload changes only new connections."
        : $"{PlaintextSessions} sessions are in plaintext, and stay so until they end: a reload changes only new connections.";

    /// <summary>Works out the change of a running server.</summary>
    /// <param name="target">How its TLS is to be.</param>
    /// <param name="live">The server.</param>
    /// <param name="configurationPath">The file to write to, absolute; null for ALTER SYSTEM.</param>
    /// <param name="at">The time in the name of a backup.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="PgSslException">It cannot be done: see <see cref="SslPreflight"/>, <see cref="SslTarget"/> and the plans.</exception>
    public static async Task<SslSwitch> PrepareAsync(
        SslTarget target, LiveServer live, string? configurationPath, DateTimeOffset at, CancellationToken cancellationToken)
    {
        ServerTlsFacts facts = await ServerTlsReader.ReadAsync(live.Session, cancellationToken).ConfigureAwait(false);
        Dictionary<string, string> values =
            target.ValuesIn(facts.Version.Major).Where(value => !facts.IsFixedAs(value.Key, value.Value)).ToDictionary();
        SslPreflight.CheckServer(values, live, facts, altersSystem: configurationPath is null);
        SslFileCheck files = CheckFiles(target, live, facts);
        IReadOnlyList<Verdict>? notJudged = target.IsOn
            ? SslPreflight.CheckSettings(await ServerSettingFacts.ReadAsync(live, facts, values, cancellationToken).ConfigureAwait(false))
            : null;
        string? fingerprint = files.Fingerprint ?? await ReadFingerprintAsync(target, live.Session, facts, cancellationToken).ConfigureAwait(false);
        var prover = new SslProver(live, facts, target, fingerprint);

        bool willShow = notJudged is null or [] || await prover.WillShowAsync(notJudged, cancellationToken).ConfigureAwait(false);

        var notes = new List<string>([.. SslPreflight.NotesOf(facts, live), .. target.Remarks]);
        SslChange change;
        if (configurationPath is null)
        {
            change = new AlterSystemChange(AlterSystemPlan.Create(facts, values), live, prover);
        }
        else
        {
            ServerDisk.Demand(
                live, "Run this on the server's machine. Without -Endpoint the file is changed by itself, and the server has to reload it then.");
            ConfigurationDocument document = ConfigurationPaths.ReadOf(facts, configurationPath);
            configurationPath = ConfigurationPaths.NameIn(document, configurationPath);
            notes.AddRange(SslPreflight.CheckOwner(document, configurationPath));
            change = new ConfigurationFileChange(PlanFile(document, configurationPath, values), prover, at);
        }

        string endpoint = live.Session.Host.ToString();
        SessionList sessions = await SessionReader.ReadAsync(live.Session, endpoint, cancellationToken).ConfigureAwait(false);
        if (sessions.DescribeHidden(endpoint, facts.UserName) is { } hidden)
            notes.Add(hidden);
        notes.AddRange(files.Notes);
        IReadOnlyList<ClientLoss> losses = change.IsNoChange
            ? [] :
            [
                .. await SslPreflight.FindClientLossesAsync(target, live, facts, cancellationToken).ConfigureAwait(false),
                .. await SslPreflight.FindUnboundAsync(live, files, cancellationToken).ConfigureAwait(false),
            ];
        notes.AddRange(losses.Select(loss => loss.Warning).Where(text => !files.Notes.Any(note => text.StartsWith(note, StringComparison.Ordinal))));
        SslLosses lost = change.IsNoChange ? SslLosses.None
            : (await SslLosses.FindAsync(target, live, facts, values, cancellationToken).ConfigureAwait(false))
                .With(sessions.HiddenCount, facts.UserName);
        notes.AddRange(lost.Doubts);
        var own = new OwnChange
        {
            Values = values, NamesPair = target.IsOn && target.CertificatePath is not null, JudgesTls = target.IsOn,
        };
        Task<PendingEdits> FindPendingAsync(CancellationToken token) => PendingEdits.FindAsync(live, own, token);
        NextStart start = await NextStart.FindAsync(live, own, cancellationToken).ConfigureAwait(false);
        notes.AddRange(start.Warnings);
        notes.AddRange(lost.Looser.Select(clause => $"With less than before would get in: {clause}."));
        Proof[] doubts = await SeveralServers.FindDoubtAsync(live, cancellationToken).ConfigureAwait(false) is { } doubt ? [doubt] : [];
        var planned = new SslSwitch(change, endpoint, [.. files.Proofs, .. lost.Proofs, .. start.Proofs, .. doubts], notes, lost.LockOuts)
        {
            Looser = lost.Looser,
            IsOn = target.IsOn,
            Session = live.Session,
            Pending = change.IsNoChange ? PendingEdits.None : await FindPendingAsync(cancellationToken).ConfigureAwait(false),
            ClientLosses = losses,
            NotJudged = notJudged,
            NotProvable = willShow || change.IsNoChange ? [] : [.. notJudged!.Select(verdict => verdict.Detail)],
            PlaintextSessions = CountPlaintext(sessions),
        };
        // Where nothing is to be changed, it shows later whether a reload is needed.
        change.BeforeBareReload = async token => planned.Accept(await FindPendingAsync(token).ConfigureAwait(false));
        change.FindLack = planned.FindLack;
        if (!live.Session.Host.IsUnixSocket)
            change.ProveLogin = token => OwnLogin.ProveAsync(live, planned._isForced, token);
        return planned;
    }

    /// <summary>Nobody could judge the settings, it was expected that loading them would show it, and it did not.</summary>
    private PgSslException? FindLack(IReadOnlyList<Proof> proofs) => _isForced || NotJudged is null or [] || IsLoaded(proofs)
        ? null
        : new PgSslException(
            PgSslError.ChangeNotProven,
            $"it was not seen whether the server takes its new settings, and if not, its next start fails. {Details(NotJudged)}",
            "Look into the server's log for \"SSL configuration was not reloaded\"; -Force keeps the change.");

    private static bool IsLoaded(IReadOnlyList<Proof> proofs) => proofs.Any(proof => proof is { Name: "TlsReload", Outcome: ProofState.Proven });

    private static string Details(IReadOnlyList<Verdict> verdicts) => string.Join(" ", verdicts.Select(verdict => verdict.Detail));

    /// <inheritdoc/>
    IReadOnlyList<string> IPlannedChange<SslConfigurationChange>.Warnings => [.. Pending.Warnings];

    private void Accept(PendingEdits pending)
    {
        Pending = pending;
        if (!_isForced)
            pending.Check(Subject);
    }

    /// <summary>Works out the change of a configuration file, where no server is asked.</summary>
    /// <param name="target">How the server's TLS is to be.</param>
    /// <param name="configurationPath">The file, absolute.</param>
    /// <param name="at">The time in the name of a backup.</param>
    /// <exception cref="PgSslException">It cannot be done.</exception>
    public static SslSwitch PrepareFile(SslTarget target, string configurationPath, DateTimeOffset at)
    {
        ConfigurationDocument document = ConfigurationPaths.ReadAround(configurationPath);
        configurationPath = ConfigurationPaths.NameIn(document, configurationPath);
        IReadOnlyList<string> owners = SslPreflight.CheckOwner(document, configurationPath);
        int? major = ServerAtRest.MajorOf(document);
        IReadOnlyDictionary<string, string> values = target.ValuesIn(major ?? PostgresVersion.Newest);
        SslFileCheck files = ServerAtRest.CheckFiles(target, document, isDataDirectory: major is not null);
        if (target.IsOn)
            SslPreflight.CheckSettings(ServerAtRest.SettingsOf(document, values, major ?? PostgresVersion.Newest));
        ConfigurationPlan plan = PlanFile(document, configurationPath, values);
        List<string> notes = [.. owners, .. target.Remarks, .. files.Notes];
        if (major is null)
            notes.Add(
                $"It is not known which version of PostgreSQL reads {document.Files[0].Path}: " +
                $"the parameters have the names of version {PostgresVersion.Newest}.");
        return new SslSwitch(new ConfigurationFileChange(plan, null, at), null, files.Proofs, notes, []);
    }

    /// <inheritdoc/>
    public IReadOnlyList<FileEdit> Files => Change.Files;

    /// <inheritdoc/>
    public void Check(bool isForced)
    {
        _isForced = isForced;
        if (!isForced && LockOuts.Count > 0)
            throw new PgSslException(
                PgSslError.LockOut,
                (IsOn ? $"TLS of {Endpoint} stays as it is, because the change" : $"TLS of {Endpoint} stays on, because switching it off")
                    + $" would lock out: {string.Join("; ", LockOuts)}.",
                IsOn ? "Change these clients, or the rules that decide about them, first; "
                        + "name a CA file that has the old CA as well and CRLs of all CAs in it, or use -Force."
                    : "Change these first (Set-PgHbaSsl -Allow, sslmode of the clients), or use -Force.");
        if (!isForced && Looser.Count > 0)
            throw new PgSslException(
                PgSslError.LooserLogin,
                $"TLS of {Endpoint} stays as it is, because these would get in with less than before: {string.Join("; ", Looser)}.",
                "Correct these rules of pg_hba.conf first: Test-PgHbaRule shows which one decides. Or use -Force.");
        if (!isForced && NotProvable.Count > 0)
            throw new PgSslException(
                PgSslError.NotProvable,
                $"{Endpoint} was not changed, because nothing would show whether it takes the change, and if not, its next start fails. " +
                string.Join(" ", NotProvable),
                $"Run this on the server's machine {SystemWords.Here.WithRights}, or as a superuser with logging_collector on; or use -Force.");
        if (isForced)
            return;
        ClientLoss.Check(ClientLosses);
        Pending.Check(Subject);
    }

    /// <summary>Makes the change and proves it. If nothing is to be changed, it checks whether the server is as it should be.</summary>
    /// <param name="cancellationToken">Undoes everything.</param>
    /// <exception cref="PgSslException">See <see cref="ProvenChange.RunAsync"/>.</exception>
    public async Task<SslConfigurationChange> ApplyAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<Proof> proofs = await Pending.MakeAsync(() => Change.ApplyAsync(cancellationToken)).ConfigureAwait(false);
        int? plaintext = await TryCountPlaintextAsync(cancellationToken).ConfigureAwait(false);
        return SslConfigurationChange.Of(Change, Endpoint, [.. Proofs, .. Pending.Proofs, .. ProofOfJudgements(proofs), .. proofs], plaintext) with
        {
            PendingEdits = [.. Pending.Edits],
        };
    }

    /// <summary>The sessions after the change: some may have come in the meantime. Nothing that fails here makes the change a failure.</summary>
    private async Task<int?> TryCountPlaintextAsync(CancellationToken cancellationToken)
    {
        try
        {
            return Session is null
                ? null
                : CountPlaintext(await SessionReader.ReadAsync(Session, Endpoint!, cancellationToken).ConfigureAwait(false));
        }
        catch (Exception failure) when (failure is PgSslException or OperationCanceledException)
        {
            return null;
        }
    }

    async Task<ChangeResult<SslConfigurationChange>> IPlannedChange<SslConfigurationChange>.ApplyAsync(CancellationToken cancellationToken)
    {
        SslConfigurationChange made = await ApplyAsync(cancellationToken).ConfigureAwait(false);
        return new ChangeResult<SslConfigurationChange>(made)
        {
            WrittenInPlace = Change.WrittenInPlace,
            Proofs = made.Proofs,
            Warnings = made.PlaintextSessions > 0 ? [PlaintextRemain]
                : made.PlaintextSessions is null && Session is not null
                    ? [$"The change is made, but which sessions of {Endpoint} are in plaintext could not be read. Get-PgSslSession shows them."]
                : [],
        };
    }

    /// <summary>Whether clients take the certificate, and the server the settings: as it was judged before, or as loading them has shown.</summary>
    private IEnumerable<Proof> ProofOfJudgements(IReadOnlyList<Proof> proofs)
    {
        const string Name = "Values";
        if (ClientLoss.DescribeBlocking(ClientLosses) is { } accepted)
            yield return new Proof(ClientLoss.ProofName, ProofState.NotMade, accepted);
        if (NotJudged is null)
            yield break;
        // A reload does without the parameters of a file that a start does not forgive (load_dh_file).
        bool isLoaded = IsLoaded(proofs) && NotJudged.All(verdict => verdict.Requirement != Requirement.DhParameters);
        yield return NotJudged.Count == 0 ? new Proof(Name, ProofState.Proven, "the server takes the values and files of its settings for TLS.")
            : isLoaded ? new Proof(Name, ProofState.Proven, "the server has loaded them.")
            : new Proof(Name, ProofState.NotMade, Details(NotJudged));
    }

    // The session that asks ends with the cmdlet.
    private static int CountPlaintext(SessionList sessions) => sessions.Sessions.Count(session => session is { IsPlaintext: true, IsOwn: false });

    private static ConfigurationPlan PlanFile(ConfigurationDocument document, string path, IReadOnlyDictionary<string, string> values) =>
        ConfigurationPlanner.Plan(document, path, values.ToDictionary(value => value.Key, value => (string?)value.Value), DiskServerFiles.Instance);

    /// <summary>Checks the files of a running server, if they are here.</summary>
    private static SslFileCheck CheckFiles(SslTarget target, LiveServer live, ServerTlsFacts facts)
    {
        return SslPreflight.CheckFiles(
            target, target.CertificatePath ?? facts.NextPathOf("ssl_cert_file"), target.KeyPath ?? facts.NextPathOf("ssl_key_file"),
            live.FilesAreHere ? ServerConditions.Of(facts, isLocal: true) : null, isReloaded: true);
    }

    /// <summary>The certificate in a server's file, read through SQL; null where it is not known or cannot be read.</summary>
    private static async Task<string?> ReadFingerprintAsync(
        SslTarget target, IServerSession session, ServerTlsFacts facts, CancellationToken cancellationToken)
    {
        if (!target.IsOn || (target.CertificatePath ?? facts.NextPathOf("ssl_cert_file")) is not { } path)
            return null;
        try
        {
            X509Certificate2? leaf = await SslConfigurationReader.ReadCertificateAsync(session, path, cancellationToken).ConfigureAwait(false);
            return leaf is null ? null : Fingerprint.Of(leaf);
        }
        catch (PgSslException failure) when (failure.Error is PgSslError.InsufficientPrivilege or PgSslError.SqlFailed)
        {
            return null;
        }
    }
}
