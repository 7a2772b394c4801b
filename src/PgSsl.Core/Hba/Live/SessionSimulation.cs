namespace PgSsl.Hba.Live;

/// <summary>
/// Lets a session connect again, on the terms before a change and after it: with its address and role, its TLS version and its certificate.
/// </summary>
/// <param name="before">The terms before; what is null in them is not known, and let the session in.</param>
/// <param name="after">The terms after.</param>
/// <param name="passwords">How passwords are stored; null where that is hidden.</param>
/// <param name="matcher">Finds the rule that decides.</param>
internal sealed class SessionSimulation(LoginTerms before, LoginTerms after, StoredPasswords? passwords, HbaMatcher matcher)
{
    private readonly Dictionary<HbaClient, (HbaVerdict? Before, HbaVerdict? After)> _verdicts = [];

    /// <summary>
    /// Whether clients over TLS go on in plaintext once there is no TLS, as they do with sslmode=prefer. Whoever switches TLS off wants that; if
    /// somebody else did, it is a loss.
    /// </summary>
    public bool MayFallBack { get; init; }

    /// <summary>Which rule after the change is which before it.</summary>
    public RulePairs Pairs { get; init; } = RulePairs.Same;

    /// <summary>
    /// Says how a session is cut off; null where it is not. If it would not be let in on the terms before either, it came on earlier ones, and this
    /// change does not affect it.
    /// </summary>
    public CutOffSession? Judge(LiveSession session) =>
        Judge(session, ComesOverTls(session) ? session with { Transport = HbaTransport.Tls } : session) is { } cut
            ? cut with { LacksCertificate = LacksCertificate(session) } : null;

    /// <summary>Whether the rule that decides about it over TLS demands a client certificate, and it shows none.</summary>
    private bool LacksCertificate(LiveSession session) =>
        session is { Certificate: null, Transport: not HbaTransport.Socket }
        && Find(session.Client with { Transport = HbaTransport.Tls }).After is { } verdict
        && Deciding(verdict).Any(record => record.CertificateDemand != ClientCertificateDemand.None);

    /// <summary>
    /// Whether a client in plaintext comes over TLS once there is TLS, as with sslmode=prefer. If it is rejected there, it goes on in plaintext: also
    /// without the certificate that a rule demands (fe-connect.c, PQconnectPoll).
    /// </summary>
    private bool ComesOverTls(LiveSession session) =>
        session.Transport == HbaTransport.Plaintext && before.Tls is { IsOn: false } && after.Tls is { IsOn: true }
        && Find(session.Client with { Transport = HbaTransport.Tls }).After is { LetsIn: not false } verdict
        && Deciding(verdict).Any(record => record.CertificateDemand == ClientCertificateDemand.None);

    private CutOffSession? Judge(LiveSession session, LiveSession next)
    {
        Admission then = Admit(before, null, session), now = Admit(after, before, next);
        if (then.LetsIn == false || !MayHavePassword(then.Verdict, session))
            return null;
        bool logsIn = HasPassword(then.Verdict, now.Verdict, session);
        if (!logsIn || now.LetsIn == false)
            return new CutOffSession(
                session, next == session && ComesBackOverTls(session),
                now.LetsIn == false ? now.Why
                    : next == session ? passwords!.WhyNot(session.UserName)
                    : $"over TLS another rule decides, and {passwords!.WhyNot(session.UserName)}");
        // What could not be told before either is no news, as long as the same rule decides.
        if (now.LetsIn is null && (then.LetsIn == true || !IsSame(then.Verdict, now.Verdict)))
            return new CutOffSession(session, false, now.Why) { IsCertain = false };
        // Whether this session knows what is demanded, its own login shows.
        return now.LetsIn is null || (session.IsOwn && next == session) || Compare(then.Verdict, now.Verdict, session) is not { GetsIn: null } unknown
            ? null : new CutOffSession(session, false, $"another rule decides, and {unknown.Why}") { IsCertain = false };
    }

    /// <summary>Whether the same rule decides; two rules that cannot be told apart are the same.</summary>
    private static bool IsSame(HbaVerdict? then, HbaVerdict? now) =>
        then?.Entry?.Record is not { } old || now?.Entry?.Record is not { } other
        || (old.Method == other.Method && old.Option("map") == other.Option("map") && old.CertificateDemand == other.CertificateDemand
            && old.Option("clientname") == other.Option("clientname"));

    /// <summary>What nothing about the session tells: whether it has what the methods of the rules demand.</summary>
    private LoginOutcome? Compare(HbaVerdict? then, HbaVerdict? now, LiveSession session) =>
        then?.Entry?.Record is { IsReject: false } old && now?.Entry?.Record is { IsReject: false } other
            ? LoginStep.Judge(old, other, session.UserName, passwords, Pairs.IsAsked(old, other), knowsCertificate: true) : null;

    private bool ComesBackOverTls(LiveSession session)
    {
        if (session.Transport is not (HbaTransport.Plaintext or HbaTransport.Gss))
            return false;
        LiveSession overTls = session with { Transport = HbaTransport.Tls };
        Admission again = Admit(after, before, overTls);
        return again.LetsIn != false && HasPassword(Find(session.Client).Before, again.Verdict, session);
    }

