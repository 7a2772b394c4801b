using PgSsl.Hba.Policy;

namespace PgSsl.Hba.Live;

/// <summary>Lets a session connect again, by the old rules and by the new ones.</summary>
/// <param name="plan">The rules.</param>
/// <param name="passwords">How passwords are stored; null where that is hidden.</param>
/// <param name="matcher">Finds the rule that decides.</param>
internal sealed class SessionSimulation(HbaPlan plan, StoredPasswords? passwords, HbaMatcher matcher)
{
    private readonly Dictionary<HbaClient, (HbaVerdict Before, HbaVerdict After)> _verdicts = [];

    /// <summary>
    /// Says how a session is cut off; null where it is not. If the old rules would not let it in either, it came under earlier rules, and this
    /// change does not affect it.
    /// </summary>
    public CutOffSession? Judge(LiveSession session)
    {
        (HbaVerdict before, HbaVerdict after) = Find(session.Client);
        if (!PassesRules(before, session) || !MayHavePassword(before, session))
            return null;
        bool passes = PassesRules(after, session), logsIn = HasPassword(before, after, session);
        if (passes && logsIn)
            return null;
        return new CutOffSession(session, ComesBackOverTls(session), passes ? passwords!.WhyNot(session.UserName) : null);
    }

    private bool ComesBackOverTls(LiveSession session)
    {
        if (session.Transport is not (HbaTransport.Plaintext or HbaTransport.Gss))
            return false;
        HbaVerdict before = Find(session.Client).Before, overTls = Find(session.Client with { Transport = HbaTransport.Tls }).After;
        return PassesRules(overTls, session) && HasPassword(before, overTls, session);
    }

    /// <summary>Whether the rules let a session in, if its password is right.</summary>
    internal static bool PassesRules(HbaVerdict verdict, LiveSession session) =>
        verdict.LetsIn != false
        && (session.HasClientCertificate || verdict.Entry?.Record is not { } record
            || (record.Method != "cert" && record.Option("clientcert") is null));

    /// <summary>Whether one of the rules that may decide takes the stored password.</summary>
    private bool MayHavePassword(HbaVerdict verdict, LiveSession session) =>
        passwords is null || Deciding(verdict).Any(record => passwords.LogsIn(record, session.UserName) != false);

    /// <summary>Whether all rules that may decide take the stored password. The same methods as before cost nobody a login.</summary>
    private bool HasPassword(HbaVerdict before, HbaVerdict after, LiveSession session) =>
        passwords is null
        || Deciding(before).Select(record => record.Method).SequenceEqual(Deciding(after).Select(record => record.Method))
        || !Deciding(after).Any(record => passwords.LogsIn(record, session.UserName) == false);

    private static IEnumerable<HbaRecord> Deciding(HbaVerdict verdict) =>
        verdict.Doubts.Select(doubt => doubt.Entry).Append(verdict.Entry).Select(entry => entry?.Record).OfType<HbaRecord>()
            .Where(record => !record.IsReject);

    private (HbaVerdict Before, HbaVerdict After) Find(HbaClient client)
    {
        if (!_verdicts.TryGetValue(client, out (HbaVerdict, HbaVerdict) known))
            _verdicts[client] = known = (matcher.Find(plan.Before.Records, client), matcher.Find(plan.After.Records, client));
        return known;
    }
}

/// <summary>A session that could not come back in the same way.</summary>
/// <param name="Session">The session.</param>
/// <param name="ComesBackOverTls">Whether it could come back over TLS.</param>
/// <param name="Why">Why its password is of no use any more, as the end of a sentence; null where the rules refuse it anyway.</param>
internal sealed record CutOffSession(LiveSession Session, bool ComesBackOverTls, string? Why);
