using By = PgSsl.RequirementSource;

namespace PgSsl.Requirements;

/// <summary>
/// One thing that a server's certificate, key and settings have to be. All of them are here; their names are stable, scripts match on them.
/// </summary>
/// <param name="Name">Its name.</param>
/// <param name="RequiredBy">Who insists on it.</param>
internal sealed record Requirement(string Name, RequirementSource RequiredBy)
{
    // The files
    public static Requirement CertificateFileAccess { get; } = new(nameof(CertificateFileAccess), By.Server);
    public static Requirement CertificatePem { get; } = new(nameof(CertificatePem), By.Server);
    public static Requirement KeyFileAccess { get; } = new(nameof(KeyFileAccess), By.Server);
    public static Requirement KeyReadable { get; } = new(nameof(KeyReadable), By.Server);
    public static Requirement KeyPassphrase { get; } = new(nameof(KeyPassphrase), By.Server);
    public static Requirement KeyReload { get; } = new(nameof(KeyReload), By.Practice);

    // The pair
    public static Requirement KeyMatches { get; } = new(nameof(KeyMatches), By.Server);
    public static Requirement LeafFirst { get; } = new(nameof(LeafFirst), By.Server);

    // The chain
    public static Requirement ChainComplete { get; } = new(nameof(ChainComplete), By.Clients);
    public static Requirement ChainOrder { get; } = new(nameof(ChainOrder), By.Practice);
    public static Requirement NoRoot { get; } = new(nameof(NoRoot), By.Practice);
    public static Requirement NotSelfSigned { get; } = new(nameof(NotSelfSigned), By.Practice);
    public static Requirement Valid { get; } = new(nameof(Valid), By.Clients);
    public static Requirement MinimumDays { get; } = new(nameof(MinimumDays), By.Practice);
    public static Requirement Trusted { get; } = new(nameof(Trusted), By.Clients);

    // Strength
    public static Requirement KeyStrength { get; } = new(nameof(KeyStrength), By.Server);
    public static Requirement SignatureStrength { get; } = new(nameof(SignatureStrength), By.Server);
    public static Requirement KeyAlgorithm { get; } = new(nameof(KeyAlgorithm), By.Clients);
    public static Requirement ChannelBinding { get; } = new(nameof(ChannelBinding), By.Clients);

    // Clients
    public static Requirement ServerUsage { get; } = new(nameof(ServerUsage), By.Clients);
    public static Requirement SubjectAlternativeName { get; } = new(nameof(SubjectAlternativeName), By.Clients);
    public static Requirement HostNames { get; } = new(nameof(HostNames), By.Clients);
    public static Requirement NamesKept { get; } = new(nameof(NamesKept), By.Practice);
    public static Requirement Served { get; } = new(nameof(Served), By.Practice);

    // The settings
    public static Requirement ProtocolRange { get; } = new(nameof(ProtocolRange), By.Server);
    public static Requirement Ciphers { get; } = new(nameof(Ciphers), By.Server);
    public static Requirement Tls13Ciphers { get; } = new(nameof(Tls13Ciphers), By.Server);
    public static Requirement Groups { get; } = new(nameof(Groups), By.Server);
    public static Requirement CaFile { get; } = new(nameof(CaFile), By.Server);
    public static Requirement CrlFile { get; } = new(nameof(CrlFile), By.Server);
    public static Requirement DhParameters { get; } = new(nameof(DhParameters), By.Server);

    /// <summary>It is so.</summary>
    public Verdict Met(string detail) => new(this, true, detail, null);

    /// <summary>It is not so.</summary>
    public Verdict Unmet(string detail, string remedy) => new(this, false, detail, remedy);

    /// <summary>It could not be judged.</summary>
    public Verdict Unjudged(string detail, string? remedy = null) => new(this, null, detail, remedy);
}

/// <summary>A requirement, judged for one certificate and its key.</summary>
/// <param name="Requirement">The requirement.</param>
/// <param name="IsMet">Whether it is met; null where it could not be judged.</param>
/// <param name="Detail">What was seen.</param>
/// <param name="Remedy">What to do; null where it is met.</param>
internal sealed record Verdict(Requirement Requirement, bool? IsMet, string Detail, string? Remedy);
