using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Org.BouncyCastle.Asn1;
using Org.BouncyCastle.Asn1.Nist;
using Org.BouncyCastle.Asn1.Pkcs;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.OpenSsl;
using Org.BouncyCastle.Pkcs;
using Org.BouncyCastle.Security;
using PgSsl.Asn1;
using PgSsl.Requests;
using PgSsl.Tests.Requests;
using PgSsl.Requirements;
using PemReader = Org.BouncyCastle.OpenSsl.PemReader;

namespace PgSsl.Tests.Certificates.BouncyCastle;

/// <summary>Private keys that BouncyCastle writes are read here, and the other way round.</summary>
public class PrivateKeyTests
{
    private static readonly AsymmetricCipherKeyPair[] Keys =
        [.. new[] { "rsa", "1.2.840.10045.3.1.7", "1.3.132.0.34", "1.3.132.0.35" }.Select(kind => Authority.KeyOf(kind))];

    private static readonly string[] TraditionalCiphers = ["DES-EDE3-CBC", "AES-128-CBC", "AES-192-CBC", "AES-256-CBC"];

    private static readonly Gen<string> Passphrases = Gen.Choose(1, 40).SelectMany(count => Gen.Choose(' ', '~').Select(c => (char)c).ArrayOf(count))
        .Select(characters => new string(characters));

    private static readonly DerObjectIdentifier[] Ciphers =
        [NistObjectIdentifiers.IdAes128Cbc, NistObjectIdentifiers.IdAes192Cbc, NistObjectIdentifiers.IdAes256Cbc];

    private static readonly DerObjectIdentifier[] Digests =
    [
        PkcsObjectIdentifiers.IdHmacWithSha1, PkcsObjectIdentifiers.IdHmacWithSha256,
        PkcsObjectIdentifiers.IdHmacWithSha384, PkcsObjectIdentifiers.IdHmacWithSha512,
    ];

    [Fact]
    public void A_key_in_clear_is_the_same_key() => Assert.All(Keys, key =>
    {
        Assert.True(IsSame(key, ReadKey(Encoding.ASCII.GetBytes(Pem(key.Private)), null)));
        Assert.True(IsSame(key, ReadKey(PrivateKeyInfoFactory.CreatePrivateKeyInfo(key.Private).GetDerEncoded(), null)));
    });

    [Fact]
    public void A_key_in_traditional_encryption_is_the_same_key() => Prop.ForAll(
        Gen.Elements(Keys).ToArbitrary(), Gen.Elements(TraditionalCiphers).ToArbitrary(), Passphrases.ToArbitrary(),
        (key, cipher, passphrase) =>
        {
            byte[] file = Encoding.ASCII.GetBytes(Pem(key.Private, cipher, passphrase.ToCharArray(), new SecureRandom()));
            return IsSame(key, ReadKey(file, passphrase)) && ReadKey(file, passphrase + "x") is null;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(40));

    [Fact]
    public void A_key_in_encrypted_pkcs8_is_the_same_key() => Prop.ForAll(
        Gen.Elements(Keys).ToArbitrary(),
        Gen.Elements(Ciphers).SelectMany(cipher => Gen.Elements(Digests).Select(digest => (cipher, digest))).ToArbitrary(),
        Passphrases.ToArbitrary(),
        (key, scheme, passphrase) =>
        {
            byte[] der = EncryptedPrivateKeyInfoFactory.CreateEncryptedPrivateKeyInfo(
                scheme.cipher, scheme.digest, passphrase.ToCharArray(), [1, 2, 3, 4, 5, 6, 7, 8], 100, new SecureRandom(), key.Private)
                .GetDerEncoded();
            byte[] pem = Encoding.ASCII.GetBytes(PemEncoding.WriteString("ENCRYPTED PRIVATE KEY", der));
            return IsSame(key, ReadKey(pem, passphrase)) && IsSame(key, ReadKey(der, passphrase)) && ReadKey(pem, passphrase + "x") is null;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(20));

    [Fact]
    public void An_Ed25519_key_belongs_to_its_certificate_and_to_no_other()
    {
        var mine = new Authority(Authority.MakeKey("Ed25519"), "Ed25519");
        var other = new Authority(Authority.MakeKey("Ed25519"), "Ed25519");
        var key = ServerKey.Read(PrivateKeyInfoFactory.CreatePrivateKeyInfo(mine.Key.Private).GetDerEncoded(), null, "server.key");
        using var certificate = new X509Certificate2(mine.Certificate.GetEncoded());
        using var another = new X509Certificate2(other.Certificate.GetEncoded());
        Assert.True(key.Matches(certificate));
        Assert.False(key.Matches(another));
    }

    [Theory]
    [InlineData("ecdsa-p256")]
    [InlineData("ecdsa-p384")]
    [InlineData("rsa-2048")]
    public void A_key_written_here_is_read_there(string algorithm)
    {
        using var key = GeneratedKeys.Get(algorithm);
        using var text = new StringReader(Encoding.ASCII.GetString(key.ExportPem([])));

        var read = (AsymmetricKeyParameter)new PemReader(text).ReadObject();

        Assert.Equal(key.SpkiSha256, Convert.ToHexString(SHA256.HashData(SpkiOf(read))));
    }

    private static byte[] SpkiOf(AsymmetricKeyParameter key) => Org.BouncyCastle.X509.SubjectPublicKeyInfoFactory.CreateSubjectPublicKeyInfo(
        key is ECPrivateKeyParameters curve
            ? new ECPublicKeyParameters(curve.AlgorithmName, curve.Parameters.G.Multiply(curve.D), curve.PublicKeyParamSet)
            : new RsaKeyParameters(false, ((RsaPrivateCrtKeyParameters)key).Modulus, ((RsaPrivateCrtKeyParameters)key).PublicExponent))
        .GetDerEncoded();

    private static AsymmetricAlgorithm? ReadKey(byte[] file, string? passphrase)
    {
        try
        {
            return PrivateKeyReader.Read(file, passphrase?.ToCharArray(), PassphraseSource.Parameter, "server.key");
        }
        catch (PgSslException refusal) when (refusal.Error == PgSslError.InvalidKeyFile)
        {
            return null;
        }
    }

    private static bool IsSame(AsymmetricCipherKeyPair expected, AsymmetricAlgorithm? key)
    {
        if (key is null)
            return false;
        AsymmetricKeyParameter mine = PrivateKeyFactory.CreateKey(key.ExportPkcs8PrivateKey());
        key.Dispose();
        return expected.Private is ECPrivateKeyParameters curve
            ? mine is ECPrivateKeyParameters other && other.D.Equals(curve.D) && other.PublicKeyParamSet.Equals(curve.PublicKeyParamSet)
            : expected.Private.Equals(mine);
    }

    private static string Pem(object key, string? cipher = null, char[]? passphrase = null, SecureRandom? random = null)
    {
        using var text = new StringWriter();
        var writer = new PemWriter(text);
        if (cipher is null)
            writer.WriteObject(key);
        else
            writer.WriteObject(key, cipher, passphrase, random);
        return text.ToString();
    }
}
