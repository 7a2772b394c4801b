using System.Text.RegularExpressions;
using PgSsl.Certificates;
using PgSsl.Certificates.Trust;
using PgSsl.Providers;
using PgSsl.RootFiles;

namespace PgSsl.Tests.Providers;

[Fast]
public sealed partial class ProviderCatalogueTests
{
    public static TheoryData<string> Names => [.. ProviderCatalogue.All.Select(provider => provider.Name)];

    [Fact]
    public void Names_are_words_of_their_own()
    {
        Assert.Equal(ProviderCatalogue.All.Count, ProviderCatalogue.All.DistinctBy(provider => provider.Name.ToUpperInvariant()).Count());
        Assert.All(ProviderCatalogue.All, provider => Assert.Matches("^[A-Z][A-Za-z]+$", provider.Name));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void An_entry_says_all_that_its_kind_needs(string name)
    {
        Provider provider = ProviderCatalogue.Get(name);

        Assert.NotEmpty(provider.Title);
        Assert.Contains(provider.SslMode, new[] { "verify-full", "verify-ca" });
        Assert.Equal(provider.Kind == ProviderKind.Download, provider.Url is not null);
        Assert.Equal(provider.Kind == ProviderKind.Account, provider.Instructions is not null);
        Assert.True(provider.Kind != ProviderKind.Account || provider.Roots.Count == 0, "an account's root has no published fingerprint");
        Assert.Matches(@"^20\d\d-\d\d-\d\d: .{10,}", provider.Checked);
        Assert.All(provider.Traps, sentence => Assert.Matches(@"^[A-Z].*\.$", sentence));
        Assert.All(provider.HostPatterns, pattern => Assert.Matches(@"^\*(\.(\*|[a-z0-9-]+))*(\.[a-z0-9-]+){2}$", pattern));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Urls_are_https_only(string name)
    {
        Provider provider = ProviderCatalogue.Get(name);

        Assert.Equal("https", provider.DocumentationUrl.Scheme);
        if (provider.Kind == ProviderKind.Download)
            Assert.Equal("https", provider.UrlFor(null).Scheme);
        if (provider.RegionUrl is not null)
            Assert.StartsWith("https://", provider.UrlFor("eu-west-1").AbsoluteUri, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Fingerprints_are_sha256(string name)
    {
        IReadOnlyList<ProviderRoot> roots = ProviderCatalogue.Get(name).Roots;

        Assert.All(roots, root => Assert.Matches("^[0-9A-F]{64}$", root.Sha256));
        Assert.Equal(roots.Count, roots.DistinctBy(root => root.Sha256).Count());
    }

    [Fact]
    public void Public_roots_are_those_of_the_operating_system()
    {
        Dictionary<string, string> system = TrustStore.LoadSystem(_ => null).Certificates
            .Select(root => (Sha256: Fingerprint.Of(root), Name: CertificateNames.Display(root)))
            .DistinctBy(root => root.Sha256)
            .ToDictionary(root => root.Sha256, root => root.Name);
        Assert.SkipWhen(system.Count == 0, "no roots on this machine");

        Assert.All(
            ProviderCatalogue.All.Where(provider => provider.Kind == ProviderKind.Public).SelectMany(provider => provider.Roots),
            root =>
            {
                if (system.ContainsValue(root.Subject))
                    Assert.Equal(root.Subject, system.GetValueOrDefault(root.Sha256));
            });
    }

    [Fact]
    public void Every_region_of_rds_has_its_three_roots()
    {
        var byRegion = ProviderCatalogue.Get("AmazonRds").Roots
            .Select(root => RdsRoot().Match(root.Subject))
            .GroupBy(match => match.Groups["region"].Value, match => match.Groups["key"].Value);

        Assert.True(byRegion.Count() > 30);
        Assert.All(byRegion, region => Assert.Equal(["ECC384", "RSA2048", "RSA4096"], region.Order()));
    }

    [Theory]
    [InlineData("amazonrds", "AmazonRds")]
    [InlineData("NEON", "Neon")]
    public void A_name_is_found_in_any_case(string written, string name) => Assert.Equal(name, ProviderCatalogue.Get(written).Name);

    [Fact]
    public void An_unknown_name_is_an_error_that_lists_the_known_ones()
    {
        PgSslException failure = Assert.Throws<PgSslException>(() => ProviderCatalogue.Get("Acme"));

        Assert.Equal(PgSslError.InvalidParameterValue, failure.Error);
        Assert.All(ProviderCatalogue.All, provider => Assert.Contains(provider.Name, failure.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("db1.abc.eu-west-1.rds.amazonaws.com", "AmazonRds")]
    [InlineData("DB1.ABC.EU-WEST-1.RDS.AMAZONAWS.COM", "AmazonRds")]
    [InlineData("db1.abc.us-gov-west-1.rds.amazonaws.com", "AmazonRdsGovCloud")]
    [InlineData("db1.abc.rds.cn-north-1.amazonaws.com.cn", "AmazonRdsChina")]
    [InlineData("abc.dsql.us-east-1.on.aws", "AmazonAuroraDsql")]
    [InlineData("db1.postgres.database.azure.com", "AzureFlexibleServer")]
    [InlineData("ep-cool-1234.us-east-2.aws.neon.tech", "Neon")]
    [InlineData("aws-0-eu-west-1.pooler.supabase.com", "Supabase")]
    [InlineData("rw-1.rdb.fr-par.scw.cloud", "Scaleway")]
    [InlineData("1.pg.sdb.fr-par.scw.cloud", "ScalewayServerless")]
    [InlineData("evil-rds.amazonaws.com", null)]
    [InlineData("rds.amazonaws.com", null)]
    [InlineData("rds.amazonaws.com.evil.test", null)]
    [InlineData("db1.example.com", null)]
    [InlineData("10.0.0.1", null)]
    public void A_server_is_known_by_its_name(string host, string? name) => Assert.Equal(name, ProviderCatalogue.OfHost(host)?.Name);

    [Theory]
    [InlineData("db1.abc.eu-west-1.rds.amazonaws.com", "eu-west-1")]
    [InlineData("db1.abc.ap-southeast-2.rds.amazonaws.com", "ap-southeast-2")]
    public void A_region_is_known_by_the_servers_name(string host, string region) =>
        Assert.Equal(region, ProviderCatalogue.OfHost(host)!.RegionOf(host));

    [Theory]
    [InlineData("../global")]
    [InlineData("eu-west-1/../../x")]
    [InlineData("eu-west-1\n")]
    [InlineData("")]
    [InlineData("Europe")]
    public void A_region_cannot_bend_the_url(string region) =>
        Assert.Equal(
            PgSslError.InvalidParameterValue,
            Assert.Throws<PgSslException>(() => ProviderCatalogue.Get("AmazonRds").UrlFor(region)).Error);

    [Theory]
    [InlineData("Neon", "ep-1.neon.tech")]
    [InlineData("AmazonRds", "db1.abc.eu-west-1.rds.amazonaws.com")]
    [InlineData("Supabase", "db.abc.supabase.co")]
    public void A_root_is_a_providers_only_below_its_names(string provider, string host)
    {
        string root = ProviderCatalogue.Get(provider).Roots[0].Sha256;

        Assert.Null(ProviderCatalogue.OfRoot(root, ""));
        Assert.Null(ProviderCatalogue.OfRoot(root, "db1.example.com"));
        Assert.Equal(provider, ProviderCatalogue.OfRoot(root, host)?.Name);
    }

    [Fact]
    public void A_record_has_what_to_set()
    {
        Dictionary<string, string?> byName = ProviderCatalogue.All.Select(RootCertificateProvider.Create)
            .ToDictionary(record => record.Provider, record => record.RootCertificate);

        Assert.Equal("system", byName["Neon"]);
        Assert.Equal("https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem", byName["AmazonRds"]);
        Assert.Null(byName["Aiven"]);
    }

    [GeneratedRegex("^Amazon RDS (?<region>((Beta|Preview) )?[a-z0-9-]+) Root CA (?<key>[A-Z0-9]+) G1$")]
    private static partial Regex RdsRoot();
}
