using PgSsl.Changes;
using PgSsl.Common;
using PgSsl.Connections;
using PgSsl.Hba;
using PgSsl.Hba.Live;
using PgSsl.Server;
using PgSsl.Server.Live;
using PgSsl.Server.Sessions;
using PgSsl.Server.Settings;

namespace PgSsl.Switching;

/// <summary>Who could not connect any more after a change of a server's settings for TLS.</summary>
/// <param name="LockOuts">Those who are lost, in words.</param>
/// <param name="Doubts">Sessions of which it cannot be told, as sentences.</param>
internal sealed record SslLosses(IReadOnlyList<string> LockOuts, IReadOnlyList<string> Doubts)
{
    private const int MostLines = 10;

    /// <summary>Nobody.</summary>
    public static SslLosses None { get; } = new([], []);

    /// <summary>Whether sessions that the role may not see may be lost.</summary>
    private bool MayBeHidden { get; init; }

    /// <summary>Whether only ciphers and groups change: then it is never certain that somebody is lost.</summary>
    private bool IsOfferAlone { get; init; }

    /// <summary>What is shown about logins; none if the change costs nobody anything.</summary>
    public IReadOnlyList<Proof> Proofs =>
    [
        .. LockOuts.Count + Doubts.Count == 0 ? Array.Empty<Proof>()
            : [new Proof(HbaImpact.LoginProof, ProofState.NotMade, string.Join(" ", LockOuts.Select(line => $"Locked out: {line}.").Concat(Doubts)))],
        .. Looser.Count == 0 ? Array.Empty<Proof>()
            : [new Proof(HbaImpact.DemandProof, ProofState.NotMade, $"With less than before get in: {string.Join("; ", Looser)}.")],
    ];

    /// <summary>Adds sessions that the role may not see.</summary>
    /// <param name="hidden">How many.</param>
    /// <param name="role">The role.</param>
    public SslLosses With(int hidden, string role)
    {
        if (!MayBeHidden || hidden == 0)
            return this;
        string loss = SessionList.DescribeHiddenLoss(hidden, role);
        return IsOfferAlone ? this with { Doubts = [.. Doubts, $"Not known: {loss}."] } : this with { LockOuts = [.. LockOuts, loss] };
    }

    /// <summary>Who would get in with less than before, in clauses.</summary>
    public IReadOnlyList<string> Looser { get; private init; } = [];

    /// <summary>Finds them.</summary>
    /// <param name="target">How the server's TLS is to be.</param>
    /// <param name="live">The server.</param>
    /// <param name="facts">What it said.</param>
    /// <param name="changed">The values that are to be set.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="PgSslException">The session broke.</exception>
    public static async Task<SslLosses> FindAsync(
        SslTarget target, LiveServer live, ServerTlsFacts facts, IReadOnlyDictionary<string, string> changed, CancellationToken cancellationToken)
    {
        // What waits in the files costs whomever it costs without this change: PendingEdits tells.
        var values = new Dictionary<string, string>(facts.Values);
        foreach ((ServerSetting setting, FileSetting? inFile) in facts.PendingReloads)
            if ((inFile?.Value ?? setting.Default) is { } pending && !changed.ContainsKey(setting.Name))
                values[setting.Name] = pending;
        List<string> lockOuts = target.IsOn ? [] : await FindOverTlsOnlyAsync(live, cancellationToken).ConfigureAwait(false);
        if (await TlsTerms.ReadAsync(live, facts, values, changed, cancellationToken).ConfigureAwait(false) is not var (before, after))
            return new SslLosses(lockOuts, []) { MayBeHidden = !target.IsOn };

        HbaServerFacts server = await new HbaServerReader(live.Session, cancellationToken).ReadAsync().ConfigureAwait(false);
        HbaDocument? rules = facts.HbaFile is { } path
            && await ServerHbaFiles.TryReadAsync(live, path, cancellationToken).ConfigureAwait(false) is { IsLoadable: true } read ? read : null;
        IdentMap? map = await IdentMap.ReadAsync(live, cancellationToken).ConfigureAwait(false);
        HbaMatchContext context = new HbaLive(live, server).MatchContext;
        HbaImpact impact = HbaImpact.Of(
            new LoginTerms(rules?.Records) { Map = map, Tls = before }, new LoginTerms(rules?.Records) { Map = map, Tls = after }, server, context);
        lockOuts.AddRange(impact.LockOuts);
        if (target.IsOn && before.IsOn && FindWithoutCa(before, after, rules) is { } everybody)
            lockOuts.Add(everybody);
        if (before.IsOn == after.IsOn)
            return new SslLosses(lockOuts, impact.Doubts) { MayBeHidden = before.IsOn, IsOfferAlone = after.DemandsTheSame(before) };
        if (rules is null)
        {
            if (!after.IsOn)
                lockOuts.AddRange(await FindHostSslAsync(live, cancellationToken).ConfigureAwait(false));
            string unknown = $"It is not known who may log in {(after.IsOn ? "over TLS" : "in plaintext")} by pg_hba.conf: "
                + $"role {live.Session.UserName} may not read it, or the server would not load it.";
            return new SslLosses(lockOuts, [.. impact.Doubts, unknown]) { MayBeHidden = true };
        }
        var comparison = new LoginComparison(server, new HbaMatcher(context), RulePairs.Same);
        IReadOnlyList<LoginChange> changes = comparison.Find((rules.Records, before.IsOn), (rules.Records, after.IsOn), cancellationToken);
        LostLogins logins = LostLogins.Of([.. changes.Where(change => after.IsOn || !IsRefused(change))], false, rule => rules.PlaceOf(rule.Line));
        lockOuts.AddRange(after.IsOn ? [] : DescribeRefused([.. changes.Where(IsRefused)]));
        lockOuts.AddRange(logins.Describe().Select(line => line.TrimEnd('.') + (after.IsOn ? " (with sslmode=prefer it comes over TLS then)" : "")));
        string[] hidden = [.. new[] { logins.AreHidden ? Sentence.Of(LostLogins.Hidden) : null, comparison.Lack }.OfType<string>()];
        return new SslLosses(lockOuts, [.. impact.Doubts, .. logins.Doubts, .. hidden])
        {
            Looser = logins.Looser,
            // Where rules decide in the same way about everybody, no session is lost.
            MayBeHidden = before.IsOn || changes.Count > 0,
        };
    }

