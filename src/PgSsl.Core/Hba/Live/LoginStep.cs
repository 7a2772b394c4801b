namespace PgSsl.Hba.Live;

/// <summary>
/// What a client has to show by one rule, compared with another rule (auth.c, ClientAuthentication). What nothing here can tell is never taken for
/// good.
/// </summary>
internal static class LoginStep
{
    /// <summary>Whether a client that gets in by one rule also gets in by another.</summary>
    /// <param name="from">The rule that let it in.</param>
    /// <param name="to">The other rule; null where none matches.</param>
    /// <param name="role">The role.</param>
    /// <param name="passwords">How passwords are stored; null where that is hidden.</param>
    /// <param name="isAsked">Whether the user asked for the difference, and so knows that clients have what is demanded.</param>
    /// <param name="knowsCertificate">Whether the certificate of the client is judged elsewhere.</param>
    public static LoginOutcome Judge(
        HbaRecord from, HbaRecord? to, string role, StoredPasswords? passwords, bool isAsked, bool knowsCertificate = false)
    {
        if (to is null)
            return new LoginOutcome(false, "no other rule lets it in");
        if (to.IsReject)
            return new LoginOutcome(false, "the rule rejects everybody");
        bool isSame = IsSameMethod(from, to);
        if (!isSame && StoredPasswords.DemandOf(to.Method) is > 0 and var demand)
        {
            bool usesPassword = StoredPasswords.DemandOf(from.Method) > 0;
            if (passwords is null && demand > StoredPasswords.DemandOf(from.Method))
                return LoginOutcome.Hidden;
            if (passwords is not null && passwords.LogsIn(to, role) == false)
                return new LoginOutcome(false, passwords.WhyNot(role));
            if (!usesPassword && !isAsked)
                return new LoginOutcome(null, $"it asks for a password ({to.Method}), and the rule before did not");
        }
        else if (!isSame && to.Method is not ("trust" or "cert"))
        {
            return new LoginOutcome(null, $"its method is {to.Method}, and the one before was {from.Method}");
        }
        bool demandsMore = to.CertificateDemand > from.CertificateDemand
            || (to.CertificateDemand == ClientCertificateDemand.VerifyFull && !IsSameCertificate(from, to));
        if (!demandsMore || isAsked || knowsCertificate)
            return LoginOutcome.In;
        return new LoginOutcome(null, to.CertificateDemand > from.CertificateDemand
            ? "it demands a client certificate that the rule before did not demand" : "it demands another name in a client certificate");
    }

    /// <summary>Whether one rule demands nothing that another does not demand as well.</summary>
    public static bool IsAtMost(HbaRecord rule, HbaRecord other) =>
        rule.CertificateDemand <= other.CertificateDemand
        && (NeedsNothing(rule) || IsSameMethod(rule, other)
            || (StoredPasswords.DemandOf(rule.Method) > 0 && StoredPasswords.DemandOf(other.Method) > 0));

    private static bool NeedsNothing(HbaRecord rule) => rule.Method is "trust" or "cert";

    private static bool IsSameMethod(HbaRecord rule, HbaRecord other) => rule.Method == other.Method
        && OptionsOf(rule).SequenceEqual(OptionsOf(other));

    // The whole certificate names the role, by its CN, its DN or a map (auth.c, CheckCertAuth).
    private static bool IsSameCertificate(HbaRecord rule, HbaRecord other) =>
        rule.Option("map") == other.Option("map") && (rule.Option("clientname") ?? "CN") == (other.Option("clientname") ?? "CN");

    private static IEnumerable<(string, string)> OptionsOf(HbaRecord rule) =>
        rule.Options.Where(option => option.Name is not ("clientcert" or "clientname")).Select(option => (option.Name, option.Value));
}

/// <summary>Whether a client gets in.</summary>
/// <param name="GetsIn">Null if it cannot be told.</param>
/// <param name="Why">Why not, or why it cannot be told, as a clause; null if it gets in.</param>
internal readonly record struct LoginOutcome(bool? GetsIn, string? Why)
{
    /// <summary>It gets in.</summary>
    public static LoginOutcome In { get; } = new(true, null);

    /// <summary>How passwords are stored decides, and is hidden.</summary>
    public static LoginOutcome Hidden { get; } = new(null, LostLogins.Hidden);

    /// <summary>Whether it cannot be told because of hidden passwords.</summary>
    public bool IsHidden => ReferenceEquals(Why, LostLogins.Hidden);
}
