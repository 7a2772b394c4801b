using PgSsl.Changes;
using PgSsl.Hba.Policy;

namespace PgSsl.Hba.Live;

/// <summary>
/// Roles that could log in by the old rules and could not by the new ones, connected now or not. That the server asks for a password proves
/// nothing: it asks also if no password would be right.
/// </summary>
/// <param name="Roles">The roles, each with the reason.</param>
/// <param name="AreHidden">Whether the rules demand more of passwords, and the role of the session may not see how they are stored.</param>
/// <param name="IsChecked">Whether passwords matter for this change, and are known.</param>
internal sealed record LostLogins(IReadOnlyList<LostLogin> Roles, bool AreHidden, bool IsChecked)
{
    private const int MostShown = 20;

    /// <summary>Finds them.</summary>
    /// <param name="plan">The change.</param>
    /// <param name="facts">What the server told.</param>
    /// <param name="matcher">Compares users with rules.</param>
    public static LostLogins Find(HbaPlan plan, HbaServerFacts facts, HbaMatcher matcher)
    {
        (HbaRecord After, HbaRecord[] Before)[] stricter = [.. FindStricter(plan)];
        bool areDiverted = DivertedLogins.Matter(plan);
        if (stricter.Length == 0 && !areDiverted)
            return new LostLogins([], AreHidden: false, IsChecked: false);
        if (facts.StoredPasswords is not { } passwords)
            return new LostLogins([], AreHidden: true, IsChecked: false);
        string[] weak = [.. passwords.WeakRoles];
        var lost = new Dictionary<string, LostLogin>();
        foreach ((HbaRecord after, HbaRecord[] before) in stricter)
        {
            foreach (string role in weak)
            {
                if (!lost.ContainsKey(role) && passwords.LogsIn(after, role) == false && matcher.MatchesUser(after, role) != false
                    && before.Any(old => matcher.MatchesUser(old, role) != false && passwords.LogsIn(old, role) != false)
                    && !IsShadowed(after, role, plan.After, matcher))
                    lost[role] = new LostLogin(role, after.Method, passwords.WhyNot(role), plan.After.PlaceOf(after.Line));
            }
        }
        foreach (LostLogin diverted in areDiverted ? DivertedLogins.Find(plan, facts.LoginRoles, passwords, matcher) : [])
            lost.TryAdd(diverted.Role, diverted);
        return new LostLogins([.. lost.Values], AreHidden: false, IsChecked: true);
    }

    /// <summary>In words, one line for each reason: <c>app, bob could not log in any more: …</c></summary>
    public IEnumerable<string> Describe() =>
        from login in Roles
        group login by (login.Method, login.Why, login.Place) into alike
        let names = alike.Select(login => login.Role).ToArray()
        select $"{string.Join(", ", names.Take(MostShown))}{(names.Length > MostShown ? $" and {names.Length - MostShown} more" : "")} could not "
            + $"log in any more by {alike.Key.Place}: {alike.Key.Why}"
            + (alike.Key.Method == "reject" ? "." : $", and {alike.Key.Method} does not accept that.");

    /// <summary>What is shown about logins; null where the change does not concern passwords.</summary>
    public Proof? ToProof() => AreHidden ? new Proof(HbaImpact.LoginProof, ProofState.NotMade, Hidden)
        : Roles.Count > 0 ? new Proof(HbaImpact.LoginProof, ProofState.NotMade, string.Join(" ", Describe()))
        : IsChecked ? new Proof(
            HbaImpact.LoginProof, ProofState.Proven,
            "every role that could log in before has a password that the changed rules accept. Whether its clients know it is not seen from here.")
        : null;

    /// <summary>Why nothing is known.</summary>
    public const string Hidden =
        "only a superuser sees how passwords are stored, and the changed rules do not accept one that is missing or stored as md5";

    /// <summary>The rules that demand more of a stored password than those that decided before.</summary>
    private static IEnumerable<(HbaRecord After, HbaRecord[] Before)> FindStricter(HbaPlan plan)
    {
        foreach (HbaEntryChange change in plan.Changes)
        {
            if (change.After is not { Record: { } after, Error: null } || StoredPasswords.DemandOf(after.Method) is not (> 0 and var demand))
                continue;
            // A rule that is added, or matches more connections than before, decides about clients that other rules let in before.
            HbaRecord[] before = change.Before?.Record is { } old && old.Type.Covers(after.Type)
                ? [old]
                : [.. plan.Before.Records.Select(entry => entry.Record!).Where(record => record.MayOverlap(after))];
            if (before.Any(record => !record.IsReject && StoredPasswords.DemandOf(record.Method) < demand))
                yield return (after, before);
        }
    }

    /// <summary>Whether an earlier rule decides about all connections of a role that a rule is for.</summary>
    private static bool IsShadowed(HbaRecord record, string role, HbaDocument document, HbaMatcher matcher) =>
        document.Records.TakeWhile(entry => entry != record).Any(entry => entry is { Record: { } earlier, Error: null }
            && earlier.Type.Covers(record.Type) && HbaCoverIndex.CoversPlaces(earlier, record) && matcher.MatchesUser(earlier, role) == true);
}

/// <summary>A role that could not log in any more.</summary>
/// <param name="Role">Its name.</param>
/// <param name="Method">The method that does not accept its password.</param>
/// <param name="Why">Why, as a clause.</param>
/// <param name="Place">The rule.</param>
internal sealed record LostLogin(string Role, string Method, string Why, string Place);
