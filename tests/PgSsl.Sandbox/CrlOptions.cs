using System.Security.Cryptography;

namespace PgSsl.Sandbox;

/// <summary>What a minted CRL is like; the defaults make a good one.</summary>
public sealed record CrlOptions
{
    public DateTimeOffset ThisUpdate { get; init; } = MintOptions.Now.AddDays(-1);

    public DateTimeOffset? NextUpdate { get; init; } = MintOptions.Now.AddDays(7);

    public byte? Reason { get; init; }

    public bool HasKeyIdentifier { get; init; } = true;

    public byte[]? KeyIdentifier { get; init; }

    public MintedKey? SignedBy { get; init; }

    public HashAlgorithmName Hash { get; init; } = HashAlgorithmName.SHA256;

    public IReadOnlyList<(string Oid, bool IsCritical, byte[] Value)> Extensions { get; init; } = [];
}
