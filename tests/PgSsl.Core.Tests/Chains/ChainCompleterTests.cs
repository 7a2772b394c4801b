using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates;
using PgSsl.Certificates.Trust;
using PgSsl.Certificates.Verification;
using PgSsl.Chains;
using PgSsl.Downloads;
using PgSsl.Providers;
using PgSsl.Sandbox;
using PgSsl.Tests.Certificates;
using PgSsl.Tests.Downloads;

namespace PgSsl.Tests.Chains;

public sealed class ChainCompleterTests : IDisposable
{
    private static readonly TestAuthority Root = TestAuthority.CreateRoot("Corp Root");
    private static readonly TestAuthority Issuing = Root.CreateIntermediate("Corp Issuing");
    private static readonly TestCertificate Leaf = Issuing.Issue(LeafOptions.ForHosts("db1.example.com"));

    private readonly WebServer _web = new();
    private readonly CertificateDownloader _downloader = WebServer.CreateDownloader();

    public void Dispose()
    {
        _downloader.Dispose();
        _web.Dispose();
    }

    [Fact]
    public async Task A_root_in_a_file_completes_the_chain()
    {
        CompletedChain chain = await CompleteAsync([Leaf, Issuing.Certificate], Store("/roots.pem", Root));

        Assert.Equal(["db1.example.com: sent by the server", "Corp Issuing: sent by the server", "Corp Root: /roots.pem"], Lines(chain));
        Assert.Equal(ChainSource.RootFile, chain.RootSource);
        Assert.True(chain.IsRootVouchedFor);
        AssertVerifies(chain);
    }

    [Fact]
    public async Task The_first_store_that_has_the_root_is_named()
    {
        CompletedChain chain = await CompleteAsync(
            [Leaf, Issuing.Certificate], Store("/other.pem"), Store("/roots.pem", Root), Store("system", Root));

        Assert.Equal("Corp Root: /roots.pem", Lines(chain)[^1]);
    }

    [Fact]
    public async Task A_root_that_the_server_sent_and_the_system_has_is_the_systems()
    {
        CompletedChain chain = await CompleteAsync([Leaf, Issuing.Certificate, Root.Certificate], Store("system", Root));

        Assert.Equal("Corp Root: system", Lines(chain)[^1]);
        Assert.Equal(ChainSource.System, chain.RootSource);
    }

    [Fact]
    public async Task A_root_that_only_the_server_sent_is_vouched_for_by_nothing()
    {
        CompletedChain chain = await CompleteAsync([Leaf, Issuing.Certificate, Root.Certificate]);

        Assert.Equal(ChainSource.Wire, chain.RootSource);
        Assert.False(chain.IsRootVouchedFor);
        Assert.Equal(Root.Certificate.Certificate, chain.Root);
    }

    [Fact]
    public async Task A_self_signed_server_is_its_own_root()
    {
        TestCertificate alone = TestAuthority.IssueSelfSigned(LeafOptions.ForHosts("db1"));

        CompletedChain untrusted = await CompleteAsync([alone]);
        CompletedChain trusted = await CompleteAsync([alone], TrustStore.FromCertificates([alone.Certificate], "/roots.pem"));

        Assert.Equal((ChainSource.Wire, alone.Certificate), (untrusted.RootSource, untrusted.Root));
        Assert.Equal(["db1: /roots.pem"], Lines(trusted));
    }

    [Fact]
    public async Task What_is_out_of_order_unrelated_or_repeated_is_put_right()
    {
        TestAuthority unrelated = TestAuthority.CreateRoot("Unrelated");

        CompletedChain chain = await CompleteAsync(
            [Leaf, unrelated.Certificate, Root.Certificate, Leaf, Issuing.Certificate, Issuing.Certificate], Store("system", Root));

        Assert.Equal(["db1.example.com: sent by the server", "Corp Issuing: sent by the server", "Corp Root: system"], Lines(chain));
        AssertVerifies(chain);
    }

    [Fact]
    public async Task An_intermediate_that_was_not_sent_may_be_in_the_file_of_roots()
    {
        CompletedChain chain = await CompleteAsync([Leaf], Store("/roots.pem", Root, Issuing));

        Assert.Equal(["db1.example.com: sent by the server", "Corp Issuing: /roots.pem", "Corp Root: /roots.pem"], Lines(chain));
    }

