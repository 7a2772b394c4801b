using PgSsl.Certificates;
using PgSsl.Certificates.Trust;
using PgSsl.Downloads;
using PgSsl.Providers;
using PgSsl.RootFiles;
using PgSsl.Sandbox;
using PgSsl.Tests.Downloads;

namespace PgSsl.Tests.Providers;

[Fast]
public sealed class ProviderRootsTests : IDisposable
{
    private static readonly TestAuthority Known = TestAuthority.CreateRoot("Known Root");
    private static readonly TestAuthority Unknown = TestAuthority.CreateRoot("Unknown Root");
    private static readonly TrustStore Nothing = TrustStore.FromCertificates([], "system");

    private readonly WebServer _web = new(isHttps: true);
    private readonly CertificateDownloader _downloader = WebServer.CreateDownloader();

    public void Dispose()
    {
        _downloader.Dispose();
        _web.Dispose();
    }

    [Fact]
    public async Task Published_roots_are_taken_by_their_fingerprints()
    {
        RootOffer set = await GetAsync(Publishing(Known.CertificatePem));

        Assert.Equal([Known.Certificate.Certificate], set.Certificates);
        Assert.Equal(_web.Url("/roots.pem").AbsoluteUri, set.Origin);
        Assert.Empty(set.Remarks);
    }

    [Fact]
    public async Task A_root_with_another_fingerprint_is_refused()
    {
        PgSslException failure = await FailAsync(Publishing(Unknown.CertificatePem), PgSslError.FingerprintMismatch);

        Assert.Contains(Fingerprint.Of(Unknown.Certificate.Certificate), failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_root_beside_known_ones_is_left_out_and_named()
    {
        RootOffer set = await GetAsync(Publishing(Unknown.CertificatePem + Known.CertificatePem));

        Assert.Equal([Known.Certificate.Certificate], set.Certificates);
        Assert.Contains("'Unknown Root'", Assert.Single(set.Remarks), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_fingerprint_the_roots_come_with_a_remark()
    {
        RootOffer set = await GetAsync(Publishing(Unknown.CertificatePem) with { Roots = [] });

        Assert.Equal([Unknown.Certificate.Certificate], set.Certificates);
        Assert.Contains("only https vouches", Assert.Single(set.Remarks), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_intermediate_is_no_root() =>
        await FailAsync(Publishing(Known.CreateIntermediate("Intermediate").CertificatePem), PgSslError.InvalidCertificateFile);

    [Fact]
    public async Task A_region_has_a_url_of_its_own()
    {
        _web.Serve("/eu-west-1.pem", Known.CertificatePem);
        Provider provider = Publishing(Unknown.CertificatePem) with { RegionUrl = _web.Url("/").AbsoluteUri + "{region}.pem" };

        RootOffer set = await ProviderRoots.GetAsync(provider, "eu-west-1", Nothing, _downloader, default);

        Assert.Equal([Known.Certificate.Certificate], set.Certificates);
    }

    [Fact]
    public async Task A_public_root_is_found_in_the_operating_system()
    {
        var system = TrustStore.FromCertificates([Unknown.Certificate.Certificate, Known.Certificate.Certificate], "system");

        RootOffer set = await ProviderRoots.GetAsync(Public(), null, system, _downloader, default);

        Assert.Equal([Known.Certificate.Certificate], set.Certificates);
        Assert.Equal("system", set.Origin);
        Assert.Contains("sslrootcert=system", Assert.Single(set.Remarks), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_public_root_that_the_operating_system_lacks_is_an_error() =>
        Assert.Contains("Known Root", (await FailAsync(Public(), PgSslError.RootNotFound)).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_public_authority_that_names_no_root_is_for_the_operating_system() =>
        Assert.Contains(
            "sslrootcert=system", (await FailAsync(ProviderCatalogue.Get("Timescale"), PgSslError.RootNotFound)).Remedy, StringComparison.Ordinal);

    [Fact]
    public async Task A_root_for_each_account_is_an_error_that_says_what_to_do()
    {
        PgSslException failure = await FailAsync(ProviderCatalogue.Get("Aiven"), PgSslError.AccountRequired);

        Assert.Contains("avn service user-creds-download", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Install-PgRootCert root.pem", failure.Remedy, StringComparison.Ordinal);
    }

    private static ProviderRoot[] Listed => [new ProviderRoot("Known Root", Fingerprint.Of(Known.Certificate.Certificate))];

    private static Provider Public() => ProviderCatalogue.Get("Neon") with { Roots = Listed };

    private Provider Publishing(string pem) =>
        ProviderCatalogue.Get("Supabase") with { Url = _web.Serve("/roots.pem", pem), Roots = Listed };

    private Task<RootOffer> GetAsync(Provider provider) => ProviderRoots.GetAsync(provider, null, Nothing, _downloader, default);

    private async Task<PgSslException> FailAsync(Provider provider, PgSslError error)
    {
        PgSslException failure = await Assert.ThrowsAsync<PgSslException>(() => GetAsync(provider));
        Assert.Equal(error, failure.Error);
        return failure;
    }
}
