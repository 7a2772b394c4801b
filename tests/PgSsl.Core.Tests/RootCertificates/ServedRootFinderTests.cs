using System.Net;
using PgSsl.Certificates;
using PgSsl.Certificates.Trust;
using PgSsl.Chains;
using PgSsl.Downloads;
using PgSsl.Providers;
using PgSsl.RootCertificates;
using PgSsl.RootFiles;
using PgSsl.Sandbox;
using PgSsl.Tests.Downloads;

namespace PgSsl.Tests.RootCertificates;

/// <summary>Trust never comes from the wire: what a server sends needs a fingerprint from elsewhere, or a root that is here already.</summary>
[Fast]
public sealed class ServedRootFinderTests
{
    private static readonly TestAuthority Root = TestAuthority.CreateRoot("Finder Root CA");
    private static readonly TestAuthority Issuer = Root.CreateIntermediate("Finder Issuing CA");
    private static readonly TestCertificate Leaf = Issuer.Issue(LeafOptions.ForLoopback());
    private static readonly TestCertificate SelfSigned = TestAuthority.IssueSelfSigned(LeafOptions.ForLoopback());

    private static string RootFingerprint => Fingerprint.Of(Root.Certificate.Certificate);

    [Fact]
    public async Task A_root_that_is_here_needs_no_fingerprint()
    {
        RootOffer offer = await FindAsync([Leaf, Issuer.Certificate], [Root.Certificate]);

        Assert.Equal(RootFingerprint, Fingerprint.Of(Assert.Single(offer.Certificates)));
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

        Assert.Equal(RootFingerprint, Fingerprint.Of(Assert.Single(offer.Certificates)));
    }