    [Fact]
    public async Task A_namesake_with_another_key_is_no_issuer()
    {
        TestAuthority namesake = TestAuthority.CreateRoot("Corp Root", new AuthorityOptions { KeyIdentifiers = false });
        TestAuthority root = TestAuthority.CreateRoot("Corp Root", new AuthorityOptions { KeyIdentifiers = false });
        TestCertificate leaf = root.Issue(LeafOptions.ForHosts("db1") with { KeyIdentifiers = false });

        CompletedChain chain = await CompleteAsync([leaf, namesake.Certificate]);

        Assert.False(chain.EndsAtRoot);
        Assert.Single(chain.Members);
    }

    [Fact]
    public async Task Somebody_elses_server_certificate_is_no_issuer()
    {
        // It has the name and the key; only that it is no CA speaks against it.
        TestAuthority impostor = Root.CreateIntermediate("Impostor", new AuthorityOptions { IsAuthority = false });
        TestCertificate leaf = impostor.Issue(LeafOptions.ForHosts("db1"));

        CompletedChain chain = await CompleteAsync([leaf, impostor.Certificate], Store("system", Root));

        Assert.False(chain.EndsAtRoot);
    }

    [Fact]
    public async Task Of_cross_signed_intermediates_the_one_that_leads_to_a_known_root_is_taken()
    {
        TestAuthority oldRoot = TestAuthority.CreateRoot("Old Root");
        TestAuthority crossed = Issuing.CrossSignedBy(oldRoot, new AuthorityOptions { NotAfter = DateTimeOffset.UtcNow.AddYears(1) });

        CompletedChain viaNew = await CompleteAsync([Leaf, crossed.Certificate, Issuing.Certificate], Store("system", Root));
        CompletedChain viaOld = await CompleteAsync([Leaf, crossed.Certificate, Issuing.Certificate], Store("system", oldRoot));

        Assert.Equal("Corp Root: system", Lines(viaNew)[^1]);
        Assert.Equal("Old Root: system", Lines(viaOld)[^1]);
        AssertVerifies(viaNew);
        AssertVerifies(viaOld);
    }

    [Fact]
    public async Task A_root_that_is_cross_signed_as_well_ends_the_chain_where_it_is_known()
    {
        TestAuthority oldRoot = TestAuthority.CreateRoot("Old Root");
        TestAuthority crossed = Root.CrossSignedBy(oldRoot);

        CompletedChain chain = await CompleteAsync([Leaf, Issuing.Certificate, crossed.Certificate], Store("system", Root, oldRoot));

        Assert.Equal(3, chain.Members.Count);
        Assert.Equal("Corp Root: system", Lines(chain)[^1]);
    }

    [Fact]
    public async Task Roots_that_certify_each_other_lead_nowhere_and_end()
    {
        TestAuthority a = TestAuthority.CreateRoot("A");
        TestAuthority b = TestAuthority.CreateRoot("B");
        TestCertificate leaf = a.Issue(LeafOptions.ForHosts("db1"));

        CompletedChain chain = await CompleteAsync([leaf, a.CrossSignedBy(b).Certificate, b.CrossSignedBy(a).Certificate]);

        Assert.False(chain.EndsAtRoot);
        Assert.Equal(["db1", "A", "B"], chain.Members.Select(member => CertificateNames.Display(member.Certificate)));
    }

    [Fact]
    public async Task Missing_intermediates_and_root_are_fetched_from_the_certificates_urls()
    {
        TestAuthority root = TestAuthority.CreateRoot("Root");
        Uri rootUrl = _web.Serve("/root.crt", root.Certificate.Certificate.RawData);
        TestAuthority issuing = root.CreateIntermediate("Issuing", new AuthorityOptions { ExtraExtensions = [Issuer(rootUrl)] });
        Uri issuingUrl = _web.Serve("/issuing.pem", issuing.CertificatePem);
        TestCertificate leaf = issuing.Issue(LeafOptions.ForHosts("db1") with { ExtraExtensions = [Issuer(issuingUrl)] });

        CompletedChain chain = await CompleteAsync([leaf]);

        Assert.Equal(["db1: sent by the server", $"Issuing: {issuingUrl}", $"Root: {rootUrl}"], Lines(chain));
        Assert.Equal(ChainSource.Aia, chain.RootSource);
        Assert.False(chain.IsRootVouchedFor);
        AssertVerifies(chain);
    }

    [Fact]
    public async Task A_fetched_intermediate_may_lead_to_a_root_of_this_machine()
    {
        Uri url = _web.Serve("/issuing.pem", Issuing.CertificatePem);
        TestCertificate leaf = Issuing.Issue(LeafOptions.ForHosts("db1") with { ExtraExtensions = [Issuer(url)] });

        CompletedChain chain = await CompleteAsync([leaf], Store("system", Root));

        Assert.Equal(["db1: sent by the server", $"Corp Issuing: {url}", "Corp Root: system"], Lines(chain));
        Assert.True(chain.IsRootVouchedFor);
    }

