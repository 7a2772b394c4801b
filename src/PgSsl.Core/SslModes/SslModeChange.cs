namespace PgSsl.SslModes;

/// <summary>The effect of a change of root files on one client in one mode at one server.</summary>
/// <param name="Before">The result now.</param>
/// <param name="After">The result after the change.</param>
internal sealed record SslModeChange(SslModeResult Before, SslModeResult After)
{
    /// <summary>Whether the client would no longer connect, or would use plaintext instead of TLS.</summary>
    public bool IsLoss => (Before.Connects && !After.Connects) || (Before.Transport == "tls" && After.Transport == "plaintext");

    /// <summary>Finds the differences between two lists of results for the same servers, clients and modes, in the same order.</summary>
    public static IReadOnlyList<SslModeChange> Between(IReadOnlyList<SslModeResult> before, IReadOnlyList<SslModeResult> after)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(after.Count, before.Count);
        return
        [
            .. before.Zip(after, (old, planned) => new SslModeChange(old, planned))
                .Where(change => OutcomeOf(change.Before) != OutcomeOf(change.After)),
        ];
    }

    /// <summary>
    /// Describes changes, one line for all clients and modes with the same change:
    /// <c>db1:5432: TLS, not verified -> TLS, chain verified: libpq prefer, require; pgx require</c>.
    /// </summary>
    public static IReadOnlyList<string> Describe(IEnumerable<SslModeChange> changes) =>
    [
        .. changes
            .GroupBy(change => (change.After.Endpoint, Before: OutcomeOf(change.Before), After: OutcomeOf(change.After)))
            .Select(group => $"{group.Key.Endpoint}: {group.Key.Before} -> {group.Key.After}: {string.Join("; ", ModesByClient(group))}"),
    ];

    private static IEnumerable<string> ModesByClient(IEnumerable<SslModeChange> changes) => changes
        .GroupBy(change => change.After.Client)
        .Select(client => $"{client.Key} {string.Join(", ", client.Select(change => change.After.SslMode))}");

    private static string OutcomeOf(SslModeResult result) => result.Transport switch
    {
        "tls" when result.VerifiesServer == "none" => "TLS, not verified",
        "tls" => $"TLS, {result.VerifiesServer} verified",
        "plaintext" => "plaintext",
        _ => "does not connect",
    };
}
