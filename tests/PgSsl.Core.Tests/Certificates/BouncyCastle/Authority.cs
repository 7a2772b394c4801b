using System.Collections.Concurrent;
using Org.BouncyCastle.Asn1.X509;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Operators;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Security;
using Org.BouncyCastle.X509;
using PgSsl.Certificates.Verification;
using PgSsl.Sandbox;
using BcCertificate = Org.BouncyCastle.X509.X509Certificate;

namespace PgSsl.Tests.Certificates.BouncyCastle;

/// <summary>A CA of BouncyCastle's, which signs in ways that .NET cannot.</summary>
public sealed class Authority
{
    private static readonly ConcurrentDictionary<string, AsymmetricCipherKeyPair> Keys = new();

    // Two keys of one domain are as different as any.
    private static readonly Lazy<DsaParameters> DsaDomain = new(() =>
    {
        var parameters = new DsaParametersGenerator();
        parameters.Init(1024, 80, new SecureRandom());
        return parameters.GenerateParameters();
    });

    private static int s_serial;

    private readonly ISignatureFactory _signature;

    /// <param name="key">Its key: one of <see cref="MakeKey"/>.</param>
    /// <param name="algorithm">How it signs, in BouncyCastle's words.</param>
    public Authority(AsymmetricCipherKeyPair key, string algorithm)
    {
        Key = key;
        _signature = new Asn1SignatureFactory(algorithm, key.Private);
        Certificate = Issue("CN=BouncyCastle Root", key.Public);
    }

    public AsymmetricCipherKeyPair Key { get; }

    public BcCertificate Certificate { get; }

    /// <summary>A key of a kind, as of <see cref="MakeKey"/>: always the same for a number, because some take long to make.</summary>
    public static AsymmetricCipherKeyPair KeyOf(string kind, int number = 0) => Keys.GetOrAdd($"{kind} {number}", _ => MakeKey(kind, number));

    /// <summary>Makes a key: <c>rsa</c>, <c>dsa</c>, <c>Ed25519</c>, <c>Ed448</c>, or the identifier of a curve.</summary>
    public static AsymmetricCipherKeyPair MakeKey(string kind, int number = 0)
    {
        switch (kind)
        {
            case "rsa":
                return DotNetUtilities.GetRsaKeyPair(RsaKeys.Get(2048, number));
            case "dsa":
                return Make("DSA", new DsaKeyGenerationParameters(new SecureRandom(), DsaDomain.Value));
            case "Ed25519" or "Ed448":
                return Make(kind, new KeyGenerationParameters(new SecureRandom(), 256));
            default:
                return Make("EC", new ECKeyGenerationParameters(new Org.BouncyCastle.Asn1.DerObjectIdentifier(kind), new SecureRandom()));
        }
    }

    public BcCertificate Issue(string subject, AsymmetricKeyParameter key)
    {
        var generator = new X509V3CertificateGenerator();
        generator.SetSerialNumber(BigInteger.ValueOf(Interlocked.Increment(ref s_serial)));
        generator.SetIssuerDN(new X509Name("CN=BouncyCastle Root"));
        generator.SetSubjectDN(new X509Name(subject));
        generator.SetNotBefore(MintOptions.Now.UtcDateTime.AddDays(-1));
        generator.SetNotAfter(MintOptions.Now.UtcDateTime.AddDays(1));
        generator.SetPublicKey(key);
        generator.AddExtension(X509Extensions.BasicConstraints, critical: true, new BasicConstraints(cA: true));
        return generator.Generate(_signature);
    }

    public X509Crl Revoke(Action<X509V2CrlGenerator> fill)
    {
        var generator = new X509V2CrlGenerator();
        generator.SetIssuerDN(new X509Name("CN=BouncyCastle Root"));
        generator.SetThisUpdate(MintOptions.Now.UtcDateTime);
        generator.SetNextUpdate(MintOptions.Now.UtcDateTime.AddDays(7));
        fill(generator);
        return generator.Generate(_signature);
    }

    private static AsymmetricCipherKeyPair Make(string algorithm, KeyGenerationParameters parameters)
    {
        IAsymmetricCipherKeyPairGenerator generator = GeneratorUtilities.GetKeyPairGenerator(algorithm);
        generator.Init(parameters);
        return generator.GenerateKeyPair();
    }
}
