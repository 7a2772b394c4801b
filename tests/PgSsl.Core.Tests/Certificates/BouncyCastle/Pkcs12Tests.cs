using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Org.BouncyCastle.Asn1;
using Org.BouncyCastle.Asn1.Nist;
using Org.BouncyCastle.Asn1.Pkcs;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.OpenSsl;
using Org.BouncyCastle.Pkcs;
using Org.BouncyCastle.Security;
using Org.BouncyCastle.X509;
using PgSsl.Deployment;

namespace PgSsl.Tests.Certificates.BouncyCastle;

/// <summary>Files in PKCS #12 that BouncyCastle writes are read here.</summary>
public class Pkcs12Tests
{
    private static readonly Authority[] Roots =
    [
        new(Authority.KeyOf("1.2.840.10045.3.1.7"), "SHA256withECDSA"),
        new(Authority.KeyOf("rsa"), "SHA256withRSA"),
    ];

    private static readonly Scheme[] Schemes =
    [
        new(NistObjectIdentifiers.IdAes256Cbc, PkcsObjectIdentifiers.IdHmacWithSha256),
        new(NistObjectIdentifiers.IdAes128Cbc, PkcsObjectIdentifiers.IdHmacWithSha1),
        new(PkcsObjectIdentifiers.PbeWithShaAnd3KeyTripleDesCbc, null),
    ];

    // In the old scheme a password is UTF-16; in the new one RFC 8018 leaves the encoding open, and BouncyCastle takes single bytes.
    private static readonly Gen<(Scheme Scheme, string Password)> Protections =
        from scheme in Gen.Elements(Schemes)
        from length in Gen.Choose(1, 30)
        let ascii = Gen.Choose(' ', '~')
        from password in (scheme.Digest is null ? Gen.OneOf(ascii, Gen.Choose('\u00a1', '\u04ff')) : ascii).ArrayOf(length)
        select (scheme, string.Concat(password.Select(c => (char)c)));

    [Fact]
    public void Certificates_and_key_come_out_as_they_went_in() => Prop.ForAll(
        Gen.Elements(Roots).ToArbitrary(), Protections.ToArbitrary(), (root, protection) =>
        {
            (Scheme scheme, string password) = protection;
            AsymmetricCipherKeyPair key = Authority.KeyOf(root == Roots[0] ? "1.3.132.0.34" : "1.2.840.10045.3.1.7");
            var leaf = root.Issue("CN=db1", key.Public);
            byte[] file = Write(scheme, key.Private, [leaf, root.Certificate], password);

            IssuedCertificates answer = IssuedCertificates.Read(file, "db1.p12", password.ToCharArray());

            Assert.Equal(
                new[] { leaf, root.Certificate }.Select(certificate => Convert.ToHexString(certificate.GetEncoded())).Order(),
                answer.Certificates.Select(certificate => Convert.ToHexString(certificate.RawData)).Order());
            Assert.Equal(PrivateKeyInfoOf(key.Private), PrivateKeyInfoOf(ReadPem(answer.KeyPem!)));
            Assert.Equal(
                PgSslError.InvalidCertificateFile,
                Assert.Throws<PgSslException>(() => IssuedCertificates.Read(file, "db1.p12", (password + "x").ToCharArray())).Error);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(15));

    private static byte[] Write(Scheme scheme, AsymmetricKeyParameter key, X509Certificate[] chain, string password)
    {
        var builder = new Pkcs12StoreBuilder();
        if (scheme.Digest is null)
            builder.SetKeyAlgorithm(scheme.Cipher).SetCertAlgorithm(scheme.Cipher);
        else
            builder.SetKeyAlgorithm(scheme.Cipher, scheme.Digest).SetCertAlgorithm(scheme.Cipher, scheme.Digest);
        Pkcs12Store store = builder.Build();
        store.SetKeyEntry("db1", new AsymmetricKeyEntry(key), [.. chain.Select(certificate => new X509CertificateEntry(certificate))]);
        using var stream = new MemoryStream();
        store.Save(stream, password.ToCharArray(), new SecureRandom());
        return stream.ToArray();
    }

    private static AsymmetricKeyParameter ReadPem(byte[] pem)
    {
        using var text = new StringReader(Encoding.ASCII.GetString(pem));
        return (AsymmetricKeyParameter)new PemReader(text).ReadObject();
    }

    private static string PrivateKeyInfoOf(AsymmetricKeyParameter key) =>
        Convert.ToHexString(PrivateKeyInfoFactory.CreatePrivateKeyInfo(key).GetDerEncoded());

    private sealed record Scheme(DerObjectIdentifier Cipher, DerObjectIdentifier? Digest);
}
