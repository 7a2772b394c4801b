using PgSsl.Changes;
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
    public IReadOnlyList<Proof> Proofs => LockOuts.Count + Doubts.Count == 0 ? []
        : [new Proof(HbaImpact.LoginProof, ProofState.NotMade, string.Join(" ", LockOuts.Select(line => $"Locked out: {line}.").Concat(Doubts)))];

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
        HbaDocument? read = null;
        List<string> lockOuts = [];
        if (!target.IsOn)
        {
            read = await ReadRulesAsync().ConfigureAwait(false);
            lockOuts.AddRange(await FindWithoutTlsAsync(live, read, cancellationToken).ConfigureAwait(false));
        }
        if (await TlsTerms.ReadAsync(live, facts, values, changed, cancellationToken).ConfigureAwait(false) is not var (before, after)
            || !before.IsOn)
            return new SslLosses(lockOuts, []) { MayBeHidden = !target.IsOn };

        HbaServerFacts server = await new HbaServerReader(live.Session, cancellationToken).ReadAsync().ConfigureAwait(false);
        read ??= await ReadRulesAsync().ConfigureAwait(false);
        IReadOnlyList<HbaEntry>? rules = read is { IsLoadable: true } ? read.Records : null;
        IdentMap? map = await IdentMap.ReadAsync(live.Session, cancellationToken).ConfigureAwait(false);
        HbaImpact impact = HbaImpact.Of(
            new LoginTerms(rules) { Map = map, Tls = before }, new LoginTerms(rules) { Map = map, Tls = after }, server,
            new HbaLive(live, server).MatchContext);
        lockOuts.AddRange(impact.LockOuts);
        if (target.IsOn && FindWithoutCa(before, after, read) is { } everybody)
            lockOuts.Add(everybody);
        return new SslLosses(lockOuts, impact.Doubts) { MayBeHidden = true, IsOfferAlone = after.DemandsTheSame(before) };

        async Task<HbaDocument?> ReadRulesAsync() => facts.HbaFile is { } path
            ? await ServerHbaFiles.TryReadAsync(live, path, cancellationToken).ConfigureAwait(false) : null;
    }

    /// <summary>Whoever needs a client certificate, connected or not, once the server verifies none any more.</summary>
    private static string? FindWithoutCa(TlsTerms before, TlsTerms after, HbaDocument? rules)
    {
        if (before.Trust?.VerifiesAny != true || (after.Trust is { } trust && trust.VerifiesAny != false))
            return null;
        string[] places = [.. (rules?.Records ?? []).Where(entry => entry.Record is { IsReject: false } record
            && (record.Method == "cert" || record.Option("clientcert") is not null)).Select(entry => rules!.PlaceOf(entry.Line))];
        return places.Length == 0 ? null
            : $"all users of the rules that demand client certificates ({string.Join(", ", places.Take(MostLines))}"
                + $"{(places.Length > MostLines ? " …" : "")}), because {after.Trust?.WhyNone ?? "without ssl_ca_file the server verifies none"}";
    }

    /// <summary>Whoever gets in over TLS only.</summary>
    private static async Task<List<string>> FindWithoutTlsAsync(LiveServer live, HbaDocument? document, CancellationToken cancellationToken)
    {
        var found = new List<string>();
        if (live.Session.Transport == SessionTransport.Tls && live.Settings.SslMode >= SslMode.Require)
            found.Add($"this session, which uses sslmode={live.Settings.SslMode.ToLibpq()}");
        const string Rules = "SELECT line_number AS line, type, auth_method AS method FROM pg_hba_file_rules ORDER BY 1";
        const string Replicas = "SELECT count(*) AS number FROM pg_stat_ssl JOIN pg_stat_replication USING (pid) WHERE ssl";
        IReadOnlyList<SqlRow> counted = await live.Session.QueryAsync(Replicas, null, cancellationToken).ConfigureAwait(false);
        if (counted.Only().GetInt64("number") is > 0 and var replicas)
            found.Add($"replication, {replicas} connection{(replicas == 1 ? "" : "s")} over TLS");
        try
        {
            IReadOnlyList<SqlRow> rows = await live.Session.QueryAsync(Rules, null, cancellationToken).ConfigureAwait(false);
            string[] overTls = [.. rows.Where(row => row["type"] == "hostssl" && row["method"] != "reject").Select(row => row["line"]!)];
            if (overTls.Length > 0)
                found.Add(
                    "all users whom only hostssl rules of pg_hba.conf admit, because these rules will match nobody " +
                    $"(line{(overTls.Length == 1 ? "" : "s")} {Join(overTls)})");
            // What such a rule refuses in plaintext, the rules behind it let in over TLS.
            string[] refusing = document is not null
                ? [.. document.Records.Where((entry, index) => entry.Record is { IsReject: true, Type: HbaConnectionType.HostNoSsl } reject
                    && document.Records.Skip(index + 1).Any(next => next.Record!.LetsIn(HbaTransport.Tls) && next.Record.MayOverlap(reject)))
                    .Select(entry => $"{entry.Line.Number}")]
                : [.. rows.Where((row, index) => row["type"] == "hostnossl" && row["method"] == "reject"
                    && rows.Skip(index + 1).Any(next => next["type"] is "host" or "hostnogssenc" && next["method"] != "reject"))
                    .Select(row => row["line"]!)];
            if (refusing.Length > 0)
                found.Add(
                    "all users whom hostnossl rules with reject keep from plaintext, because they could come in plaintext only " +
                    $"(line{(refusing.Length == 1 ? "" : "s")} {Join(refusing)})");
        }
        catch (PgSslException failure) when (failure.Error == PgSslError.InsufficientPrivilege)
        {
            found.Add(
                "perhaps users whom only hostssl rules admit: " +
                $"role {live.Session.UserName} may not see whether there are any (pg_hba_file_rules)");
        }
        return found;
    }

    private static string Join(string[] lines) => string.Join(", ", lines.Take(MostLines)) + (lines.Length > MostLines ? " …" : "");
}
