using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PgSsl.Sandbox;

/// <summary>A key pair made for a test.</summary>
public sealed class MintedKey
{
    private readonly AsymmetricAlgorithm? _algorithm;
    private readonly string? _pem;

    /// <summary>The key pair that .NET holds.</summary>
    public MintedKey(AsymmetricAlgorithm algorithm) => (_algorithm, PublicKeyInfo) = (algorithm, algorithm.ExportSubjectPublicKeyInfo());

    private MintedKey(byte[] publicKeyInfo, string pem) => (PublicKeyInfo, _pem) = (publicKeyInfo, pem);

    /// <summary>The public key, as it is in a certificate.</summary>
    public byte[] PublicKeyInfo { get; }

    /// <summary>The key pair.</summary>
    /// <exception cref="NotSupportedException">A key that .NET has no class for.</exception>
    public AsymmetricAlgorithm Algorithm => _algorithm ?? throw new NotSupportedException(".NET cannot use such a key.");

    /// <summary>The private key as PKCS#8 without a passphrase.</summary>
    public string Pem => (_pem ?? Algorithm.ExportPkcs8PrivateKeyPem()).TrimEnd() + "\n";

    /// <summary>A key of that type.</summary>
    /// <exception cref="ArgumentException">A key that .NET has no class for: see <see cref="CreateAsync"/>.</exception>
    public static MintedKey Create(KeyAlgorithm algorithm) => algorithm switch
    {
        KeyAlgorithm.EcdsaP256 => Curve(ECCurve.NamedCurves.nistP256),
        KeyAlgorithm.EcdsaP384 => Curve(ECCurve.NamedCurves.nistP384),
        KeyAlgorithm.EcdsaP521 => Curve(ECCurve.NamedCurves.nistP521),
        KeyAlgorithm.EcdsaSecp256k1 => Curve(ECCurve.CreateFromFriendlyName("secp256k1")),
        KeyAlgorithm.Rsa1024 => Rsa(1024),
        KeyAlgorithm.Rsa2048 => Rsa(2048),
        KeyAlgorithm.Rsa4096 => Rsa(4096),
        _ => throw new ArgumentException($"{algorithm} keys come from {nameof(CreateAsync)}.", nameof(algorithm)),
    };

    /// <summary>A key of any type; the openssl program makes those that .NET does not know.</summary>
    public static async Task<MintedKey> CreateAsync(KeyAlgorithm algorithm) => algorithm switch
    {
        KeyAlgorithm.Ed25519 => await GenerateAsync("ed25519"),
        KeyAlgorithm.Ed448 => await GenerateAsync("ed448"),
        KeyAlgorithm.RsaPss2048 => await GenerateAsync("rsa-pss", "rsa_keygen_bits:2048"),
        KeyAlgorithm.RsaPssSha384 => await GenerateAsync(
            "rsa-pss", "rsa_keygen_bits:2048", "rsa_pss_keygen_md:sha384", "rsa_pss_keygen_mgf1_md:sha384", "rsa_pss_keygen_saltlen:32"),
        _ => Create(algorithm),
    };

    /// <summary>The same key for the same numbers (see <see cref="RsaKeys"/>).</summary>
    public static MintedKey Rsa(int bits, int number = 0) => new(RsaKeys.Get(bits, number));

    /// <summary>A new key on that curve.</summary>
    public static MintedKey Curve(ECCurve curve) => new(ECDsa.Create(curve));

    /// <summary>How a certificate names the algorithm of a signature by this key.</summary>
    public byte[] AlgorithmIdentifier(HashAlgorithmName hash, RSASignaturePadding? padding = null)
    {
        // RFC 3279 2.2.1 and 2.2.3: X509SignatureGenerator refuses MD5 and SHA-1, and the tests need some.
        string? weak = (Algorithm, hash.Name) switch
        {
            (RSA, "MD5") => "1.2.840.113549.1.1.4",
            (RSA, "SHA1") => "1.2.840.113549.1.1.5",
            (ECDsa, "SHA1") => "1.2.840.10045.4.1",
            _ => null,
        };
        return weak is null ? Generator(padding).GetSignatureAlgorithmIdentifier(hash) : Mint.Encode(writer =>
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(weak);
                if (Algorithm is RSA)
                    writer.WriteNull();
            }
        });
    }

    /// <summary>Signs, as a certificate or a CRL is signed.</summary>
    public byte[] Sign(byte[] content, HashAlgorithmName hash, RSASignaturePadding? padding = null) => Algorithm is RSA rsa
        ? rsa.SignData(content, hash, padding ?? RSASignaturePadding.Pkcs1)
        : ((ECDsa)Algorithm).SignData(content, hash, DSASignatureFormat.Rfc3279DerSequence);

    /// <summary>The certificate with this key attached, as SslStream wants it; without, if .NET cannot hold the key.</summary>
    public X509Certificate2 AttachTo(X509Certificate2 certificate)
    {
        if (_algorithm is null)
            return certificate;
        X509Certificate2 attached = _algorithm is ECDsa ecdsa
            ? certificate.CopyWithPrivateKey(ecdsa)
            : certificate.CopyWithPrivateKey((RSA)_algorithm);
        if (!OperatingSystem.IsWindows())
            return attached;
        // Schannel refuses keys that exist in memory only; a PKCS#12 round trip makes one that it takes.
        using (attached)
            return new X509Certificate2(attached.Export(X509ContentType.Pkcs12), (string?)null, X509KeyStorageFlags.Exportable);
    }

    private X509SignatureGenerator Generator(RSASignaturePadding? padding) => Algorithm is RSA rsa
        ? X509SignatureGenerator.CreateForRSA(rsa, padding ?? RSASignaturePadding.Pkcs1)
        : X509SignatureGenerator.CreateForECDsa((ECDsa)Algorithm);

    // .NET 8 to 10 have no class for these keys, but certify any public key.
    private static async Task<MintedKey> GenerateAsync(string algorithm, params string[] options)
    {
        string[] arguments = ["genpkey", "-algorithm", algorithm, .. options.SelectMany(option => (string[])["-pkeyopt", option])];
        string pem = (await ProcessRunner.RunAsync("openssl", arguments)).OrThrow("openssl genpkey");
        string publicPem = (await ProcessRunner.RunAsync("openssl", ["pkey", "-pubout"], pem)).OrThrow("openssl pkey");
        return new MintedKey(Convert.FromBase64String(publicPem[PemEncoding.Find(publicPem).Base64Data]), pem);
    }
}