    private static bool IsRefused(LoginChange change) => change is { Outcome.GetsIn: false, After: null or { IsReject: true } };

    /// <summary>Whoever gets in over TLS, and in plaintext by no rule.</summary>
    private static IEnumerable<string> DescribeRefused(LoginChange[] refused)
    {
        ILookup<bool, LoginChange> byReject = refused.ToLookup(change => change.After?.Type == HbaConnectionType.HostNoSsl);
        if (LinesOf(byReject[false].Select(change => change.Before!)) is { Length: > 0 } overTls)
            yield return "all users whom only hostssl rules of pg_hba.conf admit, because these rules will match nobody " +
                $"(line{(overTls.Length == 1 ? "" : "s")} {Join(overTls)})";
        if (LinesOf(byReject[true].Select(change => change.After!)) is { Length: > 0 } refusing)
            yield return "all users whom hostnossl rules with reject keep from plaintext, because they could come in plaintext only " +
                $"(line{(refusing.Length == 1 ? "" : "s")} {Join(refusing)})";

        static string[] LinesOf(IEnumerable<HbaRecord> rules) =>
            [.. rules.Select(rule => rule.Line.Number).Distinct().Order().Select(line => $"{line}")];
    }

    /// <summary>Whoever needs a client certificate, connected or not, once the server verifies none any more.</summary>
    private static string? FindWithoutCa(TlsTerms before, TlsTerms after, HbaDocument? rules)
    {
        if (before.Trust?.VerifiesAny != true || (after.Trust is { } trust && trust.VerifiesAny != false))
            return null;
        string[] places = [.. (rules?.Records ?? []).Where(entry => entry.Record is { IsReject: false } record
            && record.CertificateDemand != ClientCertificateDemand.None).Select(entry => rules!.PlaceOf(entry.Line))];
        return places.Length == 0 ? null
            : $"all users of the rules that demand client certificates ({string.Join(", ", places.Take(MostLines))}"
                + $"{(places.Length > MostLines ? " …" : "")}), because {after.Trust?.WhyNone ?? "without ssl_ca_file the server verifies none"}";
    }

    /// <summary>Clients that come over TLS only.</summary>
    private static async Task<List<string>> FindOverTlsOnlyAsync(LiveServer live, CancellationToken cancellationToken)
    {
        var found = new List<string>();
        if (live.Session.Transport == SessionTransport.Tls && live.Settings.SslMode >= SslMode.Require)
            found.Add($"this session, which uses sslmode={live.Settings.SslMode.ToLibpq()}");
        const string Replicas = "SELECT count(*) AS number FROM pg_stat_ssl JOIN pg_stat_replication USING (pid) WHERE ssl";
        IReadOnlyList<SqlRow> counted = await live.Session.QueryAsync(Replicas, null, cancellationToken).ConfigureAwait(false);
        if (counted.Only().GetInt64("number") is > 0 and var replicas)
            found.Add($"replication, {replicas} connection{(replicas == 1 ? "" : "s")} over TLS");
        return found;
    }

    /// <summary>Whoever may get in by hostssl rules only, where nothing but the view shows the rules.</summary>
    private static async Task<IReadOnlyList<string>> FindHostSslAsync(LiveServer live, CancellationToken cancellationToken)
    {
        const string Rules = "SELECT line_number AS line, type, auth_method AS method FROM pg_hba_file_rules ORDER BY 1";
        try
        {
            IReadOnlyList<SqlRow> rows = await live.Session.QueryAsync(Rules, null, cancellationToken).ConfigureAwait(false);
            string[] overTls = [.. rows.Where(row => row["type"] == "hostssl" && row["method"] != "reject").Select(row => row["line"]!)];
            return overTls.Length == 0 ? [] :
            [
                "all users whom only hostssl rules of pg_hba.conf admit, because these rules will match nobody " +
                    $"(line{(overTls.Length == 1 ? "" : "s")} {Join(overTls)})",
            ];
        }
        catch (PgSslException failure) when (failure.Error == PgSslError.InsufficientPrivilege)
        {
            return
            [
                "perhaps users whom only hostssl rules admit: " +
                    $"role {live.Session.UserName} may not see whether there are any (pg_hba_file_rules)",
            ];
        }
    }

    private static string Join(string[] lines) => string.Join(", ", lines.Take(MostLines)) + (lines.Length > MostLines ? " …" : "");
}
