using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PgSsl.Sandbox;

/// <summary>What certificates of every kind have: validity, key, digest, and anything odd.</summary>
public abstract record CertificateOptions
{
    /// <summary>The subject's common names, in the order of the encoding; the first is what libpq compares.</summary>
    public IReadOnlyList<string> CommonNames { get; init; } = [];

    /// <summary>The whole subject in place of <see cref="CommonNames"/>.</summary>
    public X500DistinguishedName? Subject { get; init; }

    /// <summary>Start of validity; a day ago by default.</summary>
    public DateTimeOffset NotBefore { get; init; } = DateTimeOffset.UtcNow.AddDays(-1);

    /// <summary>End of validity; in 90 days by default.</summary>
    public DateTimeOffset NotAfter { get; init; } = DateTimeOffset.UtcNow.AddDays(90);

    /// <summary>The subject's key.</summary>
    public KeyAlgorithm Key { get; init; } = KeyAlgorithm.EcdsaP256;

    /// <summary>The digest that the issuer signs.</summary>
    public HashAlgorithmName Digest { get; init; } = HashAlgorithmName.SHA256;

    /// <summary>The key usage extension; null leaves it out.</summary>
    public abstract X509KeyUsageFlags? KeyUsage { get; init; }

    /// <summary>Object identifiers of the extended key usage extension; empty leaves it out.</summary>
    public abstract IReadOnlyList<string> ExtendedKeyUsages { get; init; }

    /// <summary>The serial number, big-endian; random by default.</summary>
    public byte[]? SerialNumber { get; init; }

    /// <summary>Further extensions, as they are.</summary>
    public IReadOnlyList<X509Extension> ExtraExtensions { get; init; } = [];

    /// <summary>False leaves out the subject and authority key identifiers.</summary>
    public bool KeyIdentifiers { get; init; } = true;

    internal virtual MintOptions ToMintOptions() => new()
    {
        NotBefore = NotBefore,
        NotAfter = NotAfter,
        // The first byte of the flags is that of the extension.
        KeyUsage = KeyUsage is { } usage ? (int)usage & 0xff : null,
        ExtendedKeyUsages = ExtendedKeyUsages.Count > 0 ? ExtendedKeyUsages : null,
        Extensions = [.. ExtraExtensions.Select(extension => (extension.Oid!.Value!, extension.Critical, extension.RawData))],
        Hash = Digest,
        HasKeyIdentifiers = KeyIdentifiers,
        Serial = SerialNumber ?? [0x01, .. RandomNumberGenerator.GetBytes(15)],
    };

    /// <summary>A critical extension that nobody knows; for <see cref="ExtraExtensions"/>.</summary>
    public static X509Extension UnknownCriticalExtension { get; } = new("1.3.6.1.4.1.55555.1", [0x05, 0x00], critical: true);
}