    [Fact]
    public async Task Nothing_is_fetched_for_a_chain_that_is_complete_here()
    {
        TestCertificate leaf = Issuing.Issue(LeafOptions.ForHosts("db1") with { ExtraExtensions = [Issuer(_web.Url("/issuing.pem"))] });

        await CompleteAsync([leaf, Issuing.Certificate], Store("system", Root));

        Assert.Empty(_web.Requests);
    }

    [Fact]
    public async Task Five_hundred_servers_of_one_authority_ask_once()
    {
        Uri url = _web.Serve("/issuing.pem", Issuing.CertificatePem);
        TestCertificate leaf = Issuing.Issue(LeafOptions.ForHosts("db1") with { ExtraExtensions = [Issuer(url)] });
        var completer = new ChainCompleter(_downloader);

        CompletedChain[] chains = await Task.WhenAll(Enumerable.Range(0, 500)
            .Select(_ => Task.Run(() => completer.CompleteAsync(Request([leaf], [Store("system", Root)]), default))));

        Assert.All(chains, chain => Assert.True(chain.EndsAtRoot));
        Assert.Single(_web.Requests);
    }

    [Fact]
    public async Task A_url_that_gives_the_same_certificate_again_ends_the_search()
    {
        TestCertificate leaf = Issuing.Issue(LeafOptions.ForHosts("db1") with { ExtraExtensions = [Issuer(_web.Url("/again"))] });
        _web.Serve("/again", leaf.CertificatePem);

        CompletedChain chain = await CompleteAsync([leaf]);

        Assert.Contains("is not its issuer", chain.Failure!.Message, StringComparison.Ordinal);
        Assert.Single(_web.Requests);
    }

    [Fact]
    public async Task A_ladder_without_end_is_climbed_five_steps()
    {
        TestAuthority top = TestAuthority.CreateRoot("Top");
        for (int step = 9; step >= 0; step--)
        {
            Uri url = _web.Serve($"/{step}", top.CertificatePem);
            top = top.CreateIntermediate($"Step {step}", new AuthorityOptions { ExtraExtensions = [Issuer(url)] });
        }
        Uri first = _web.Serve("/leaf", top.CertificatePem);
        CompletedChain chain = await CompleteAsync([top.Issue(LeafOptions.ForHosts("db1") with { ExtraExtensions = [Issuer(first)] })]);

        Assert.False(chain.EndsAtRoot);
        Assert.Equal(5, _web.Requests.Count);
        Assert.Equal(6, chain.Members.Count);
    }

    [Fact]
    public async Task A_second_url_is_tried_where_the_first_fails()
    {
        Uri good = _web.Serve("/good", Root.CertificatePem);
        TestCertificate leaf = Root.Issue(LeafOptions.ForHosts("db1") with { ExtraExtensions = [Issuer(_web.Url("/missing"), good)] });

        Assert.True((await CompleteAsync([leaf])).EndsAtRoot);
    }

