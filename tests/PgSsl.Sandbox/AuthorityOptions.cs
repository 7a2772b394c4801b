using System.Security.Cryptography.X509Certificates;

namespace PgSsl.Sandbox;

/// <summary>How a CA differs from an ordinary one.</summary>
public sealed record AuthorityOptions : CertificateOptions
{
    /// <inheritdoc/>
    public override X509KeyUsageFlags? KeyUsage { get; init; } = X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign;

    /// <inheritdoc/>
    public override IReadOnlyList<string> ExtendedKeyUsages { get; init; } = [];

    /// <summary>The basic constraints: true for a CA, false for an impostor, null leaves the extension out.</summary>
    public bool? IsAuthority { get; init; } = true;

    /// <summary>How many CAs may stand below; null for any number.</summary>
    public int? PathLength { get; init; }

    /// <summary>The names that certificates below may have; null leaves the extension out.</summary>
    public NameConstraints? NameConstraints { get; init; }
}
