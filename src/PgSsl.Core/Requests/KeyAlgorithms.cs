using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates;

namespace PgSsl.Requests;

/// <summary>The algorithms of keys that PostgreSQL servers and clients can use, by name.</summary>
internal static class KeyAlgorithms
{
    /// <summary>The default: small, fast, and usable by every client with TLS 1.2.</summary>
    public const string Default = "ecdsa-p256";

    /// <summary>Instead of a name: the kind of key that the certificate to renew has.</summary>
    public const string Same = "same";

    private const int SmallestRsa = 2048;

    private static readonly (string Name, Func<AsymmetricAlgorithm> Create)[] Known =
    [
        (Default, () => ECDsa.Create(ECCurve.NamedCurves.nistP256)),
        ("ecdsa-p384", () => ECDsa.Create(ECCurve.NamedCurves.nistP384)),
        ("rsa-3072", () => RSA.Create(3072)),
        ("rsa-2048", () => RSA.Create(2048)),
        ("rsa-4096", () => RSA.Create(4096)),
    ];

    /// <summary>The names of the algorithms for new keys.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Known.Select(algorithm => algorithm.Name)];

    /// <summary>The names of the algorithms that are refused; <see cref="Check"/> says why.</summary>
    public static IReadOnlyList<string> RefusedNames { get; } = ["ed25519", "ed448"];

    /// <summary>Throws for an algorithm that new keys cannot have.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.UnsupportedKeyAlgorithm"/>.</exception>
    public static void Check(string name)
    {
        if (RefusedNames.Contains(name))
            throw Edwards(name == "ed448" ? "Ed448" : "Ed25519");
        if (!Names.Contains(name))
            throw Unsupported($"The key algorithm \"{name}\" is not supported.", $"Use one of {string.Join(", ", Names)}.");
    }

    /// <summary>The algorithm of a certificate's key, for a new key of the same kind.</summary>
    /// <param name="certificate">The certificate to renew; null if none was given.</param>
    /// <exception cref="PgSslException">
    /// <see cref="PgSslError.InvalidParameterValue"/>: there is no certificate. <see cref="PgSslError.UnsupportedKeyAlgorithm"/>: no such keys are
    /// made.
    /// </exception>
    public static string SameAs(X509Certificate2? certificate)
    {
        if (certificate is null)
            throw new PgSslException(
                PgSslError.InvalidParameterValue,
                "-KeyAlgorithm Same is the kind of key of -Certificate, but no certificate is given.",
                $"Pipe the certificate to renew, or use one of {string.Join(", ", Names)}.");
        (string kind, int size) = PublicKeyDescription.Of(certificate);
        string name = kind switch { "RSA" => $"rsa-{size}", "ECDSA" => $"ecdsa-p{size}", _ => kind.ToLowerInvariant() };
        return Names.Contains(name) || RefusedNames.Contains(name) ? name : throw Unsupported(
            $"The certificate has a key of the kind {kind} with {size} bits. Such keys are not made.",
            $"Use one of {string.Join(", ", Names)}.");
    }

    /// <summary>That a new key is of another kind than that of the certificate to renew, as a sentence; null if it is not.</summary>
    /// <param name="certificate">The certificate to renew; null if none was given.</param>
    /// <param name="algorithm">The algorithm of the new key.</param>
    public static string? FindOtherKind(X509Certificate2? certificate, string algorithm)
    {
        if (certificate is null)
            return null;
        (string kind, int size) = PublicKeyDescription.Of(certificate);
        return algorithm.StartsWith(kind, StringComparison.OrdinalIgnoreCase) ? null
            : $"The certificate to renew has a key of the kind {kind} ({size} bits), and the new key is {algorithm}. "
                + "-KeyAlgorithm Same keeps the kind.";
    }

    /// <summary>Makes a key.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.UnsupportedKeyAlgorithm"/>.</exception>
    internal static AsymmetricAlgorithm Create(string name)
    {
        Check(name);
        return Array.Find(Known, algorithm => algorithm.Name == name).Create();
    }

    /// <summary>The name of a key's algorithm.</summary>
    /// <exception cref="PgSslException">
    /// <see cref="PgSslError.UnsupportedKeyAlgorithm"/>: the key is weak, or clients do not have its curve.
    /// </exception>
    internal static string NameOf(AsymmetricAlgorithm key)
    {
        if (key is not ECDsa ecdsa)
            return key.KeySize >= SmallestRsa ? $"rsa-{key.KeySize}" : throw Unsupported(
                $"The RSA key has {key.KeySize} bits; OpenSSL refuses fewer than {SmallestRsa} with its default settings.",
                "Make a new key: omit -ExistingKey.");
        ECCurve curve = ecdsa.ExportParameters(includePrivateParameters: false).Curve;
        string? name = curve.IsNamed ? curve.Oid.Value : null;
        return name switch
        {
            "1.2.840.10045.3.1.7" => "ecdsa-p256",
            "1.3.132.0.34" => "ecdsa-p384",
            "1.3.132.0.35" => "ecdsa-p521",
            _ => throw Unsupported(
                $"The key has {(curve.IsNamed ? $"the curve {curve.Oid.FriendlyName ?? name}" : "a curve without a name")}, " +
                "which TLS clients need not support: TLS 1.3 has P-256, P-384 and P-521.",
                "Make a new key: omit -ExistingKey."),
        };
    }

    /// <summary>
    /// be-secure-openssl.c, be_tls_get_certificate_hash: SCRAM with channel binding needs the digest of the certificate's signature,
    /// and signatures of these algorithms have none. With such a certificate every SCRAM login over TLS fails.
    /// </summary>
    internal static PgSslException Edwards(string name) => Unsupported(
        $"{name} keys are refused. With such a certificate PostgreSQL cannot do the channel binding of SCRAM, and password logins " +
        "over TLS fail (\"could not find digest for NID UNDEF\").",
        $"Use {Default}, which is as small and as fast.");

    private static PgSslException Unsupported(string message, string remedy) => new(PgSslError.UnsupportedKeyAlgorithm, message, remedy);
}
