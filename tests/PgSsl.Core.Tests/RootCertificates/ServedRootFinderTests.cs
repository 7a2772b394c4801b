using PgSsl.Certificates;
using PgSsl.RootCertificates;
using PgSsl.RootCertificates.Chains;
using PgSsl.Sandbox;

namespace PgSsl.Tests.RootCertificates;

/// <summary>Trust never comes from the wire: what a server sends needs a fingerprint from elsewhere, or a root that is here already.</summary>
public sealed class ServedRootFinderTests
{
    private static readonly TestAuthority Root = TestAuthority.CreateRoot("Finder Root CA");
    private static readonly TestAuthority Issuer = Root.CreateIntermediate("Finder Issuing CA");
    private static readonly TestCertificate Leaf = Issuer.Issue(LeafOptions.ForLoopback());
    private static readonly TestCertificate SelfSigned = TestAuthority.IssueSelfSigned(LeafOptions.ForLoopback());

    private static string RootFingerprint => RootFile.FingerprintOf(Root.Certificate.Certificate);

    [Fact]
    public async Task A_root_that_is_here_needs_no_fingerprint()
    {
        RootOffer offer = await FindAsync([Leaf, Issuer.Certificate], [Root.Certificate]);

        Assert.Equal(RootFingerprint, RootFile.FingerprintOf(Assert.Single(offer.Certificates)));
        Assert.Equal("/roots.crt", offer.Origin);
        Assert.False(offer.IsServerCertificate);
    }

    [Fact]
    public async Task A_root_that_only_the_server_sent_is_refused_and_its_fingerprint_told()
    {
        var refusal = await Assert.ThrowsAsync<PgSslException>(() => FindAsync([Leaf, Issuer.Certificate, Root.Certificate], []));

        Assert.Equal(PgSslError.RootNotVouchedFor, refusal.Error);
        Assert.Contains("'Finder Root CA'", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(RootFingerprint, refusal.Message, StringComparison.Ordinal);
        Assert.EndsWith($"add -Fingerprint {RootFingerprint}", refusal.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_fingerprint_vouches_for_it()
    {
        RootOffer offer = await FindAsync([Leaf, Issuer.Certificate, Root.Certificate], [], RootFingerprint);

        Assert.Equal(RootFingerprint, RootFile.FingerprintOf(Assert.Single(offer.Certificates)));
    }

    [Fact]
    public async Task Another_fingerprint_is_somebody_in_between()
    {
        var refusal = await Assert.ThrowsAsync<PgSslException>(() => FindAsync([Leaf, Issuer.Certificate, Root.Certificate], [], new string('A', 64)));

        Assert.Equal(PgSslError.FingerprintMismatch, refusal.Error);
    }

    [Fact]
    public async Task A_fingerprint_is_minded_also_where_the_root_is_here() =>
        Assert.Equal(
            PgSslError.FingerprintMismatch,
            (await Assert.ThrowsAsync<PgSslException>(() => FindAsync([Leaf, Issuer.Certificate], [Root.Certificate], new string('A', 64)))).Error);

    [Fact]
    public async Task The_fingerprint_of_the_leaf_vouches_for_no_root() =>
        Assert.Equal(
            PgSslError.FingerprintMismatch,
            (await Assert.ThrowsAsync<PgSslException>(() =>
                FindAsync([Leaf, Issuer.Certificate, Root.Certificate], [], RootFile.FingerprintOf(Leaf.Certificate)))).Error);

    [Fact]
    public async Task A_self_signed_server_is_its_own_root()
    {
        var refusal = await Assert.ThrowsAsync<PgSslException>(() => FindAsync([SelfSigned], []));
        RootOffer offer = await FindAsync([SelfSigned], [], RootFile.FingerprintOf(SelfSigned.Certificate));

        Assert.Equal(PgSslError.RootNotVouchedFor, refusal.Error);
        Assert.Contains("self-signed", refusal.Message, StringComparison.Ordinal);
        Assert.True(offer.IsServerCertificate);
    }

    [Fact]
    public async Task A_chain_without_its_root_says_which_one_is_missing()
    {
        var refusal = await Assert.ThrowsAsync<PgSslException>(() => FindAsync([Leaf, Issuer.Certificate], []));

        Assert.Equal(PgSslError.ChainIncomplete, refusal.Error);
        Assert.Contains("'Finder Root CA'", refusal.Message, StringComparison.Ordinal);
    }

    private static Task<RootOffer> FindAsync(TestCertificate[] served, TestCertificate[] known, params string[] fingerprints)
    {
        var store = TrustStore.FromCertificates(known.Select(certificate => certificate.Certificate), "/roots.crt");
        var request = new ChainRequest([.. served.Select(certificate => certificate.Certificate)], [store], DateTimeOffset.UtcNow);
        return new ServedRootFinder(new ChainCompleter(null), fingerprints).FindAsync(request, TestContext.Current.CancellationToken);
    }
}
