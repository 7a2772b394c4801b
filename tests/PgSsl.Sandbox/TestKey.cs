using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PgSsl.Sandbox;

/// <summary>A key pair of one of the kinds that servers have.</summary>
/// <param name="PublicKey">For the certificate.</param>
/// <param name="Pem">The private key as PKCS#8.</param>
/// <param name="Private">The private key; null where .NET cannot hold it (Ed25519).</param>
internal sealed record TestKey(PublicKey PublicKey, string Pem, AsymmetricAlgorithm? Private)
{
    public static async Task<TestKey> CreateAsync(KeyAlgorithm algorithm) =>
        algorithm == KeyAlgorithm.Ed25519 ? await CreateEd25519Async() : Create(algorithm);

    public static TestKey Create(KeyAlgorithm algorithm) => algorithm switch
    {
        KeyAlgorithm.EcdsaP256 => Of(ECDsa.Create(ECCurve.NamedCurves.nistP256)),
        KeyAlgorithm.EcdsaP384 => Of(ECDsa.Create(ECCurve.NamedCurves.nistP384)),
        KeyAlgorithm.Rsa1024 => Of(RsaKeys.Get(1024)),
        KeyAlgorithm.Rsa2048 => Of(RsaKeys.Get(2048)),
        KeyAlgorithm.Rsa4096 => Of(RsaKeys.Get(4096)),
        _ => throw new ArgumentException($"{algorithm} keys come from CreateAsync.", nameof(algorithm)),
    };

    /// <summary>Signs certificates and CRLs with this key.</summary>
    public X509SignatureGenerator SignatureGenerator(HashAlgorithmName digest) => Private switch
    {
        not null when digest == HashAlgorithmName.SHA1 => new Sha1SignatureGenerator(Private),
        ECDsa ecdsa => X509SignatureGenerator.CreateForECDsa(ecdsa),
        RSA rsa => X509SignatureGenerator.CreateForRSA(rsa, RSASignaturePadding.Pkcs1),
        _ => throw new NotSupportedException("This key cannot sign here."),
    };

    /// <summary>The certificate with this key attached, as SslStream wants it.</summary>
    public X509Certificate2 AttachTo(X509Certificate2 certificate)
    {
        if (Private is null)
            return certificate;
        X509Certificate2 attached = Private is ECDsa ecdsa
            ? certificate.CopyWithPrivateKey(ecdsa)
            : certificate.CopyWithPrivateKey((RSA)Private);
        if (!OperatingSystem.IsWindows())
            return attached;
        // Schannel refuses keys that exist in memory only; a PKCS#12 round trip makes one that it takes.
        using (attached)
            return new X509Certificate2(attached.Export(X509ContentType.Pkcs12), (string?)null, X509KeyStorageFlags.Exportable);
    }

    private static TestKey Of(ECDsa key) => new(new PublicKey(key), key.ExportPkcs8PrivateKeyPem(), key);

    private static TestKey Of(RSA key) => new(new PublicKey(key), key.ExportPkcs8PrivateKeyPem(), key);

    // .NET 8 to 10 know no Ed25519 keys, but certify any public key.
    private static async Task<TestKey> CreateEd25519Async()
    {
        string pem = (await ProcessRunner.RunAsync("openssl", ["genpkey", "-algorithm", "ed25519"])).OrThrow("openssl genpkey");
        string publicPem = (await ProcessRunner.RunAsync("openssl", ["pkey", "-pubout"], pem)).OrThrow("openssl pkey");
        PemFields fields = PemEncoding.Find(publicPem);
        byte[] spki = Convert.FromBase64String(publicPem[fields.Base64Data]);
        return new TestKey(PublicKey.CreateFromSubjectPublicKeyInfo(spki, out _), pem, null);
    }
}
