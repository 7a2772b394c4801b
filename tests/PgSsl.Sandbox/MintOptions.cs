using System.Security.Cryptography;

namespace PgSsl.Sandbox;

/// <summary>What a minted certificate is like; the defaults make a good TLS server's leaf, or a good CA with <see cref="Ca"/>.</summary>
public sealed record MintOptions
{
    public static readonly DateTimeOffset Now = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    public static MintOptions Leaf { get; } = new() { ExtendedKeyUsages = ["1.3.6.1.5.5.7.3.1"] };

    public static MintOptions Ca { get; } = new() { IsCa = true, KeyUsage = 0x06 };

    public DateTimeOffset NotBefore { get; init; } = Now.AddDays(-30);

    public DateTimeOffset NotAfter { get; init; } = Now.AddDays(30);

    /// <summary>Null for no basicConstraints.</summary>
    public bool? IsCa { get; init; }

    public int? PathLength { get; init; }

    /// <summary>The first byte of keyUsage: 0x80 digitalSignature … 0x04 keyCertSign, 0x02 cRLSign; null for none.</summary>
    public int? KeyUsage { get; init; }

    public IReadOnlyList<string>? ExtendedKeyUsages { get; init; }

    /// <summary>DNS:…, IP:…, email:…, URI:…, and bytes as HEXDNS:… and HEXIP:…; null for no extension.</summary>
    public IReadOnlyList<string>? AlternativeNames { get; init; }

    /// <summary>The same, of permitted and excluded subtrees (IP with a mask: IP:10.0.0.0/255.0.0.0; DirName:O=…).</summary>
    public IReadOnlyList<string> Permitted { get; init; } = [];

    public IReadOnlyList<string> Excluded { get; init; } = [];

    /// <summary>Further extensions: identifier, critical, value.</summary>
    public IReadOnlyList<(string Oid, bool IsCritical, byte[] Value)> Extensions { get; init; } = [];

    /// <summary>A v1 certificate has no extensions.</summary>
    public bool IsVersion1 { get; init; }

    public HashAlgorithmName Hash { get; init; } = HashAlgorithmName.SHA256;

    public RSASignaturePadding? Padding { get; init; }

    public bool HasKeyIdentifiers { get; init; } = true;

    /// <summary>Instead of the issuer's own key: a signature that does not verify.</summary>
    public MintedKey? SignedBy { get; init; }

    /// <summary>The key; a curve P-256 of its own where null.</summary>
    public MintedKey? Key { get; init; }

    public byte[]? Serial { get; init; }
}
