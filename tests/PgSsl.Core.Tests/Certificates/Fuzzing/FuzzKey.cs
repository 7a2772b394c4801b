using System.Security.Cryptography;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Security;
using Org.BouncyCastle.X509;
using PgSsl.Sandbox;
using PgSsl.Tests.Certificates.BouncyCastle;

namespace PgSsl.Tests.Certificates.Fuzzing;

/// <summary>A key that signs in every way that OpenSSL knows: .NET signs in the usual way, BouncyCastle in all others.</summary>
public sealed class FuzzKey
{
    private static readonly string[] Digests = ["SHA1", "SHA224", "SHA256", "SHA384", "SHA512", "SHA3-224", "SHA3-256", "SHA3-384", "SHA3-512"];

    private static readonly string[] DigestOids =
    [
        "1.3.14.3.2.26", "2.16.840.1.101.3.4.2.4", "2.16.840.1.101.3.4.2.1", "2.16.840.1.101.3.4.2.2", "2.16.840.1.101.3.4.2.3",
        "2.16.840.1.101.3.4.2.7", "2.16.840.1.101.3.4.2.8", "2.16.840.1.101.3.4.2.9", "2.16.840.1.101.3.4.2.10",
    ];

    private static readonly string[] RsaOids =
    [
        "1.2.840.113549.1.1.5", "1.2.840.113549.1.1.14", "1.2.840.113549.1.1.11", "1.2.840.113549.1.1.12", "1.2.840.113549.1.1.13",
        "2.16.840.1.101.3.4.3.13", "2.16.840.1.101.3.4.3.14", "2.16.840.1.101.3.4.3.15", "2.16.840.1.101.3.4.3.16",
    ];

    private static readonly string[] EcdsaOids =
    [
        "1.2.840.10045.4.1", "1.2.840.10045.4.3.1", "1.2.840.10045.4.3.2", "1.2.840.10045.4.3.3", "1.2.840.10045.4.3.4",
        "2.16.840.1.101.3.4.3.9", "2.16.840.1.101.3.4.3.10", "2.16.840.1.101.3.4.3.11", "2.16.840.1.101.3.4.3.12",
    ];

    private readonly AsymmetricAlgorithm? _algorithm;
    private readonly AsymmetricKeyParameter _private;
    private readonly string _kind;

    private FuzzKey(string kind, AsymmetricCipherKeyPair pair, AsymmetricAlgorithm? algorithm)
    {
        (_kind, _private, _algorithm) = (kind, pair.Private, algorithm);
        PublicKeyInfo = SubjectPublicKeyInfoFactory.CreateSubjectPublicKeyInfo(pair.Public).GetDerEncoded();
        if (algorithm is not null)
            PublicKeyInfo = algorithm.ExportSubjectPublicKeyInfo();
    }

    public byte[] PublicKeyInfo { get; private init; }

    public bool IsRsa => _kind == "rsa";

    /// <summary>The same key, presented in another way.</summary>
    public FuzzKey With(byte[] publicKeyInfo) => new(this, publicKeyInfo);

    private FuzzKey(FuzzKey key, byte[] publicKeyInfo) =>
        (_kind, _private, _algorithm, PublicKeyInfo) = (key._kind, key._private, key._algorithm, publicKeyInfo);

    public static FuzzKey Rsa(int number)
    {
        RSA rsa = RsaKeys.Get(2048, number);
        return new FuzzKey("rsa", DotNetUtilities.GetRsaKeyPair(rsa), rsa);
    }

    public static FuzzKey Curve(string oid)
    {
        var ecdsa = ECDsa.Create(ECCurve.CreateFromValue(oid));
        return new FuzzKey("ec", new AsymmetricCipherKeyPair(
            PublicKeyFactory.CreateKey(ecdsa.ExportSubjectPublicKeyInfo()),
            PrivateKeyFactory.CreateKey(ecdsa.ExportPkcs8PrivateKey())), ecdsa);
    }

    public static FuzzKey Edwards(string kind) => new(kind, Authority.KeyOf(kind), null);

    /// <summary>Signs in the usual way, or now and then in another one.</summary>
    /// <param name="random">Null for the usual way.</param>
    /// <returns>The algorithm, and what signs.</returns>
    public (byte[] Algorithm, Func<byte[], byte[]> Sign) Signing(Random? random)
    {
        if (_kind is "Ed25519" or "Ed448")
            return (Der.Sequence(Der.Oid(_kind == "Ed25519" ? "1.3.101.112" : "1.3.101.113")),
                content => Sign(_kind == "Ed25519" ? new Ed25519Signer() : new Ed448Signer([]), content));
        int digest = random is null ? 2 : random.Next(Digests.Length);
        if (IsRsa && random is not null && random.Next(2) == 0)
            return Pss(random);
        byte[] algorithm = IsRsa ? Der.Sequence(Der.Oid(RsaOids[digest]), Der.Null) : Der.Sequence(Der.Oid(EcdsaOids[digest]));
        if (digest == 2)
            return (algorithm, content => _algorithm is RSA rsa
                ? rsa.SignData(content, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
                : ((ECDsa)_algorithm!).SignData(content, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
        string name = digest < 5 ? Digests[digest].Replace("SHA", "SHA-", StringComparison.Ordinal) : Digests[digest];
        return (algorithm, content => Sign(SignerUtilities.GetSigner(name + (IsRsa ? "withRSA" : "withECDSA")), content));
    }

    /// <summary>The parameters of RSASSA-PSS, good and odd.</summary>
    public static (byte[] Parameters, int Digest, int Mask, int Salt) PssParameters(Random random)
    {
        int digest = random.Next(Digests.Length), mask = random.Next(3) == 0 ? random.Next(Digests.Length) : digest, salt = random.Next(80);
        var parts = new List<byte[]>();
        if (digest != 0 || random.Next(2) == 0)
            parts.Add(Der.Explicit(0, Der.Sequence(Der.Oid(DigestOids[digest]), random.Next(3) == 0 ? [] : Der.Null)));
        if (mask != 0 || random.Next(2) == 0)
            parts.Add(Der.Explicit(1, Der.Sequence(
                Der.Oid(random.Next(20) == 0 ? "1.2.3" : "1.2.840.113549.1.1.8"), Der.Sequence(Der.Oid(DigestOids[mask]), Der.Null))));
        if (random.Next(8) == 0)
            salt = 20;
        else
            parts.Add(Der.Explicit(2, Der.Number(random.Next(20) == 0 ? -salt : salt)));
        if (random.Next(6) == 0)
            parts.Add(Der.Explicit(3, Der.Number(random.Next(3))));
        return (Der.Sequence([.. parts]), digest, mask, salt);
    }

    private (byte[] Algorithm, Func<byte[], byte[]> Sign) Pss(Random random)
    {
        (byte[] parameters, int digest, int mask, int salt) = PssParameters(random);
        return (Der.Sequence(Der.Oid("1.2.840.113549.1.1.10"), parameters), content => Sign(
            new PssSigner(new RsaBlindedEngine(), DigestOf(digest), DigestOf(mask), salt), content));
    }

    private static IDigest DigestOf(int number) => DigestUtilities.GetDigest(new Org.BouncyCastle.Asn1.DerObjectIdentifier(DigestOids[number]));

    private byte[] Sign(ISigner signer, byte[] content)
    {
        signer.Init(true, _private);
        signer.BlockUpdate(content, 0, content.Length);
        return signer.GenerateSignature();
    }
}
