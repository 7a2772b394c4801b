using PgSsl.Changes;
using PgSsl.Hba.Policy;

namespace PgSsl.Hba.Live;

/// <summary>
/// Whom a change of pg_hba.conf affects: each current session, as if it connected again, and each role that could not log in any more.
/// </summary>
/// <param name="CutOff">Sessions that could not come back in the same way.</param>
/// <param name="LockOuts">In words, those that must not be lost: this session, replication, all sessions of a role, roles without a login.</param>
/// <param name="Notes">What else the user should know.</param>
internal sealed record HbaImpact(IReadOnlyList<CutOffSession> CutOff, IReadOnlyList<string> LockOuts, IReadOnlyList<string> Notes)
{
    /// <summary>The name of the proof that whoever could log in still can.</summary>
    public const string LoginProof = "Logins";

    /// <summary>The name of the proof that this session can log in again.</summary>
    public const string OwnLoginProof = "OwnLogin";

    private const int MostShown = 20;

    /// <summary>Nothing is known about sessions, because there is no server to ask.</summary>
    public static HbaImpact None { get; } = new([], [], []);

    /// <summary>The roles that could not log in any more.</summary>
    public LostLogins? Logins { get; private init; }

    /// <summary>Sessions of which it cannot be told whether they could come back, in words.</summary>
    public IReadOnlyList<string> Doubts { get; private init; } = [];

    /// <summary>The name of the proof that nobody gets in with less than before.</summary>
    public const string DemandProof = "Demands";

    /// <summary>The name of the proof that SCRAM works with the certificate that is served.</summary>
    public const string BindingProof = "ChannelBinding";

    /// <summary>Whoever would get in with less than before, in clauses.</summary>
    public IReadOnlyList<string> Looser => Logins?.Looser ?? [];

    /// <summary>Whether the user asked for rules that may demand less; then a warning is enough.</summary>
    public bool MayLoosen { get; private init; }

    /// <summary>What is shown about that; null where nobody would, or that was asked for.</summary>
    public Proof? LooserProof => Looser.Count == 0 || MayLoosen ? null
        : new Proof(DemandProof, ProofState.NotMade, $"With less than before get in: {string.Join("; ", Looser)}.");

    /// <summary>What is shown about logins; null where the change does not concern any.</summary>
    public Proof? Proof => Lost is { Length: > 0 } lost ? new Proof(LoginProof, ProofState.NotMade, string.Join(" ", lost)) : Logins?.ToProof();

    /// <summary>Whoever could not log in any more, whatever the transport.</summary>
    private string[] Lost => [.. DescribeSessions(CutOff.Where(cut => !cut.ComesBackOverTls)), .. Logins?.Describe() ?? [], .. Doubts];

