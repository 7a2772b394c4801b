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

    /// <summary>The names that certificates below may have, as in <see cref="MintOptions.Permitted"/>; empty leaves the extension out.</summary>
    public IReadOnlyList<string> Permitted { get; init; } = [];

    internal override MintOptions ToMintOptions() => base.ToMintOptions() with
    {
        IsCa = IsAuthority,
        PathLength = PathLength,
        Permitted = Permitted,
    };
}
