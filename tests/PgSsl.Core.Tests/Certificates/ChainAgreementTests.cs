using PgSsl.Certificates;

namespace PgSsl.Tests.Certificates;

/// <summary>ChainVerifier against openssl: same error number, same depth.</summary>
public class ChainAgreementTests
{
    [Fact]
    public void Agrees_with_openssl_on_every_kind_of_fault() => AssertAgreement(ChainTable.Cases);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Agrees_with_openssl_on_random_chains(int seed) => AssertAgreement(new RandomChains(seed).Take(250));

    [Fact]
    public void Agrees_with_openssl_on_damaged_certificates()
    {
        MintedCertificate root = Mint.Root("Root");
        MintedCertificate ca = Mint.Certificate("CA", root, MintOptions.Ca with { Permitted = ["DNS:a.test"], PathLength = 3 });
        MintedCertificate leaf = Mint.Leaf("db.a.test", ca, MintOptions.Leaf with { KeyUsage = 0x80, AlternativeNames = ["DNS:db.a.test"] });
        var random = new Random(9);
        AssertAgreement([.. Enumerable.Range(0, 600)
            .Select(i => (Number: i, Leaf: i % 2 == 0 ? HostileChainTests.Damage(leaf, random) : leaf.Certificate, Ca: i % 2 == 1 ? HostileChainTests.Damage(ca, random) : ca.Certificate))
            .Where(item => item.Leaf is not null && item.Ca is not null)
            .Select(item => new ChainCase($"damaged {item.Number} {Convert.ToHexString((item.Number % 2 == 0 ? item.Leaf : item.Ca)!.RawData)}", [item.Leaf!, item.Ca!], root.Pem))]);
    }

    [Fact]
    public void Random_chains_are_neither_all_good_nor_all_bad_in_the_same_way()
    {
        var verdicts = new RandomChains(4).Take(250).Select(item => Verify(item).Error).ToList();

        Assert.True(verdicts.Count(error => error == ChainError.None) > 25);
        Assert.True(verdicts.Distinct().Count() > 12);
    }

    internal static ChainVerdict Verify(ChainCase item)
    {
        using var directory = new TemporaryDirectory();
        TrustStore trust = TrustStore.LoadFile(directory.Write("root.crt", item.TrustPem));
        if (item.CrlPem is not null)
            trust = trust.WithCrls(directory.Write("root.crl", item.CrlPem), null);
        return ChainVerifier.Verify(item.Served, trust, item.At);
    }

    private static void AssertAgreement(IReadOnlyList<ChainCase> cases)
    {
        if (!OpenSslJudge.IsAvailable)
            Assert.Skip("openssl is not installed.");
        IReadOnlyList<(int Error, int Depth)> expected = OpenSslJudge.Judge(cases);
        var disagreements = new List<string>();
        for (int i = 0; i < cases.Count; i++)
        {
            ChainVerdict ours = Verify(cases[i]);
            if ((int)ours.Error != expected[i].Error || ours.Depth != expected[i].Depth)
                disagreements.Add($"{cases[i].Name}: openssl says {expected[i]}, we say {((int)ours.Error, ours.Depth)}: {ours.Reason}");
        }
        Assert.True(disagreements.Count == 0, $"{disagreements.Count} of {cases.Count}:\n" + string.Join("\n", disagreements.Take(20)));
    }
}