    [Fact]
    public async Task A_url_that_fails_is_told_with_its_reason()
    {
        TestCertificate leaf = Root.Issue(LeafOptions.ForHosts("db1") with { ExtraExtensions = [Issuer(_web.Url("/missing"))] });

        PgSslException failure = (await CompleteAsync([leaf])).Failure!;

        Assert.Equal(PgSslError.ChainIncomplete, failure.Error);
        Assert.Contains("'db1'", failure.Message, StringComparison.Ordinal);
        Assert.Contains("'Corp Root'", failure.Message, StringComparison.Ordinal);
        Assert.Contains($"{_web.Url("/missing")} answered 404", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ldap://ldap.test/cn=ca")]
    [InlineData("file:///etc/ssl/ca.crt")]
    [InlineData("ftp://ftp.test/ca.crt")]
    public async Task Other_urls_are_as_good_as_none(string url)
    {
        TestCertificate leaf = Root.Issue(LeafOptions.ForHosts("db1") with { ExtraExtensions = [Issuer(new Uri(url))] });

        Assert.Contains("names no URL", (await CompleteAsync([leaf])).Failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_elsewhere_cannot_have_this_machine_asked()
    {
        TestCertificate leaf = Root.Issue(LeafOptions.ForHosts("db1") with { ExtraExtensions = [Issuer(_web.Serve("/ca", Root.CertificatePem))] });
        ChainRequest request = Request([leaf], []) with { IsServerOnThisMachine = false };

        CompletedChain chain = await new ChainCompleter(_downloader).CompleteAsync(request, default);

        Assert.Contains("this machine itself", chain.Failure!.Message, StringComparison.Ordinal);
        Assert.Empty(_web.Requests);
    }

    [Fact]
    public async Task Without_a_downloader_nothing_is_asked()
    {
        TestCertificate leaf = Root.Issue(LeafOptions.ForHosts("db1") with { ExtraExtensions = [Issuer(_web.Url("/ca"))] });

        CompletedChain chain = await new ChainCompleter(null).CompleteAsync(Request([leaf], []), default);

        Assert.False(chain.EndsAtRoot);
        Assert.Empty(_web.Requests);
    }

    [Fact]
    public async Task A_hostile_heap_of_certificates_costs_no_more_than_a_few_signatures()
    {
        // Twenty certificates for each of two authorities that certify each other: 20^15 paths to nowhere.
        TestAuthority a = TestAuthority.CreateRoot("A");
        TestAuthority b = TestAuthority.CreateRoot("B");
        TestCertificate leaf = a.Issue(LeafOptions.ForHosts("db1"));
        TestCertificate[] heap =
            [.. Enumerable.Range(0, 20).SelectMany(_ => new[] { a.CrossSignedBy(b).Certificate, b.CrossSignedBy(a).Certificate })];

        CompletedChain chain = await CompleteAsync([leaf, .. heap]);

        Assert.Equal(16, chain.Members.Count);
    }

    [Fact]
    public async Task What_is_to_be_said_of_a_providers_root_comes_with_the_chain()
    {
        CompletedChain chain = await CompleteAtProviderAsync("AmazonRdsGovCloud", "db1.abc.us-gov-west-1.rds.amazonaws.com", Root);

        Assert.Equal(ChainSource.Provider, chain.RootSource);
        Assert.Contains("only https vouches", Assert.Single(chain.Remarks), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_said_of_a_providers_root_that_the_chain_does_not_end_at()
    {
        CompletedChain chain = await CompleteAtProviderAsync(
            "AmazonRdsGovCloud", "db1.abc.us-gov-west-1.rds.amazonaws.com", TestAuthority.CreateRoot("Unrelated"));

        Assert.Equal(PgSslError.ChainIncomplete, chain.Failure?.Error);
        Assert.Empty(chain.Remarks);
    }

    /// <summary>A provider publishes a root in all its places.</summary>
    private static async Task<CompletedChain> CompleteAtProviderAsync(string name, string host, TestAuthority published)
    {
        Provider provider = ProviderCatalogue.Get(name);
        using var downloader = new CertificateDownloader(_ => new StoredAnswers(
            new[] { provider.UrlFor(null), provider.UrlFor(provider.RegionOf(host)) }.Distinct()
                .ToDictionary(url => url.AbsoluteUri, _ => published.CertificatePem)));
        return await new ChainCompleter(downloader).CompleteAsync(
            Request([Leaf, Issuing.Certificate], []) with { HostName = host }, TestContext.Current.CancellationToken);
    }

    private static X509AuthorityInformationAccessExtension Issuer(params Uri[] urls) => new(null, urls.Select(url => url.OriginalString));

    private static TrustStore Store(string origin, params TestAuthority[] roots) =>
        TrustStore.FromCertificates(roots.Select(root => root.Certificate.Certificate), origin);

    private static ChainRequest Request(TestCertificate[] served, TrustStore[] stores) =>
        new([.. served.Select(certificate => certificate.Certificate)], stores, DateTimeOffset.UtcNow) { IsServerOnThisMachine = true };

    private Task<CompletedChain> CompleteAsync(TestCertificate[] served, params TrustStore[] stores) =>
        new ChainCompleter(_downloader).CompleteAsync(Request(served, stores), default);

    private static string[] Lines(CompletedChain chain) => [.. chain.Members.Select(member => member.ToString())];

    /// <summary>openssl verifies the leaf with nothing but the completed chain.</summary>
    private static void AssertVerifies(CompletedChain chain)
    {
        if (!OpenSslJudge.IsAvailable)
            return;
        X509Certificate2[] all = [.. chain.Members.Select(member => member.Certificate)];
        var judged = new ChainCase("completed", all, all[^1].ExportCertificatePem() + "\n", null) { At = DateTimeOffset.UtcNow };
        Assert.Equal((0, 0), Assert.Single(OpenSslJudge.Judge([judged])));
    }
}
