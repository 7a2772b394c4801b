using PgSsl.Certificates.Trust;
using PgSsl.Certificates.Verification;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Certificates.Verification;

/// <summary>What a DBA reads.</summary>
public class ChainReasonTests
{
    private static readonly MintedCertificate Root = Mint.Root("Corp Root CA");
    private static readonly MintedCertificate Ca = Mint.Certificate("Corp Issuing CA", Root, MintOptions.Ca);
    private static readonly MintedCertificate Leaf = Mint.Leaf("db1", Ca);
    private static readonly MintedCertificate Other = Mint.Root("Other Root");

    [Fact]
    public void A_good_chain_needs_no_reason() => Assert.Equal("", Reason([Leaf, Ca], [Root]));

    [Fact]
    public void Names_the_root_that_is_not_trusted() =>
        Assert.Equal("chain ends at 'Corp Root CA', which is not in /x/root.crt", Reason([Leaf, Ca, Root], [Other]));

    [Fact]
    public void Names_the_issuer_that_is_missing() => Assert.Equal(
        "chain stops at 'db1': its issuer 'Corp Issuing CA' was not sent by the server and is not in /x/root.crt", Reason([Leaf], [Root]));

    [Fact]
    public void Tells_that_an_intermediate_is_no_root() => Assert.Equal(
        "/x/root.crt holds only the intermediate 'Corp Issuing CA', but the chain must end at the self-signed root above it ('Corp Root CA')",
        Reason([Leaf, Ca], [Ca]));

    [Fact]
    public void Tells_a_namesake_from_the_issuer() => Assert.Equal(
        "'Corp Root CA' in /x/root.crt has another key than the 'Corp Root CA' that issued 'Corp Issuing CA'",
        Reason([Leaf, Ca], [Mint.Root("Corp Root CA")]));

    [Fact]
    public void Tells_a_namesake_from_the_root() => Assert.Equal(
        "chain ends at 'Corp Root CA', but /x/root.crt holds another certificate of that name",
        Reason([Leaf, Ca, Root], [Mint.Root("Corp Root CA")]));

    [Fact]
    public void Tells_that_a_leaf_is_self_signed() => Assert.Equal(
        "certificate of 'db1' is self-signed, and it is not in /x/root.crt", Reason([Mint.Certificate("db1", null, MintOptions.Leaf)], [Root]));

    [Fact]
    public void Gives_the_day_of_expiry() => Assert.Equal("certificate of 'db1' expired on 2026-05-31",
        Reason([Mint.Leaf("db1", Root, MintOptions.Leaf with { NotAfter = MintOptions.Now.AddDays(-1) })], [Root]));

    [Fact]
    public void Names_the_purpose_that_is_missing() => Assert.Equal("certificate of 'db1' is not for TLS servers (key usage or extended key usage)",
        Reason([Mint.Leaf("db1", Root, MintOptions.Leaf with { ExtendedKeyUsages = ["1.3.6.1.5.5.7.3.2"] })], [Root]));

    [Fact]
    public void Names_the_CRL_that_is_missing() => Assert.Equal("libpq needs a CRL of 'Corp Issuing CA' for 'db1', but there is none in /x/root.crl",
        Reason([Leaf, Ca], [Root], Mint.Crl(Root)));

    [Fact]
    public void Names_the_CRL_that_revokes() => Assert.Equal(
        "certificate of 'db1' was revoked on 2026-05-31 according to the CRL of 'Corp Issuing CA' in /x/root.crl",
        Reason([Leaf, Ca], [Root], Mint.Crl(Root), Mint.Crl(Ca, null, Leaf)));

    [Fact]
    public void The_system_store_has_no_path() => Assert.Equal("chain ends at 'Corp Root CA', which is not in the system's trust store",
        ChainVerifier.Verify(
            [Leaf.Certificate, Ca.Certificate, Root.Certificate], TrustStore.FromCertificates([], "system"), MintOptions.Now).Reason);

    [Fact]
    public void A_hostile_name_cannot_steer_a_terminal() => Assert.Contains("'evil<U+001B>[31m'",
        Reason([Mint.Certificate("evil\u001b[31m", null, MintOptions.Leaf)], [Root]), StringComparison.Ordinal);

    [Fact]
    public void Every_fault_has_a_sentence_of_its_own() =>
        Assert.All(ChainTable.Cases.Select(ChainAgreementTests.Verify).Where(verdict => !verdict.IsValid), verdict =>
        {
            Assert.NotEmpty(verdict.Reason);
            Assert.DoesNotContain("''", verdict.Reason, StringComparison.Ordinal);
            Assert.False(verdict.Reason.EndsWith('.'));
        });

    private static string Reason(MintedCertificate[] served, MintedCertificate[] trusted, params string[] crls)
    {
        using var directory = new TemporaryDirectory();
        TrustStore trust = TrustStore.LoadFile(directory.Write("root.crt", string.Concat(trusted.Select(item => item.Pem))));
        if (crls.Length > 0)
            trust = trust.WithCrls(directory.Write("root.crl", string.Concat(crls)), null);
        return ChainVerifier.Verify([.. served.Select(item => item.Certificate)], trust, MintOptions.Now).Reason
            .Replace(directory.Path, "/x", StringComparison.Ordinal);
    }
}
