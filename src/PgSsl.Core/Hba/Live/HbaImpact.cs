using PgSsl.Hba.Policy;

namespace PgSsl.Hba.Live;

/// <summary>Whom a change of pg_hba.conf concerns: the sessions that there are now, as if each came again.</summary>
/// <param name="CutOff">Sessions that could not come back as they came.</param>
/// <param name="LockOuts">Those of them that nobody wants to lose, in words: this session, replication, all that a role has.</param>
/// <param name="Notes">What is worth knowing besides.</param>
internal sealed record HbaImpact(IReadOnlyList<CutOffSession> CutOff, IReadOnlyList<string> LockOuts, IReadOnlyList<string> Notes)
{
    private const int MostShown = 20;

    /// <summary>Nothing is known of sessions: there is no server to ask.</summary>
    public static HbaImpact None { get; } = new([], [], []);

    /// <summary>Plays each session against the rules before and after.</summary>
    /// <param name="plan">The change.</param>
    /// <param name="facts">The sessions, and what else the server told.</param>
    /// <param name="surroundings">What decides matches besides the file.</param>
    public static HbaImpact Of(HbaPlan plan, HbaServerFacts facts, HbaMatchContext surroundings)
    {
        var simulation = new Simulation(plan, surroundings);
        CutOffSession[] cutOff =
            [.. facts.Sessions.Where(simulation.IsCutOff).Select(session => new CutOffSession(session, simulation.ComesBackOverTls(session)))];
        return new HbaImpact(cutOff, [.. FindLockOuts(cutOff, facts)], [.. NotesOf(plan, facts)]);
    }

    /// <summary>The impact as lines: <c>2 sessions of role app from 10.0.0.7 are in plaintext and could not come back.</c></summary>
    public IReadOnlyList<string> Describe()
    {
        string[] lines =
        [
            .. CutOff.GroupBy(one => (one.Session.UserName, one.Session.Address, one.Session.Transport, one.Session.IsReplication, one.ComesBackOverTls))
                .Select(group => Describe([.. group])),
        ];
        return lines.Length <= MostShown ? lines : [.. lines.Take(MostShown), $"… and {lines.Length - MostShown} more such groups of sessions."];
    }

    private static string Describe(CutOffSession[] group)
    {
        LiveSession session = group[0].Session;
        string what = session.IsReplication ? "replication connection" : "session";
        bool isOne = group.Length == 1;
        string how = session.Transport == HbaTransport.Tls ? "over TLS without a client certificate" : session.Transport.ToWords();
        return $"{group.Length} {what}{(isOne ? "" : "s")} of role {session.UserName}{From(session)} {(isOne ? "is" : "are")} {how} and could not come back"
            + (group[0].ComesBackOverTls ? " but over TLS." : ".");
    }

    private static IEnumerable<string> FindLockOuts(CutOffSession[] cutOff, HbaServerFacts facts)
    {
        foreach (CutOffSession own in cutOff.Where(one => one.Session.IsOwn))
            yield return $"this session, role {own.Session.UserName}{From(own.Session)} {own.Session.Transport.ToWords()}";
        foreach (IGrouping<string, CutOffSession> group in cutOff.Where(one => one.Session.IsReplication).GroupBy(one => $"role {one.Session.UserName}{From(one.Session)}"))
            yield return $"replication, {group.Key} ({string.Join(", ", group.Select(one => one.Session.ApplicationName).Where(name => name.Length > 0).Distinct().DefaultIfEmpty("no application name"))})";
        ILookup<string, LiveSession> all = facts.Sessions.ToLookup(session => session.UserName);
        ILookup<string, CutOffSession> cutOffOf = cutOff.ToLookup(one => one.Session.UserName);
        foreach (IGrouping<string, CutOffSession> group in cutOff.Where(one => one.Session is { IsOwn: false, IsReplication: false }).GroupBy(one => one.Session.UserName))
            if (all[group.Key].Count() == cutOffOf[group.Key].Count())
                yield return $"role {group.Key}, all of whose sessions ({group.Count()}) come as they could not any more";
    }

    private static IEnumerable<string> NotesOf(HbaPlan plan, HbaServerFacts facts)
    {
        if (facts.HiddenSessions > 0)
            yield return $"{facts.HiddenSessions} sessions of other roles could not be looked at: GRANT pg_read_all_stats to this role, or ask as another one.";
        if (!plan.Changes.Any(change => change is { Before.Record.Method: not "scram-sha-256", After.Record.Method: "scram-sha-256" }))
            yield break;
        if (facts.StoredPasswords is not { } stored)
        {
            yield return "How passwords are stored only superusers see: roles with an md5 password, or none, cannot log in by scram-sha-256.";
            yield break;
        }
        foreach ((string kind, string words) in ((string, string)[])[("md5", "is still stored as md5"), ("none", "is not set")])
            if (stored.Where(role => role.Value == kind).Select(role => role.Key).Order(StringComparer.Ordinal).ToArray() is { Length: > 0 } roles)
                yield return $"The password of {string.Join(", ", roles.Take(MostShown))}{(roles.Length > MostShown ? " …" : "")} {words}: "
                    + "scram-sha-256 lets them in only after it has been set again (password_encryption = 'scram-sha-256').";
    }

    private static string From(LiveSession session) => session.Address is { } address ? $" from {address.ToIPAddress()}" : "";

    private sealed class Simulation(HbaPlan plan, HbaMatchContext surroundings)
    {
        private readonly HbaMatcher _matcher = new(surroundings);
        private readonly Dictionary<HbaClient, (HbaVerdict Before, HbaVerdict After)> _verdicts = [];

        // A session that the rules before would not let in either came under others: it is not this change that costs it.
        public bool IsCutOff(LiveSession session)
        {
            (HbaVerdict before, HbaVerdict after) = Find(session.Client);
            return GetsIn(before, session.HasClientCertificate) && !GetsIn(after, session.HasClientCertificate);
        }

        public bool ComesBackOverTls(LiveSession session) =>
            session.Transport is HbaTransport.Plaintext or HbaTransport.Gss
            && GetsIn(Find(session.Client with { Transport = HbaTransport.Tls }).After, session.HasClientCertificate);

        private static bool GetsIn(HbaVerdict verdict, bool hasCertificate) =>
            verdict.LetsIn != false && (hasCertificate || verdict.Entry?.Record is not { } record || (record.Method != "cert" && record.Option("clientcert") is null));

        private (HbaVerdict Before, HbaVerdict After) Find(HbaClient client)
        {
            if (!_verdicts.TryGetValue(client, out (HbaVerdict, HbaVerdict) known))
                _verdicts[client] = known = (_matcher.Find(plan.Before.Records, client), _matcher.Find(plan.After.Records, client));
            return known;
        }
    }
}

/// <summary>A session that could not come back as it came.</summary>
/// <param name="Session">The session.</param>
/// <param name="ComesBackOverTls">Whether it could over TLS.</param>
internal sealed record CutOffSession(LiveSession Session, bool ComesBackOverTls);