    [Fact]
    public async Task Another_fingerprint_is_somebody_in_between()
    {
        var refusal = await Assert.ThrowsAsync<PgSslException>(
            () => FindAsync([Leaf, Issuer.Certificate, Root.Certificate], [], new string('A', 64)));

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
                FindAsync([Leaf, Issuer.Certificate, Root.Certificate], [], Fingerprint.Of(Leaf.Certificate)))).Error);

    [Fact]
    public async Task A_self_signed_server_is_its_own_root()
    {
        var refusal = await Assert.ThrowsAsync<PgSslException>(() => FindAsync([SelfSigned], []));
        RootOffer offer = await FindAsync([SelfSigned], [], Fingerprint.Of(SelfSigned.Certificate));

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

    [Theory]
    [InlineData("db1.example.com")]
    [InlineData("DB1.example.com")]
    [InlineData("127.0.0.1")]
    public async Task A_root_of_the_operating_system_needs_no_fingerprint_for_the_host_in_the_certificate(string host)
    {
        TestCertificate leaf = Issuer.Issue(LeafOptions.ForHosts("db1.example.com") with { IpAddresses = [IPAddress.Loopback] });

        RootOffer offer = await FindInSystemAsync([leaf, Issuer.Certificate], host);

        Assert.Equal((RootFingerprint, "system"), (Fingerprint.Of(Assert.Single(offer.Certificates)), offer.Origin));
    }

    // Anyone has a certificate of a public authority for a host of his own, and may stand between with it.
    [Theory]
    [InlineData("db1.example.com", "names \"evil.example\", not \"db1.example.com\", the host that was asked for")]
    [InlineData("db1", "not \"db1\", the host that was asked for")]
    [InlineData("sub.evil.example", ", the host that was asked for")]
    [InlineData("", "It is not known which host was asked for")]
    [InlineData(null, "It is not known which host was asked for")]
    public async Task A_root_of_the_operating_system_does_not_vouch_for_another_host(string? host, string what)
    {
        TestCertificate evil = Issuer.Issue(LeafOptions.ForHosts("evil.example"));

        var refusal = await Assert.ThrowsAsync<PgSslException>(() => FindInSystemAsync([evil, Issuer.Certificate], host));

        Assert.Equal(PgSslError.RootNotVouchedFor, refusal.Error);
        Assert.Contains(what, refusal.Message, StringComparison.Ordinal);
        Assert.EndsWith($"add -Fingerprint {RootFingerprint}", refusal.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_root_of_the_operating_system_does_not_vouch_for_a_certificate_that_expired()
    {
        TestCertificate expired = Issuer.Issue(LeafOptions.ForHosts("db1.example.com") with { NotAfter = DateTimeOffset.UtcNow.AddHours(-1) });

        var refusal = await Assert.ThrowsAsync<PgSslException>(() => FindInSystemAsync([expired, Issuer.Certificate], "db1.example.com"));

        Assert.Equal(PgSslError.RootNotVouchedFor, refusal.Error);
        Assert.Contains("expired", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_root_of_the_operating_system_does_not_vouch_for_a_certificate_of_a_client()
    {
        TestCertificate client = Issuer.Issue(
            LeafOptions.ForHosts("db1.example.com") with { ExtendedKeyUsages = [LeafOptions.ClientAuthentication] });

        Assert.Equal(
            PgSslError.RootNotVouchedFor,
            (await Assert.ThrowsAsync<PgSslException>(() => FindInSystemAsync([client, Issuer.Certificate], "db1.example.com"))).Error);
    }

    [Fact]
    public async Task A_fingerprint_vouches_for_a_root_of_the_operating_system_whatever_the_host() =>
        Assert.Single((await FindInSystemAsync([Leaf, Issuer.Certificate], "db1.example.com", RootFingerprint)).Certificates);

    [Fact]
    public async Task A_root_in_a_file_of_the_user_vouches_whatever_the_host()
    {
        var file = TrustStore.FromCertificates([Root.Certificate.Certificate], "/roots.crt");
        var system = TrustStore.FromCertificates([Root.Certificate.Certificate], "system");

        RootOffer offer = await FindAsync([Leaf, Issuer.Certificate], [file, system], "db1.example.com", null);

        Assert.Equal("/roots.crt", offer.Origin);
    }

    [Theory]
    [InlineData("db1.abc.us-gov-west-1.rds.amazonaws.com", true)]
    [InlineData("db2.abc.us-gov-west-1.rds.amazonaws.com", false)]
    public async Task A_providers_published_root_vouches_only_for_the_host_in_the_certificate(string host, bool isVouchedFor)
    {
        TestCertificate leaf = Root.Issue(LeafOptions.ForHosts("db1.abc.us-gov-west-1.rds.amazonaws.com"));
        string url = ProviderCatalogue.Get("AmazonRdsGovCloud").UrlFor("us-gov-west-1").AbsoluteUri;
        using var downloader = new CertificateDownloader(_ => new StoredAnswers(
            new Dictionary<string, string> { [url] = Root.CertificatePem }));

        Task<RootOffer> found = FindAsync([leaf], [], host, downloader);

        if (isVouchedFor)
            Assert.Contains("only https vouches", Assert.Single((await found).Remarks), StringComparison.Ordinal);
        else
            Assert.Equal(PgSslError.RootNotVouchedFor, (await Assert.ThrowsAsync<PgSslException>(() => found)).Error);
    }

    private static Task<RootOffer> FindInSystemAsync(TestCertificate[] served, string? host, params string[] fingerprints) =>
        FindAsync(served, [TrustStore.FromCertificates([Root.Certificate.Certificate], "system")], host, null, fingerprints);

    private static Task<RootOffer> FindAsync(TestCertificate[] served, TestCertificate[] known, params string[] fingerprints)
    {
        var store = TrustStore.FromCertificates(known.Select(certificate => certificate.Certificate), "/roots.crt");
        return FindAsync(served, [store], null, null, fingerprints);
    }

    private static Task<RootOffer> FindAsync(
        TestCertificate[] served, TrustStore[] stores, string? host, CertificateDownloader? downloader, params string[] fingerprints)
    {
        var request = new ChainRequest([.. served.Select(certificate => certificate.Certificate)], stores, DateTimeOffset.UtcNow) { HostName = host };
        return new ServedRootFinder(new ChainCompleter(downloader), fingerprints).FindAsync(request, TestContext.Current.CancellationToken);
    }
}
