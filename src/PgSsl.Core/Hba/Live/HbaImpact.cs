using PgSsl.Hba.Policy;

namespace PgSsl.Hba.Live;

/// <summary>The sessions that a change of pg_hba.conf affects: each current session, as if it connected again.</summary>
/// <param name="CutOff">Sessions that could not come back in the same way.</param>
/// <param name="LockOuts">In words, those that must not be lost: this session, replication, all sessions of a role.</param>
/// <param name="Notes">What else the user should know.</param>
internal sealed record HbaImpact(IReadOnlyList<CutOffSession> CutOff, IReadOnlyList<string> LockOuts, IReadOnlyList<string> Notes)
{
    private const int MostShown = 20;

    /// <summary>Nothing is known about sessions, because there is no server to ask.</summary>
    public static HbaImpact None { get; } = new([], [], []);

    /// <summary>Compares what the rules before and after the change decide about each session.</summary>
    /// <param name="plan">The change.</param>
    /// <param name="facts">The sessions, and the other facts of the server.</param>
    /// <param name="context">What decides besides the file.</param>
    public static HbaImpact Of(HbaPlan plan, HbaServerFacts facts, HbaMatchContext context)
    {
        var simulation = new Simulation(plan, context);
        CutOffSession[] cutOff =
            [.. facts.Sessions.Where(simulation.IsCutOff).Select(session => new CutOffSession(session, simulation.ComesBackOverTls(session)))];
        return new HbaImpact(cutOff, [.. FindLockOuts(cutOff, facts)], [.. NotesOf(plan, facts)]);
    }

    /// <summary>The impact as lines: <c>2 sessions of role app from 10.0.0.7 are in plaintext and could not come back.</c></summary>
    public IReadOnlyList<string> Describe()
    {
        string[] lines =
        [
            .. from cut in CutOff
               let session = cut.Session
               group cut by (session.UserName, session.Address, session.Transport, session.IsReplication, cut.ComesBackOverTls) into alike
               select Describe([.. alike]),
        ];
        return lines.Length <= MostShown ? lines : [.. lines.Take(MostShown), $"… and {lines.Length - MostShown} more such groups of sessions."];
    }

    private static string Describe(CutOffSession[] group)
    {
        LiveSession session = group[0].Session;
        string what = session.IsReplication ? "replication connection" : "session";
        bool isSingle = group.Length == 1;
        string how = session.Transport == HbaTransport.Tls ? "over TLS without a client certificate" : session.Transport.ToWords();
        return $"{group.Length} {what}{(isSingle ? "" : "s")} of {RoleOf(session)} {(isSingle ? "is" : "are")} {how} and could not come back"
            + (group[0].ComesBackOverTls ? ", except over TLS." : ".");
    }

    private static IEnumerable<string> FindLockOuts(CutOffSession[] cutOff, HbaServerFacts facts)
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
        }
    }

    private static IEnumerable<string> NotesOf(HbaPlan plan, HbaServerFacts facts)
    {
        if (facts.HiddenSessions > 0)
            yield return $"{facts.HiddenSessions} sessions of other roles are hidden: GRANT pg_read_all_stats to this role, or use another one.";
        if (!plan.Changes.Any(change => change is { Before.Record.Method: not "scram-sha-256", After.Record.Method: "scram-sha-256" }))
            yield break;
        if (facts.StoredPasswords is not { } stored)
        {
            yield return "Only a superuser sees how passwords are stored: roles with an md5 password, or without one, cannot use scram-sha-256.";
            yield break;
        }
        foreach ((string kind, string words) in ((string, string)[])[("md5", "is still stored as md5"), ("none", "is not set")])
            if (stored.Where(role => role.Value == kind).Select(role => role.Key).Order(StringComparer.Ordinal).ToArray() is { Length: > 0 } roles)
                yield return $"The password of {string.Join(", ", roles.Take(MostShown))}{(roles.Length > MostShown ? " …" : "")} {words}: "
                    + "scram-sha-256 lets them in only after it is set again (password_encryption = 'scram-sha-256').";
    }

    private static string RoleOf(LiveSession session) =>
        $"role {session.UserName}{(session.Address is { } address ? $" from {address.ToIPAddress()}" : "")}";

    private sealed class Simulation(HbaPlan plan, HbaMatchContext context)
    {
        private readonly HbaMatcher _matcher = new(context);
        private readonly Dictionary<HbaClient, (HbaVerdict Before, HbaVerdict After)> _verdicts = [];

        // If the old rules would not let a session in either, it came under earlier rules, and this change does not affect it.
        public bool IsCutOff(LiveSession session)
        {
            (HbaVerdict before, HbaVerdict after) = Find(session.Client);
            return GetsIn(before, session.HasClientCertificate) && !GetsIn(after, session.HasClientCertificate);
        }

        public bool ComesBackOverTls(LiveSession session) =>
            session.Transport is HbaTransport.Plaintext or HbaTransport.Gss
            && GetsIn(Find(session.Client with { Transport = HbaTransport.Tls }).After, session.HasClientCertificate);

        private static bool GetsIn(HbaVerdict verdict, bool hasCertificate) =>
            verdict.LetsIn != false
            && (hasCertificate || verdict.Entry?.Record is not { } record || (record.Method != "cert" && record.Option("clientcert") is null));

        private (HbaVerdict Before, HbaVerdict After) Find(HbaClient client)
        {
            if (!_verdicts.TryGetValue(client, out (HbaVerdict, HbaVerdict) known))
                _verdicts[client] = known = (_matcher.Find(plan.Before.Records, client), _matcher.Find(plan.After.Records, client));
            return known;
        }
    }
}

/// <summary>A session that could not come back in the same way.</summary>
/// <param name="Session">The session.</param>
/// <param name="ComesBackOverTls">Whether it could come back over TLS.</param>
internal sealed record CutOffSession(LiveSession Session, bool ComesBackOverTls);
