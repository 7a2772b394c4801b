using PgSsl.Certificates;
using PgSsl.Changes;
using PgSsl.Common;
using PgSsl.Files;
using PgSsl.Requirements;
using PgSsl.Server;
using PgSsl.Server.Live;
using PgSsl.Server.Settings;

namespace PgSsl.Hba.Live;

/// <summary>
/// Whether a server would start again with all that is on its disk. A running one goes on with what it has loaded, whatever was saved since; so a
/// change can be seen to be in use, and the next start fails for another reason.
/// </summary>
/// <param name="Faults">Why it would not, as sentences.</param>
/// <param name="Doubts">What cannot be told, as sentences.</param>
internal sealed record NextStart(IReadOnlyList<string> Faults, IReadOnlyList<string> Doubts)
{
    /// <summary>The name of the proof.</summary>
    public const string ProofName = "Start";

    // A line with an error and a type is loaded: it is about hostssl where TLS is off, which matches nobody (hba.c, parse_hba_line).
    private const string RefusedRule =
        "SELECT line_number AS line FROM pg_hba_file_rules WHERE error IS NOT NULL AND type IS NULL ORDER BY 1 LIMIT 1";

    private const string RefusedMapping = "SELECT line_number AS line FROM pg_ident_file_mappings WHERE error IS NOT NULL ORDER BY 1 LIMIT 1";

    /// <summary>The server; null where none was asked.</summary>
    private string? Server { get; init; }

    /// <summary>Why a reload would take TLS from the server, as sentences; empty if it would not, or TLS is not served anyway.</summary>
    private string[] Losses { get; init; } = [];

    /// <summary>What to do about them.</summary>
    private string? WayBack { get; init; }

    /// <summary>
    /// Throws if a reload would take TLS from the server: clients with sslmode=prefer go on in plaintext then, and an undo of our own change does not
    /// bring TLS back. Files that are wrong take it only where each process reads them; others keep what they have.
    /// </summary>
    /// <param name="subject">What is left as it is.</param>
    /// <exception cref="PgSslException"><see cref="PgSslError.RequirementNotMet"/>.</exception>
    public void CheckReload(string subject)
    {
        if (Losses.Length > 0)
            throw new PgSslException(
                PgSslError.RequirementNotMet,
                $"{subject} is left as it is, because a reload would take TLS from {Server}, and sslmode=prefer would go on in plaintext: "
                    + string.Join(" ", Losses),
                WayBack);
    }

    /// <summary>No server is asked.</summary>
    public static NextStart NotAsked { get; } = new([], []);

    /// <summary>The warnings: this is not the change's doing.</summary>
    public IEnumerable<string> Warnings =>
        Faults.Select(fault => $"{Server} would not start again as its files are, with this change or without it: {fault}");

    /// <summary>What is shown about it; none where no server was asked.</summary>
    public IEnumerable<Proof> Proofs => Server is null ? []
        : Faults.Count + Doubts.Count == 0
            ? [new Proof(ProofName, ProofState.Proven, "nothing on its disk is known that keeps the server from starting again.")]
        : [new Proof(ProofName, ProofState.NotMade, string.Join(" ", Faults.Concat(Doubts)))];

    /// <summary>Whether proofs say that a server would not start again, or leave it open.</summary>
    public static bool IsOpenIn(IEnumerable<Proof> proofs) => proofs.Any(proof => proof.Name == ProofName && proof.Outcome != ProofState.Proven);

