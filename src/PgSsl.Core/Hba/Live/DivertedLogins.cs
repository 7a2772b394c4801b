using PgSsl.Hba.Policy;

namespace PgSsl.Hba.Live;

/// <summary>
/// Roles that one rule lets in over plaintext, and that come by TLS when it does so no more. Over TLS an earlier rule may decide about them, which
/// does not let them in. What asks for a certificate may let them in: that is not known.
/// </summary>
internal static class DivertedLogins
{
    /// <summary>Finds those that are certain to get in by neither way.</summary>
    /// <param name="plan">The change.</param>
    /// <param name="roles">The roles that can log in.</param>
    /// <param name="passwords">How their passwords are stored.</param>
    /// <param name="matcher">Compares users with rules.</param>
    public static IEnumerable<LostLogin> Find(HbaPlan plan, IReadOnlyList<string> roles, StoredPasswords passwords, HbaMatcher matcher)
    {
        foreach ((HbaRecord closed, HbaRecord[] overTls) in FindClosed(plan))
        {
            HbaRecord[] before = [.. Deciding(plan.Before, HbaTransport.Plaintext, closed)];
            HbaRecord[] inPlaintext = [.. Deciding(plan.After, HbaTransport.Plaintext, closed)];
            foreach (string role in roles)
            {
                HbaRecord? Decider(HbaRecord[] rules) => Array.Find(rules, rule => matcher.MatchesUser(rule, role) == true);
                bool cameIn = Decider(before) == closed && passwords.LogsIn(closed, role) != false;
                bool comesIn = Decider(inPlaintext) is { } open && passwords.LogsIn(open, role) != false;
                if (cameIn && !comesIn && Decider(overTls) is { } decider && passwords.LogsIn(decider, role) == false)
                    yield return new LostLogin(
                        role, decider.Method, decider.IsReject ? "the rule rejects everybody" : passwords.WhyNot(role),
                        plan.After.PlaceOf(decider.Line));
            }
        }
    }

    /// <summary>Whether passwords, or a rule that rejects, decide about anybody.</summary>
    public static bool Matter(HbaPlan plan) => FindClosed(plan).Any();

    /// <summary>The rules that no longer let plaintext in, each with those that decide over TLS; only where one of these demands more.</summary>
    private static IEnumerable<(HbaRecord Closed, HbaRecord[] OverTls)> FindClosed(HbaPlan plan)
    {
        foreach (HbaEntryChange change in plan.Changes)
        {
            if (change.Before is not { Record: { IsReject: false } old, Error: null } || !old.Type.Admits(HbaTransport.Plaintext)
                || (change.After?.Record is { IsReject: false } after && after.Type.Admits(HbaTransport.Plaintext)))
                continue;
            HbaRecord[] overTls = [.. Deciding(plan.After, HbaTransport.Tls, old)];
            if (overTls.Any(rule => rule.IsReject || StoredPasswords.DemandOf(rule.Method) > StoredPasswords.DemandOf(old.Method)))
                yield return (old, overTls);
        }
    }

    /// <summary>The rules for a transport that match all places of a rule, in order: the first that matches a user decides.</summary>
    private static IEnumerable<HbaRecord> Deciding(HbaDocument document, HbaTransport transport, HbaRecord places)
    {
        foreach (HbaEntry entry in document.Records)
        {
            if (entry is { Record: { } record, Error: null } && record.Type.Admits(transport) && HbaCoverIndex.CoversPlaces(record, places))
                yield return record;
        }
    }
}
