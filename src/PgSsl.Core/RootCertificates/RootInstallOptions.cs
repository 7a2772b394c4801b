namespace PgSsl.RootCertificates;

/// <summary>What an installation of root certificates may do beyond adding roots.</summary>
internal sealed record RootInstallOptions
{
    /// <summary>Takes out expired certificates that have the same subject as one that is added.</summary>
    public bool ReplaceExpired { get; init; }

    /// <summary>
    /// SHA-256 fingerprints, upper-case hex, of certificates that are a self-signed server's own: these need not be CAs.
    /// </summary>
    public IReadOnlyCollection<string> ServerCertificates { get; init; } = [];
}
