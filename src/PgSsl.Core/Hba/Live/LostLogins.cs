using PgSsl.Changes;
using PgSsl.Hba.Policy;

namespace PgSsl.Hba.Live;

/// <summary>
/// Roles that could log in before a change and could not after it, connected now or not, and those that could with less than before. That the server
/// asks for a password proves nothing: it asks also if no password would be right.
/// </summary>
/// <param name="Roles">The roles, each with the reason.</param>
/// <param name="AreHidden">Whether the rules demand more of passwords, and the role of the session may not see how they are stored.</param>
/// <param name="IsChecked">Whether passwords matter for this change, and are known.</param>
internal sealed record LostLogins(IReadOnlyList<LostLogin> Roles, bool AreHidden, bool IsChecked)
{
    private const int MostShown = 20;

    private const string IfItIsTheirs = ", if an address of theirs has the name or the network of a rule";

    /// <summary>Roles of which it cannot be told whether they still get in, in sentences.</summary>
    public IReadOnlyList<string> Doubts { get; private init; } = [];

    /// <summary>Roles that would get in with less than before, in clauses.</summary>
    public IReadOnlyList<string> Looser { get; private init; } = [];

    /// <summary>Finds them for a change of rules.</summary>
    /// <param name="plan">The change.</param>
    /// <param name="facts">What the server told.</param>
    /// <param name="matcher">Compares users with rules.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static LostLogins Find(HbaPlan plan, HbaServerFacts facts, HbaMatcher matcher, CancellationToken cancellationToken)
    {
        bool doesTls = facts.Dialect.SslIsOn != false;
        var comparison = new LoginComparison(facts, matcher, RulePairs.Of(plan));
        IReadOnlyList<LoginChange> changes = comparison.Find((plan.Before.Records, doesTls), (plan.After.Records, doesTls), cancellationToken);
        bool demandsMore = comparison.UsesPasswords || plan.Changes.Any(change =>
            StoredPasswords.DemandOf(change.After?.Record?.Method ?? "") > StoredPasswords.DemandOf(change.Before?.Record?.Method ?? ""));
        LostLogins logins = Of(changes, demandsMore && facts.StoredPasswords is not null && comparison.Lack is null, PlaceIn);
        return logins with { Doubts = [.. logins.Doubts, .. new[] { comparison.Lack }.OfType<string>()] };

        string PlaceIn(HbaRecord rule) => (plan.After.Entries.Contains(rule) ? plan.After : plan.Before).PlaceOf(rule.Line);
    }

    /// <summary>Describes what was found.</summary>
    /// <param name="changes">What becomes different.</param>
    /// <param name="isChecked">Whether passwords matter, and are known.</param>
    /// <param name="placeOf">Says where a rule is.</param>
    public static LostLogins Of(IReadOnlyList<LoginChange> changes, bool isChecked, Func<HbaRecord, string> placeOf)
    {
        var lost = new Dictionary<string, LostLogin>();
        foreach (LoginChange change in changes.Where(change => change is { Outcome.GetsIn: false, IsAssumed: false }))
            foreach (string role in change.Roles)
                lost.TryAdd(
                    role, new LostLogin(role, change.After?.Method ?? "reject", change.Outcome.Why!, placeOf(change.After ?? change.Before!)));
        return new LostLogins([.. lost.Values], changes.Any(change => change.Outcome.IsHidden), isChecked)
        {
            Doubts =
            [
                .. from change in changes
                   where change.Outcome is { GetsIn: null, IsHidden: false } || change is { Outcome.GetsIn: false, IsAssumed: true }
                   group change by $"{placeOf(change.After ?? change.Before!)} decides about them {change.Transport.ToWords()}"
                        + $"{(change.IsAssumed ? IfItIsTheirs : "")}: {change.Outcome.Why}" into alike
                   select $"{Names(alike)} perhaps could not log in any more. {alike.Key}.",
                .. from change in changes
                   where change is { Outcome.GetsIn: true, IsAssumed: true }
                   group change by DescribeLooser(change) into alike
                   select $"{Names(alike)} perhaps get in with less than before {alike.Key}{IfItIsTheirs}.",
            ],
            Looser =
            [
                .. from change in changes
                   where change is { Outcome.GetsIn: true, IsAssumed: false }
                   group change by DescribeLooser(change) into alike
                   select $"{Names(alike)} {alike.Key}",
            ],
        };

        string DescribeLooser(LoginChange change) => $"{change.Transport.ToWords()} by {placeOf(change.After!)} ({ShownAs(change.After!)})"
            + (change.Before is { IsReject: false } old ? $", where {placeOf(old)} ({ShownAs(old)}) decided before"
                : ", where no rule let them in with as little before");

        static string Names(IEnumerable<LoginChange> alike) => Join(alike.SelectMany(change => change.Roles).Distinct());

        static string ShownAs(HbaRecord rule) => rule.CertificateDemand == ClientCertificateDemand.None || rule.Method == "cert"
            ? rule.Method : $"{rule.Method}, with a client certificate";
    }

    /// <summary>In words, one line for each reason: <c>app, bob could not log in any more: …</c></summary>
    public IEnumerable<string> Describe() =>
        from login in Roles
        group login.Role by (login.Method, login.Why, login.Place) into alike
        select $"{Join(alike)} could not log in any more by {alike.Key.Place}: {alike.Key.Why}"
            + (alike.Key.Method == "reject" ? "." : $", and {alike.Key.Method} does not accept that.");

    private static string Join(IEnumerable<string> roles)
    {
        string[] names = [.. roles];
        return $"{string.Join(", ", names.Take(MostShown))}{(names.Length > MostShown ? $" and {names.Length - MostShown} more" : "")}";
    }

    /// <summary>What is shown about logins; null where the change does not concern passwords.</summary>
    public Proof? ToProof() => AreHidden ? new Proof(HbaImpact.LoginProof, ProofState.NotMade, Hidden)
        : Roles.Count + Doubts.Count > 0 ? new Proof(HbaImpact.LoginProof, ProofState.NotMade, string.Join(" ", Describe().Concat(Doubts)))
        : IsChecked ? new Proof(
            HbaImpact.LoginProof, ProofState.Proven,
            "every role that could log in before has a password that the changed rules accept. Whether its clients know it is not seen from here.")
        : null;

    /// <summary>Why nothing is known.</summary>
    public const string Hidden =
        "only a superuser sees how passwords are stored, and the changed rules do not accept one that is missing or stored as md5";
}

/// <summary>A role that could not log in any more.</summary>
/// <param name="Role">Its name.</param>
/// <param name="Method">The method that does not accept its password.</param>
/// <param name="Why">Why, as a clause.</param>
/// <param name="Place">The rule.</param>
internal sealed record LostLogin(string Role, string Method, string Why, string Place);