    /// <summary>Compares what the rules before and after the change decide about each session.</summary>
    /// <param name="plan">The change.</param>
    /// <param name="facts">The sessions, and the other facts of the server.</param>
    /// <param name="context">What decides besides the file.</param>
    /// <param name="map">The map of user names; null if it is not known.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static HbaImpact Of(
        HbaPlan plan, HbaServerFacts facts, HbaMatchContext context, IdentMap? map = null, CancellationToken cancellationToken = default)
    {
        var matcher = new HbaMatcher(context);
        CutOffSession[] judged = Judge(
            new SessionSimulation(
                new LoginTerms(plan.Before.Records) { Map = map }, new LoginTerms(plan.After.Records) { Map = map }, facts.StoredPasswords, matcher)
            {
                Pairs = RulePairs.Of(plan),
            },
            facts);
        CutOffSession[] cutOff = [.. judged.Where(cut => cut.IsCertain)];
        LostLogins logins = LostLogins.Find(plan, facts, matcher, cancellationToken);
        string[] doubts = [.. DescribeDoubts(judged), .. logins.Doubts];
        return new HbaImpact(cutOff, [.. FindLockOuts(cutOff, logins, facts)], [.. NotesOf(facts), .. doubts])
        {
            Logins = logins, Doubts = doubts, MayLoosen = plan.MayLoosen,
        };
    }

    /// <summary>Compares what other settings for TLS decide about each session. None of them is to be lost.</summary>
    /// <param name="before">The terms before.</param>
    /// <param name="after">The terms after.</param>
    /// <param name="facts">The sessions, and the other facts of the server.</param>
    /// <param name="context">What decides besides the file.</param>
    public static HbaImpact Of(LoginTerms before, LoginTerms after, HbaServerFacts facts, HbaMatchContext context)
    {
        CutOffSession[] judged = Judge(
            new SessionSimulation(before, after, facts.StoredPasswords, new HbaMatcher(context)) { MayFallBack = true }, facts);
        CutOffSession[] cutOff = [.. judged.Where(cut => cut.IsCertain)];
        string[] doubts = DescribeDoubts(judged);
        return new HbaImpact(cutOff, [.. DescribeSessions(cutOff).Select(line => line.TrimEnd('.'))], doubts) { Doubts = doubts };
    }

    private static CutOffSession[] Judge(SessionSimulation simulation, HbaServerFacts facts) =>
        [.. facts.Sessions.Select(simulation.Judge).OfType<CutOffSession>()];

    private static string[] DescribeDoubts(IEnumerable<CutOffSession> judged) => [.. DescribeSessions(judged.Where(cut => !cut.IsCertain))];

    /// <summary>The impact as lines: <c>2 sessions of role app from 10.0.0.7 are in plaintext and could not come back.</c></summary>
    public IReadOnlyList<string> Describe()
    {
        string[] lines = [.. DescribeSessions(CutOff), .. Logins?.Describe() ?? []];
        return lines.Length <= MostShown ? lines : [.. lines.Take(MostShown), $"… and {lines.Length - MostShown} more such groups of sessions."];
    }

    private static IEnumerable<string> DescribeSessions(IEnumerable<CutOffSession> sessions) =>
        from cut in sessions
        let session = cut.Session
        group cut by (session.UserName, session.Address, session.Transport, session.IsReplication, cut.ComesBackOverTls, cut.Why,
            cut.IsCertain, session.IsOwn, cut.LacksCertificate) into alike
        select Describe([.. alike]);

    private static string Describe(CutOffSession[] group)
    {
        (CutOffSession first, LiveSession session) = (group[0], group[0].Session);
        string what = session.IsReplication ? "replication connection" : "session";
        bool isSingle = group.Length == 1;
        string how = session.Transport == HbaTransport.Tls && first is { Why: null, LacksCertificate: true }
            ? "over TLS without a client certificate" : session.Transport.ToWords();
        string who = session.IsOwn ? $"this session of {RoleOf(session)} is"
            : $"{group.Length} {what}{(isSingle ? "" : "s")} of {RoleOf(session)} {(isSingle ? "is" : "are")}";
        return $"{who} {how} and {(first.IsCertain ? "could not" : "perhaps could not")} come back"
            + (first.ComesBackOverTls ? ", except over TLS." : first.Why is { } why ? $": {why}." : ".");
    }

    private static IEnumerable<string> FindLockOuts(CutOffSession[] cutOff, LostLogins logins, HbaServerFacts facts)
    {
        foreach (CutOffSession own in cutOff.Where(cut => cut.Session.IsOwn))
            yield return $"this session, {RoleOf(own.Session)} {own.Session.Transport.ToWords()}";
        foreach (IGrouping<string, CutOffSession> group in cutOff.Where(cut => cut.Session.IsReplication).GroupBy(cut => RoleOf(cut.Session)))
        {
            IEnumerable<string> applications = group.Select(cut => cut.Session.ApplicationName).Where(name => name.Length > 0).Distinct();
            yield return $"replication, {group.Key} ({string.Join(", ", applications.DefaultIfEmpty("no application name"))})";
        }
        ILookup<string, LiveSession> all = facts.Sessions.ToLookup(session => session.UserName);
        ILookup<string, CutOffSession> lost = cutOff.ToLookup(cut => cut.Session.UserName);
        foreach (IGrouping<string, CutOffSession> role in lost)
        {
            int count = role.Count(cut => cut.Session is { IsOwn: false, IsReplication: false });
            if (count > 0 && role.Count() == all[role.Key].Count())
                yield return $"role {role.Key}: none of its sessions ({count}) could come back in the same way";
            else if (role.FirstOrDefault(cut => cut.Why is not null) is { } weak)
                yield return $"role {role.Key}: {role.Count()} of its sessions could not come back, because {weak.Why}";
        }
        foreach (string line in logins.Describe())
            yield return line.TrimEnd('.');
        if (logins.AreHidden)
            yield return $"perhaps roles that these rules let in: {LostLogins.Hidden}";
        if (facts.HiddenSessions > 0)
            yield return $"perhaps {facts.HiddenSessions} {(facts.HiddenSessions == 1 ? "session" : "sessions")} of other roles, "
                + "which this role may not see";
    }

    private static IEnumerable<string> NotesOf(HbaServerFacts facts)
    {
        if (facts.HiddenSessions > 0)
            yield return $"{facts.HiddenSessions} sessions of other roles are hidden: GRANT pg_read_all_stats to this role, or use another one.";
    }

    private static string RoleOf(LiveSession session) =>
        $"role {session.UserName}{(session.Address is { } address ? $" from {address.ToIPAddress()}" : "")}";
}
