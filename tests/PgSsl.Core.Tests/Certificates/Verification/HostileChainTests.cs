using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates;
using PgSsl.Certificates.Trust;
using PgSsl.Certificates.Verification;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Certificates.Verification;

/// <summary>Whatever a server sends, there is a verdict, and not for a high price.</summary>
public class HostileChainTests
{
    private static readonly MintedCertificate Root = Mint.Root("Root");
    private static readonly TrustStore Trust = TrustStore.FromCertificates([Root.Certificate], "root");

    [Fact]
    public void A_thousand_certificates_of_one_name_are_followed_a_hundred_and_one_links_deep()
    {
        MintedKey key = MintedKey.Curve(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        var options = MintOptions.Ca with { Key = key, HasKeyIdentifiers = false };
        MintedCertificate last = Mint.Certificate("A", Mint.Root("B"), options);
        var served = new List<X509Certificate2>();
        for (int i = 0; i < 1000; i++)
            served.Add((last = Mint.Certificate(i % 2 == 0 ? "B" : "A", last, options)).Certificate);
        served.Reverse();

        ChainVerdict verdict = ChainVerifier.Verify(served, Trust, MintOptions.Now);

        Assert.Equal(ChainError.ChainTooLong, verdict.Error);
        Assert.Equal(102, verdict.Path.Count);
        Assert.NotEmpty(ServedChain.Examine(served, MintOptions.Now, Trust).Findings);
    }

    [Fact]
    public void Damaged_certificates_get_a_verdict_and_never_an_exception()
    {
        MintedCertificate ca = Mint.Certificate("CA", Root, MintOptions.Ca with { Permitted = ["DNS:a.test"], PathLength = 3 });
        MintedCertificate leaf = Mint.Leaf("db.a.test", ca, MintOptions.Leaf with
        {
            KeyUsage = 0x80,
            Extensions = [("2.5.29.31", false, [0x30, 12, 0x30, 10, 0xa0, 8, 0xa0, 6, 0x86, 4, 0x61, 0x3a, 0x2f, 0x62])],
        });
        var random = new Random(7);
        int read = 0;
        for (int i = 0; i < 800; i++)
        {
            if (Damage(leaf, random) is not { } damagedLeaf || Damage(ca, random) is not { } damagedCa)
                continue;
            read++;
            ChainVerifier.Verify([damagedLeaf, damagedCa], Trust, MintOptions.Now);
            ChainVerifier.Verify([damagedLeaf, ca.Certificate], Trust, MintOptions.Now);
            ChainVerifier.Verify([leaf.Certificate, damagedCa], Trust, MintOptions.Now);
            ServedChain.Examine([damagedLeaf, damagedCa], MintOptions.Now, Trust);
            HostNameVerifier.Verify(damagedLeaf, "db.a.test");
            CertificateNames.SubjectAlternativeNames(damagedLeaf);
        }
        Assert.True(read > 100, $"only {read} were readable");
    }

    [Fact]
    public void No_damaged_certificate_is_trusted()
    {
        MintedCertificate leaf = Mint.Leaf("db1", Root);
        var random = new Random(8);
        for (int i = 0; i < 600; i++)
        {
            if (Damage(leaf, random) is { } damaged && !damaged.RawData.SequenceEqual(leaf.Certificate.RawData))
                Assert.False(ChainVerifier.Verify([damaged], Trust, MintOptions.Now).IsValid);
        }
    }

    internal static X509Certificate2? Damage(MintedCertificate minted, Random random)
    {
        byte[] der = minted.Certificate.RawData;
        for (int i = random.Next(1, 3); i > 0; i--)
            der[random.Next(4, der.Length)] ^= (byte)(1 << random.Next(8));
        try
        {
            return new X509Certificate2(der);
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            return null;
        }
    }
}
