using PgSsl.Certificates.Trust;
using PgSsl.Certificates.Verification;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Certificates.Verification;

[Fast]
public class ServedChainTests
{
    private static readonly MintedCertificate Root = Mint.Root("Root");
    private static readonly MintedCertificate Ca = Mint.Certificate("CA", Root, MintOptions.Ca);
    private static readonly MintedCertificate SubCa = Mint.Certificate("Sub CA", Ca, MintOptions.Ca);
    private static readonly MintedCertificate Leaf = Mint.Leaf("db1", SubCa);
    private static readonly TrustStore Known = TrustStore.FromCertificates([Root.Certificate], "known");

    [Fact]
    public void A_chain_below_a_known_root_has_no_findings()
    {
        ChainHealth health = Examine([Leaf, SubCa, Ca], Known);

        Assert.Empty(health.Findings);
        Assert.Equal(3, health.Path.Count);
    }

    [Fact]
    public void A_chain_whose_root_is_not_known_here_has_no_findings_either() => Assert.Empty(Examine([Leaf, SubCa, Ca]).Findings);

    [Fact]
    public void A_leaf_that_comes_alone_lacks_its_intermediate()
    {
        ChainHealth health = Examine([Leaf], Known);

        Assert.Equal([ChainFindingKind.MissingIntermediate], Kinds(health));
        Assert.Contains("'Sub CA', which issued 'db1'", health.Findings[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_leaf_that_a_known_root_issued_may_come_alone() => Assert.Empty(Examine([Mint.Leaf("db2", Root)], Known).Findings);

    [Fact]
    public void Order_is_that_of_issue() =>
        Assert.Equal([ChainFindingKind.OutOfOrder, ChainFindingKind.OutOfOrder], Kinds(Examine([Leaf, Ca, SubCa], Known)));

    [Fact]
    public void A_stranger_and_a_copy_are_told_apart()
    {
        ChainHealth health = Examine([Leaf, SubCa, Ca, Mint.Root("Other"), SubCa], Known);

        Assert.Equal([ChainFindingKind.UnrelatedCertificate, ChainFindingKind.DuplicateCertificate], Kinds(health));
    }

    [Fact]
    public void A_root_that_is_sent_is_of_no_use() =>
        Assert.Equal([ChainFindingKind.IncludesRoot], Kinds(Examine([Leaf, SubCa, Ca, Root])));

    [Fact]
    public void A_self_signed_leaf_is_complete() =>
        Assert.Equal([ChainFindingKind.SelfSigned], Kinds(Examine([Mint.Certificate("self", null, MintOptions.Leaf)])));

    [Fact]
    public void Every_link_is_looked_at_for_its_dates_and_strength()
    {
        MintedCertificate weak =
            Mint.Certificate("Weak", Root, MintOptions.Ca with { Key = MintedKey.Rsa(1024), NotAfter = MintOptions.Now.AddDays(-1) });
        MintedCertificate leaf = Mint.Leaf("db2", weak, MintOptions.Leaf with
        {
            NotBefore = MintOptions.Now.AddDays(1),
            Hash = System.Security.Cryptography.HashAlgorithmName.SHA1,
        });

        Assert.Equal(
            [ChainFindingKind.NotYetValidMember, ChainFindingKind.WeakSignature, ChainFindingKind.ExpiredMember, ChainFindingKind.WeakKey],
            Kinds(Examine([leaf, weak], Known)));
    }

    private static ChainHealth Examine(MintedCertificate[] served, params TrustStore[] roots) =>
        ServedChain.Examine([.. served.Select(item => item.Certificate)], MintOptions.Now, roots);

    private static IEnumerable<ChainFindingKind> Kinds(ChainHealth health) => health.Findings.Select(finding => finding.Kind);
}