    /// <summary>Looks at the disk.</summary>
    /// <param name="live">The server.</param>
    /// <param name="own">What the caller changes, and has judged.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="PgSslException">The session broke, or a statement failed.</exception>
    public static async Task<NextStart> FindAsync(LiveServer live, OwnChange own, CancellationToken cancellationToken)
    {
        ServerTlsFacts facts = await ServerTlsReader.ReadAsync(live.Session, cancellationToken).ConfigureAwait(false);
        List<string> faults = [], doubts = [], losses = [];
        StartSettings? settings = await StartSettings.ReadAsync(live.Session, cancellationToken).ConfigureAwait(false);
        faults.AddRange(settings?.Faults ?? []);
        doubts.AddRange(settings?.Waiting ?? [$"Role {facts.UserName} may not see what the configuration files hold (pg_file_settings)."]);
        HbaDocument? rules = own.Rules?.After;
        if (rules is null)
            rules = await JudgeRulesAsync().ConfigureAwait(false);
        else if (!rules.IsLoadable)
            faults.Add(DescribeUnloadable(rules));
        await JudgeMapAsync().ConfigureAwait(false);
        await JudgeTlsAsync().ConfigureAwait(false);
        return new NextStart(faults, doubts)
        {
            Server = live.Session.Host.ToString(),
            Losses = [.. losses],
            WayBack = PendingPair.Find(facts) is { } pair ? $"Take back what waits first: {pair.WayBack}; then run the same command again."
                : "Load it by itself first if it is meant (SELECT pg_reload_conf()), or correct it: Get-PgSslConfiguration says how.",
        };

        async Task<HbaDocument?> JudgeRulesAsync()
        {
            if (facts.HbaFile is not { } path)
            {
                doubts.Add($"Role {facts.UserName} may not see which pg_hba.conf the server reads.");
                return null;
            }
            try
            {
                HbaDocument found = await ServerHbaFiles.ReadAsync(live, path, cancellationToken).ConfigureAwait(false);
                if (!found.IsLoadable)
                    faults.Add(DescribeUnloadable(found));
                else if (live.FilesAreHere && !OperatingSystem.IsWindows() && ServerConditions.Of(facts, isLocal: true).Account is { } account
                    && found.Files.FirstOrDefault(file => !ServerFile.Read(file.Path).MayBeReadBy(account)) is { } closed)
                    faults.Add($"The server's account {account.Name} may not read {closed.Path}.");
                else if (await FindErrorAsync(RefusedRule).ConfigureAwait(false) is { } error)
                    faults.Add($"{path}: {error}, pg_hba_file_rules says why.");
                return found;
            }
            catch (PgSslException failure) when (failure.Error == PgSslError.FileNotFound)
            {
                faults.Add(failure.Message);
            }
            catch (PgSslException failure) when (failure.Error is PgSslError.InsufficientPrivilege or PgSslError.FileUnreadable)
            {
                doubts.Add($"Whether the server can load {path} is not known: {failure.Message}");
            }
            return null;
        }

        // A server starts without a map of user names, but then nobody who needs one logs in (postmaster.c, PostmasterMain).
        async Task JudgeMapAsync()
        {
            if (facts.Version.Major >= 15 && rules?.Records.Any(entry => entry.Record!.Option("map") is not null) == true
                && await FindErrorAsync(RefusedMapping).ConfigureAwait(false) is { } error)
                doubts.Add(
                    "After it, nobody logs in by a map of user names: the server does not load pg_ident.conf: "
                    + $"{error}, pg_ident_file_mappings says why.");
        }

        // The files were read before, so that they are there: an error of class 58 would end the session.
        async Task<string?> FindErrorAsync(string statement)
        {
            try
            {
                IReadOnlyList<SqlRow> rows = await live.Session.QueryAsync(statement, null, cancellationToken).ConfigureAwait(false);
                // The error may have words of the line in it, and so a secret.
                return rows is [var row] ? $"line {row["line"]} is refused" : null;
            }
            catch (PgSslException failure) when (failure.Error is PgSslError.InsufficientPrivilege or PgSslError.SqlFailed)
            {
                return null;
            }
        }

        async Task JudgeTlsAsync()
        {
            string? set = own.Values.GetValueOrDefault(SslParameters.Ssl.Name);
            string? waiting = facts.PendingReloads.Where(pending => pending.Setting.Name == SslParameters.Ssl.Name)
                .Select(pending => pending.InFile?.Value ?? pending.Setting.Default).FirstOrDefault();
            if (set is null && facts.SslIsOn && waiting is not null && ServerSetting.ParseBoolean(waiting) == false)
                losses.Add("Somebody switched ssl off, and did not load that.");
            if (own.JudgesTls || ServerSetting.ParseBoolean(set ?? waiting ?? facts[SslParameters.Ssl.Name]) != true)
                return;
            Verdict[] values = [.. SettingRequirements.Judge(
                await ServerSettingFacts.ReadAsync(live, facts, own.Values, cancellationToken).ConfigureAwait(false))];
            (bool? IsMet, string Detail)[] ofPair = own.ReplacesPair ? [] : [.. JudgePair(live, facts)];
            string[] ofTls =
            [
                .. values.Where(verdict => verdict.IsMet == false).Select(verdict => verdict.Detail),
                .. ofPair.Where(judged => judged.IsMet == false).Select(judged => judged.Detail),
            ];
            faults.AddRange(ofTls);
            if (ofTls.Length > 0 && facts.SslIsOn && ServerConditions.Of(facts, live.FilesAreHere).EachProcessReads
                && await ServesTlsAsync(live, cancellationToken).ConfigureAwait(false))
                losses.AddRange([.. ofTls, "Each connection of this server reads the files for TLS itself."]);
            string[] open =
            [
                .. values.Where(verdict => verdict.IsMet is null && IsOfFile(verdict.Requirement)).Select(verdict => verdict.Detail),
                .. ofPair.Where(judged => judged.IsMet is null).Select(judged => judged.Detail),
            ];
            // A value that OpenSSL refuses leaves the server with the old TLS. A reload forgives parameters for Diffie-Hellman, and a start does not.
            doubts.AddRange(values.Where(verdict => verdict.IsMet is null && !IsOfFile(verdict.Requirement)).Select(verdict => verdict.Detail));
            if (open.Length > 0 && !await AreInUseAsync(live, facts, own, cancellationToken).ConfigureAwait(false))
                doubts.AddRange(open);
        }
    }