    /// <summary>Whether a client of a session is let in, if its password is right.</summary>
    /// <param name="terms">The terms.</param>
    /// <param name="earlier">Those before them; null if these are the first.</param>
    /// <param name="session">The session.</param>
    private Admission Admit(LoginTerms terms, LoginTerms? earlier, LiveSession session)
    {
        bool isFirst = earlier is null;
        (bool? doesTls, string? why) = (true, null);
        bool fallsBack = false;
        if (session.Transport == HbaTransport.Tls && terms.Tls is { } tls)
        {
            if (!tls.IsOn && (!MayFallBack || isFirst))
                return new Admission(false, "there is no TLS", null);
            fallsBack = !tls.IsOn;
            if (tls.IsOn)
                (doesTls, why) = tls.Judge(session, isFirst ? tls : earlier!.Tls);
        }
        HbaClient client = fallsBack ? session.Client with { Transport = HbaTransport.Plaintext } : session.Client;
        HbaVerdict? verdict = isFirst ? Find(client).Before : Find(client).After;
        if (doesTls == false)
            return new Admission(false, why, verdict);
        bool losesCertificate = session.Certificate is not null && (fallsBack || terms.Tls is { Trust: null });
        (bool? passes, string? objection) = verdict is not null
            ? JudgeRule(verdict, session, losesCertificate ? null : session.Certificate, terms)
            : losesCertificate && !isFirst ? (null, "it is not known whether its rule demands the client certificate that it has") : (true, null);
        if (passes == false && objection is null && fallsBack)
            objection = "pg_hba.conf does not let it in in plaintext";
        return passes == true ? new Admission(doesTls, why, verdict) : new Admission(passes, objection ?? why, verdict);
    }

    /// <summary>Whether a rule lets a client in, as far as its certificate and the map of user names decide (auth.c, CheckCertAuth).</summary>
    private (bool? Passes, string? Why) JudgeRule(HbaVerdict verdict, LiveSession session, SessionCertificate? certificate, LoginTerms terms)
    {
        if (verdict.LetsIn == false)
            return (false, null);
        if (verdict.Entry?.Record is not { } record)
            return (true, null);
        bool isCert = record.Method == "cert";
        if (record.CertificateDemand != ClientCertificateDemand.None && certificate is null)
            return (false, session.Certificate is null ? null : "its rule demands a client certificate, and without ssl_ca_file there is none");
        string? map = record.Option("map");
        if (record.CertificateDemand != ClientCertificateDemand.VerifyFull)
            return map is null || Maps(map, session.SystemNameFor(record), StringComparison.OrdinalIgnoreCase) != false
                ? (true, null) : (false, $"pg_ident.conf does not map it to its role in {map}");
        string? name = certificate!.NameFor(record);
        if (isCert && !string.IsNullOrEmpty(map))
            return Maps(map, name, StringComparison.Ordinal) switch
            {
                null => (null, $"it is not known whether {map} in pg_ident.conf has its certificate"),
                true => (true, null),
                false => (false, $"pg_ident.conf does not map {name ?? "its certificate"} to its role in {map}"),
            };
        return name is null ? (null, "the name in its certificate is not known as a whole")
            : name == session.UserName ? (true, null) : (false, $"its certificate is for '{name}' and not for its role");

        bool? Maps(string map, string? name, StringComparison comparison) =>
            terms.Map?.Maps(map, name, session.UserName, matcher.IsMember, comparison);
    }

    /// <summary>Whether one of the rules that may decide takes the stored password.</summary>
    private bool MayHavePassword(HbaVerdict? verdict, LiveSession session) =>
        passwords is null || verdict is null || Deciding(verdict).Any(record => passwords.LogsIn(record, session.UserName) != false);

    /// <summary>Whether all rules that may decide take the stored password. The same methods as before cost nobody a login.</summary>
    private bool HasPassword(HbaVerdict? then, HbaVerdict? now, LiveSession session)
    {
        if (passwords is null || now is null || (then is null && !now.IsCertain))
            return true;
        return (then is not null && Deciding(then).Select(record => record.Method).SequenceEqual(Deciding(now).Select(record => record.Method)))
            || !Deciding(now).Any(record => passwords.LogsIn(record, session.UserName) == false);
    }

    private static IEnumerable<HbaRecord> Deciding(HbaVerdict verdict) =>
        verdict.Doubts.Select(doubt => doubt.Entry).Append(verdict.Entry).Select(entry => entry?.Record).OfType<HbaRecord>()
            .Where(record => !record.IsReject);

    private (HbaVerdict? Before, HbaVerdict? After) Find(HbaClient client)
    {
        if (!_verdicts.TryGetValue(client, out (HbaVerdict?, HbaVerdict?) known))
            _verdicts[client] = known = (Find(before.Rules, client), Find(after.Rules, client));
        return known;
    }

    private HbaVerdict? Find(IReadOnlyList<HbaEntry>? rules, HbaClient client) => rules is null ? null : matcher.Find(rules, client);

    /// <summary>Whether a client is let in.</summary>
    /// <param name="LetsIn">Null if it cannot be told.</param>
    /// <param name="Why">Why not, as a clause; null if the rules refuse it by its address, role, database or transport.</param>
    /// <param name="Verdict">The rule that decides; null if that is not known.</param>
    private readonly record struct Admission(bool? LetsIn, string? Why, HbaVerdict? Verdict);
}

/// <summary>A session that could not come back in the same way.</summary>
/// <param name="Session">The session.</param>
/// <param name="ComesBackOverTls">Whether it could come back over TLS.</param>
/// <param name="Why">Why it could not, as a clause; null where the rules refuse it by its address, role, database or transport.</param>
internal sealed record CutOffSession(LiveSession Session, bool ComesBackOverTls, string? Why)
{
    /// <summary>Whether it is certain; otherwise something is not known.</summary>
    public bool IsCertain { get; init; } = true;

    /// <summary>Whether it would need a client certificate, and has none.</summary>
    public bool LacksCertificate { get; init; }
}
