using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FsCheck;
using FsCheck.Fluent;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.X509;
using PgSsl.Certificates;
using PgSsl.Certificates.Verification;

namespace PgSsl.Tests.Certificates.BouncyCastle;

/// <summary>BouncyCastle issues certificates with every kind of signature, and both say what they think of them.</summary>
public class SignatureVerifierTests
{
    [Theory]
    [InlineData("rsa", "SHA1withRSA")]
    [InlineData("rsa", "SHA224withRSA")]
    [InlineData("rsa", "SHA256withRSA")]
    [InlineData("rsa", "SHA384withRSA")]
    [InlineData("rsa", "SHA512withRSA")]
    [InlineData("rsa", "SHA3-224withRSA")]
    [InlineData("rsa", "SHA3-256withRSA")]
    [InlineData("rsa", "SHA3-512withRSA")]
    [InlineData("rsa", "SHA1withRSAandMGF1")]
    [InlineData("rsa", "SHA224withRSAandMGF1")]
    [InlineData("rsa", "SHA256withRSAandMGF1")]
    [InlineData("rsa", "SHA384withRSAandMGF1")]
    [InlineData("rsa", "SHA512withRSAandMGF1")]
    [InlineData("1.2.840.10045.3.1.7", "SHA1withECDSA")]
    [InlineData("1.2.840.10045.3.1.7", "SHA224withECDSA")]
    [InlineData("1.2.840.10045.3.1.7", "SHA256withECDSA")]
    [InlineData("1.3.132.0.34", "SHA384withECDSA")]
    [InlineData("1.3.132.0.35", "SHA512withECDSA")]
    [InlineData("1.3.132.0.10", "SHA256withECDSA")]
    [InlineData("1.3.36.3.3.2.8.1.1.7", "SHA256withECDSA")]
    [InlineData("dsa", "SHA1withDSA")]
    [InlineData("dsa", "SHA256withDSA")]
    [InlineData("Ed25519", "Ed25519")]
    [InlineData("Ed448", "Ed448")]
    public void Both_say_the_same_of_a_certificate_and_of_one_with_a_bit_turned_over(string kind, string algorithm)
    {
        var root = new Authority(Authority.KeyOf(kind), algorithm);
        var other = new Authority(Authority.KeyOf(kind, 1), algorithm);
        byte[] leaf = root.Issue("CN=db1", root.Key.Public).GetEncoded();

        Assert.True(Verify(leaf, root));
        Assert.True(VerifyCrl(root.Revoke(_ => { }).GetEncoded(), root));
        Assert.False(VerifyCrl(root.Revoke(_ => { }).GetEncoded(), other));
        Assert.False(Verify(leaf, other));
        Prop.ForAll(Mutation.Any.ToArbitrary(), mutation =>
        {
            byte[] changed = mutation.Apply(leaf)[0];
            return Verify(changed, root) == Judge(changed, root.Key.Public);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(50));
    }

    private static bool VerifyCrl(byte[] der, Authority root)
    {
        using var issuer = new X509Certificate2(root.Certificate.GetEncoded());
        return SignatureVerifier.Verify(CertificateRevocationList.Parse(der), ParsedCertificate.Of(issuer)!);
    }

    private static bool Verify(byte[] der, Authority root)
    {
        try
        {
            using var certificate = new X509Certificate2(der);
            using var issuer = new X509Certificate2(root.Certificate.GetEncoded());
            return ParsedCertificate.Of(certificate) is { } parsed && SignatureVerifier.Verify(parsed, ParsedCertificate.Of(issuer)!);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static bool Judge(byte[] der, AsymmetricKeyParameter key)
    {
        try
        {
            Org.BouncyCastle.X509.X509Certificate certificate = new X509CertificateParser().ReadCertificate(der);
            certificate.Verify(key);
            // It verifies the DER that it would write itself, in which a TRUE of 7F is one of FF: not what was signed.
            return certificate.CertificateStructure.GetDerEncoded().AsSpan().SequenceEqual(der);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // It refuses in as many ways as it has parts.
            return false;
        }
    }
}
