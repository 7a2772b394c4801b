using PgSsl.Certificates;
using PgSsl.Certificates.Trust;
using PgSsl.Certificates.Verification;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Certificates.Verification;

/// <summary>ChainVerifier against openssl: same error number, same depth.</summary>
public class ChainAgreementTests
{
    [Fact]
    public void Agrees_with_openssl_on_every_kind_of_fault() => AssertAgreement(ChainTable.Cases);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Agrees_with_openssl_on_random_chains(int seed) => AssertAgreement(new RandomChains(seed).Take(150));

    [Fact]
    public void Refuses_the_damaged_certificates_that_openssl_refuses()
    {
        MintedCertificate root = Mint.Root("Root");
        MintedCertificate ca = Mint.Certificate("CA", root, MintOptions.Ca with { Permitted = ["DNS:a.test"], PathLength = 3 });
        MintedCertificate leaf = Mint.Leaf("db.a.test", ca, MintOptions.Leaf with { KeyUsage = 0x80, AlternativeNames = ["DNS:db.a.test"] });
        var random = new Random(9);
        var cases = new List<ChainCase>();
        for (int i = 0; i < 200; i++)
        {
            if (HostileChainTests.Damage(leaf, random) is { } damagedLeaf)
                cases.Add(new ChainCase($"damaged leaf {i}", [damagedLeaf, ca.Certificate], root.Pem));
            if (HostileChainTests.Damage(ca, random) is { } damagedCa)
                cases.Add(new ChainCase($"damaged CA {i}", [leaf.Certificate, damagedCa], root.Pem));
        }
        // Only the outcome: how far a decoder gets in broken DER is its own affair, and with it the error.
        AssertAgreement(cases, (ours, theirs) => ours.IsValid == (theirs.Error == 0));
    }

    [Fact]
    public void Random_chains_are_neither_all_good_nor_all_bad_in_the_same_way()
    {
        var verdicts = new RandomChains(4).Take(150).Select(item => Verify(item).Error).ToList();

        Assert.True(verdicts.Count(error => error == ChainError.None) > 15);
        Assert.True(verdicts.Distinct().Count() > 10);
    }

    internal static ChainVerdict Verify(ChainCase item)
    {
        using var directory = new TemporaryDirectory();
        TrustStore trust = TrustStore.LoadFile(directory.Write("root.crt", item.TrustPem));
        if (item.CrlPem is not null)
            trust = trust.WithCrls(directory.Write("root.crl", item.CrlPem), null);
        return ChainVerifier.Verify(item.Served, trust, item.At);
    }

    private static void AssertAgreement(IReadOnlyList<ChainCase> cases) =>
        // OpenSSL counts one further where a root inherits from nobody (v3_addr.c, v3_asid.c): there is no such certificate.
        AssertAgreement(cases, (ours, theirs) => ((int)ours.Error, ours.Depth) == (theirs.Error, Math.Min(theirs.Depth, ours.Path.Count - 1)));

    private static void AssertAgreement(IReadOnlyList<ChainCase> cases, Func<ChainVerdict, (int Error, int Depth), bool> agree)
    {
        if (!OpenSslJudge.IsAvailable)
            Assert.Skip("openssl is not installed.");
        IReadOnlyList<(int Error, int Depth)> expected = OpenSslJudge.Judge(cases);
        var disagreements = new List<string>();
        for (int i = 0; i < cases.Count; i++)
        {
            ChainVerdict ours = Verify(cases[i]);
            if (!agree(ours, expected[i]))
                disagreements.Add($"{cases[i].Name}: openssl says {expected[i]}, we say {((int)ours.Error, ours.Depth)}: {ours.Reason}");
        }
        Assert.True(disagreements.Count == 0, $"{disagreements.Count} of {cases.Count}:\n" + string.Join("\n", disagreements.Take(20)));
    }
}