    private static async Task<bool> ServesTlsAsync(LiveServer live, CancellationToken cancellationToken) =>
        (await new ServedCertificates(live).ObserveAsync(cancellationToken).ConfigureAwait(false)).Any(answer => answer.Facts.Tls is not null);

    private static bool IsOfFile(Requirement requirement) => requirement == Requirement.CaFile || requirement == Requirement.CrlFile;

    private static IEnumerable<(bool? IsMet, string Detail)> JudgePair(LiveServer live, ServerTlsFacts facts)
    {
        if (facts.NextPathOf("ssl_cert_file") is not { } certificate || facts.NextPathOf("ssl_key_file") is not { } key || !live.FilesAreHere)
            return [(null, "Certificate and key of the server are on its machine, or where this role may not see them.")];
        return
        [
            .. ServerCertificateCheck.Judge(ServerCertificateFacts.Read(certificate, key) with { Server = ServerConditions.Of(facts, isLocal: true) })
                .Where(judged => judged.Source == RequirementSource.Server).Select(judged => (judged.IsMet, judged.Detail)),
        ];
    }

    /// <summary>
    /// Whether a server serves TLS with files that have not changed since it last loaded them: what could be loaded once can be loaded again.
    /// </summary>
    private static async Task<bool> AreInUseAsync(LiveServer live, ServerTlsFacts facts, OwnChange own, CancellationToken cancellationToken)
    {
        string[] names = own.ReplacesPair ? ["ssl_ca_file", "ssl_crl_file"] : ["ssl_cert_file", "ssl_key_file", "ssl_ca_file", "ssl_crl_file"];
        if (!facts.SslIsOn || names.Any(name => facts.NextPathOf(name) != facts.PathOf(name))
            || (!own.ReplacesPair && (facts.PathOf("ssl_cert_file") is null || facts.PathOf("ssl_key_file") is null)))
            return false;
        IReadOnlyList<SavedFile> files = await SavedFile.FindAsync(
            live, names.Select(facts.PathOf).OfType<string>(), live.FilesAreHere, facts.ConfigurationLoadTime, cancellationToken)
            .ConfigureAwait(false);
        if (files.Any(file => file.State != SavedFileState.Loaded))
            return false;
        IReadOnlyList<ServedAt> served = await new ServedCertificates(live).ObserveAsync(cancellationToken).ConfigureAwait(false);
        // After a reload that was refused the server goes on with what it had.
        return served.Any(answer => answer.Fingerprint is not null) && (own.ReplacesPair
            || (await PendingTlsFiles.ReadChainAsync(live, facts.PathOf("ssl_cert_file")!, cancellationToken).ConfigureAwait(false) is [var leaf, ..]
                && served.All(answer => answer.Is(Fingerprint.Of(leaf)))));
    }

    private static string DescribeUnloadable(HbaDocument rules) => rules.Refused.FirstOrDefault() is { } refused
        ? $"it does not load {rules.PlaceOf(refused.Line)}{(refused.ShownError is { } error ? $": {error}" : "")}."
        : $"{rules.Files[0].Path} has no rule.";
}

/// <summary>What a change does itself. Nothing of that was saved by somebody else, and it is judged elsewhere.</summary>
internal sealed record OwnChange
{
    /// <summary>Nothing.</summary>
    public static OwnChange None { get; } = new();

    /// <summary>The settings that it sets, by name.</summary>
    public IReadOnlyDictionary<string, string> Values { get; init; } = new Dictionary<string, string>();

    /// <summary>The rules on the disk, and those that will be there; null if it does not change them.</summary>
    public (HbaDocument Before, HbaDocument After)? Rules { get; init; }

    /// <summary>Whether it writes certificate and key.</summary>
    public bool ReplacesPair { get; init; }

    /// <summary>Whether it names the file of certificate and key, so that it is what it loads.</summary>
    public bool NamesPair { get; init; }

    /// <summary>Whether it judges all settings and files for TLS.</summary>
    public bool JudgesTls { get; init; }
}
