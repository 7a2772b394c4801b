namespace PgSsl.Hba.Live;

/// <summary>What decides whether a client gets in. <see cref="SessionSimulation"/> judges by it.</summary>
/// <param name="Rules">The rules; null if they are not known.</param>
internal sealed record LoginTerms(IReadOnlyList<HbaEntry>? Rules)
{
    /// <summary>The map of user names; null if it is not known.</summary>
    public IdentMap? Map { get; init; }

    /// <summary>TLS; null if it stays as it is.</summary>
    public TlsTerms? Tls { get; init; }
}
