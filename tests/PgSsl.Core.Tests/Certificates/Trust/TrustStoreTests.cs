using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates;
using PgSsl.Certificates.Trust;
using PgSsl.Certificates.Verification;
using PgSsl.Sandbox;
using PgSsl.Tests.Certificates.Verification;

namespace PgSsl.Tests.Certificates.Trust;

public sealed class TrustStoreTests : IDisposable
{
    private static readonly MintedCertificate Root = Mint.Root("Root");
    private static readonly MintedCertificate Ca = Mint.Certificate("CA", Root, MintOptions.Ca);
    private static readonly MintedCertificate Leaf = Mint.Leaf("db1", Ca);

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_missing_CRL_file_means_no_check_and_no_word()
    {
        TrustStore trust = Load(Root.Pem).WithCrls(Path.Combine(_directory.Path, "none.crl"), null);

        Assert.False(trust.CheckCrls);
        Assert.Null(trust.CrlProblem);
        Assert.True(Verify(trust).IsValid);
    }

    [Fact]
    public void A_broken_CRL_file_means_no_check_and_a_word()
    {
        TrustStore trust = Load(Root.Pem).WithCrls(_directory.Write("root.crl", "nonsense"), null);

        Assert.False(trust.CheckCrls);
        Assert.Contains("root.crl", trust.CrlProblem, StringComparison.Ordinal);
        Assert.True(Verify(trust).IsValid);
    }

    [Fact]
    public void A_broken_CRL_file_hides_the_directory_too() =>
        Assert.False(Load(Root.Pem).WithCrls(_directory.Write("root.crl", "nonsense"), _directory.Path).CheckCrls);

    [Fact]
    public void A_CRL_directory_is_checked_even_if_it_does_not_exist()
    {
        TrustStore trust = Load(Root.Pem).WithCrls(null, Path.Combine(_directory.Path, "nowhere"));

        Assert.True(trust.CheckCrls);
        Assert.Equal(ChainError.CrlNotFound, Verify(trust).Error);
    }

    [Fact]
    public void Without_either_nothing_changes()
    {
        TrustStore trust = Load(Root.Pem);

        Assert.Same(trust, trust.WithCrls(null, ""));
    }

    [Fact]
    public void CRLs_in_the_root_file_count_once_a_CRL_file_is_there()
    {
        TrustStore trust = Load(Root.Pem + Mint.Crl(Root) + Mint.Crl(Ca, null, Leaf));

        Assert.True(Verify(trust).IsValid);
        Assert.Equal(ChainError.Revoked, Verify(trust.WithCrls(_directory.Write("root.crl", Mint.Crl(Root)), null)).Error);
    }

    [Fact]
    public void A_hashed_directory_is_read_as_openssl_rehash_made_it()
    {
        if (!OpenSslJudge.IsAvailable)
            Assert.Skip("openssl is not installed.");
        string hashed = Directory.CreateDirectory(Path.Combine(_directory.Path, "crls")).FullName;
        File.WriteAllText(Path.Combine(hashed, "a.pem"), Mint.Crl(Root));
        File.WriteAllText(Path.Combine(hashed, "b.pem"), Mint.Crl(Ca, null, Leaf));
        File.WriteAllText(Path.Combine(hashed, "c.pem"), Root.Pem);
        TrustStore other = Load(Mint.Root("Other").Pem);

        Assert.Equal(ChainError.CrlNotFound, Verify(Load(Root.Pem).WithCrls(null, hashed)).Error);
        OpenSslJudge.Run(hashed, "openssl rehash .");

        Assert.Equal(ChainError.Revoked, Verify(Load(Root.Pem).WithCrls(null, hashed)).Error);
        Assert.Equal(ChainError.Revoked, Verify(other.WithCrls(null, hashed)).Error);
    }

    [Theory]
    [InlineData("CN=Root")]
    [InlineData("CN=  Two  Words ,O=ACME GmbH,C=DE")]
    [InlineData("CN=Zürich ÄÖ,OU=x+OU=a,E=Me@X.test")]
    public void Hashes_names_as_openssl_does(string name)
    {
        if (!OpenSslJudge.IsAvailable)
            Assert.Skip("openssl is not installed.");
        MintedCertificate certificate = Mint.Certificate(name, null, MintOptions.Ca);
        _directory.Write("c.pem", certificate.Pem);

        string expected = OpenSslJudge.Run(_directory.Path, "openssl x509 -in c.pem -noout -subject_hash").Trim();

        Assert.Equal(expected, HashedDirectory.Hash(ParsedCertificate.Of(certificate.Certificate)!.Subject));
    }

    [Theory]
    [InlineData("-addtrust serverAuth", ChainError.None)]
    [InlineData("-addtrust clientAuth", ChainError.RejectedByTrustSettings)]
    [InlineData("-addreject serverAuth", ChainError.RejectedByTrustSettings)]
    [InlineData("-addreject clientAuth", ChainError.None)]
    [InlineData("-addtrust anyExtendedKeyUsage", ChainError.None)]
    public void Trust_settings_count_as_with_openssl(string settings, Enum expected)
    {
        if (!OpenSslJudge.IsAvailable)
            Assert.Skip("openssl is not installed.");
        _directory.Write("root.pem", Root.Pem);
        string pem = OpenSslJudge.Run(_directory.Path, $"openssl x509 -in root.pem {settings}");
        var item = new ChainCase(settings, [Leaf.Certificate, Ca.Certificate], pem);

        Assert.Equal((int)(ChainError)expected, OpenSslJudge.Judge([item])[0].Error);
        Assert.Equal(expected, ChainAgreementTests.Verify(item).Error);
    }

    [Fact]
    public void A_trusted_intermediate_with_settings_ends_a_chain()
    {
        if (!OpenSslJudge.IsAvailable)
            Assert.Skip("openssl is not installed.");
        _directory.Write("ca.pem", Ca.Pem);
        string pem = OpenSslJudge.Run(_directory.Path, "openssl x509 -in ca.pem -addtrust serverAuth");
        var item = new ChainCase("", [Leaf.Certificate, Ca.Certificate], pem);

        Assert.Equal(0, OpenSslJudge.Judge([item])[0].Error);
        Assert.True(ChainAgreementTests.Verify(item).IsValid);
    }

    [Fact]
    public void Both_variables_together_replace_the_system_store()
    {
        var environment = new Dictionary<string, string?>
        {
            ["SSL_CERT_FILE"] = _directory.Write("bundle.pem", Root.Pem),
            ["SSL_CERT_DIR"] = Path.Combine(_directory.Path, "nowhere"),
        };

        TrustStore trust = TrustStore.LoadSystem(environment.GetValueOrDefault);

        Assert.Equal("Root", CertificateNames.Display(Assert.Single(trust.Certificates)));
        Assert.Equal("system", trust.Origin);
    }

    [Fact]
    public void A_broken_system_file_trusts_nobody()
    {
        TrustStore trust = TrustStore.LoadSystem(_ => _directory.Write("broken", "nonsense"));

        Assert.Empty(trust.Certificates);
        Assert.Equal(ChainError.IssuerNotFoundLocally, Verify(trust).Error);
    }

    [Fact]
    public void The_system_store_is_the_operating_systems()
    {
        using var store = new X509Store(StoreName.Root, StoreLocation.LocalMachine, OpenFlags.ReadOnly);

        TrustStore trust = TrustStore.LoadSystem(_ => null);

        Assert.Superset(store.Certificates.Select(certificate => certificate.Thumbprint).ToHashSet(),
            trust.Certificates.Select(certificate => certificate.Thumbprint).ToHashSet());
    }

    [Fact]
    public void A_root_of_the_system_is_found_by_its_name()
    {
        TrustStore trust = TrustStore.LoadSystem(_ => null);
        Assert.SkipWhen(trust.Certificates.Count == 0, "This system has no roots.");
        X509Certificate2 root = trust.Certificates[^1];

        Assert.Contains(
            trust.Named(ParsedCertificate.Of(root)!.Subject), anchor => anchor.Certificate.Certificate.Thumbprint == root.Thumbprint);
        Assert.Empty(trust.Named(ParsedCertificate.Of(Root.Certificate)!.Subject));
    }

    [Fact]
    public void Whoever_asks_again_sees_what_has_changed_in_file_and_directory()
    {
        string hashed = Directory.CreateDirectory(Path.Combine(_directory.Path, "certs")).FullName;
        string hash = HashedDirectory.Hash(ParsedCertificate.Of(Root.Certificate)!.Subject);
        string empty = _directory.Write("empty.pem", ""), other = Mint.Root("Other").Pem;
        bool IsTrusted(string file) =>
            Verify(TrustStore.LoadSystem(name => name == "SSL_CERT_FILE" ? file : hashed)).IsValid;

        string bundle = _directory.Write("bundle.pem", other);
        Assert.False(IsTrusted(bundle));
        _directory.Write("bundle.pem", other + Root.Pem);
        Assert.True(IsTrusted(bundle));
        _directory.Write("bundle.pem", other);
        Assert.False(IsTrusted(bundle));

        _directory.Write(Path.Combine("certs", hash + ".0"), other);
        Assert.False(IsTrusted(empty));
        _directory.Write(Path.Combine("certs", hash + ".1"), Root.Pem);
        Assert.True(IsTrusted(empty));
        File.Delete(Path.Combine(hashed, hash + ".0"));
        Assert.False(IsTrusted(empty));
    }

    [Fact]
    public void A_certificate_in_file_and_directory_counts_once()
    {
        string hashed = Directory.CreateDirectory(Path.Combine(_directory.Path, "certs")).FullName;
        DistinguishedName subject = ParsedCertificate.Of(Root.Certificate)!.Subject;
        _directory.Write(Path.Combine("certs", HashedDirectory.Hash(subject) + ".0"), Root.Pem);
        string bundle = _directory.Write("bundle.pem", Root.Pem);

        TrustStore trust = TrustStore.LoadSystem(name => name == "SSL_CERT_FILE" ? bundle : hashed);

        Assert.Single(trust.Named(subject));
        Assert.Single(trust.Certificates);
    }

    [Fact]
    public void A_root_file_holds_a_certificate_once()
    {
        TrustStore trust = Load(Root.Pem + Ca.Pem + Root.Pem);

        Assert.Equal(["Root", "CA"], trust.Certificates.Select(CertificateNames.Display));
    }

    [Fact]
    public void A_CRL_shows_its_dates_number_and_entries()
    {
        var crl = Assert.Single(PemFile.Parse(System.Text.Encoding.ASCII.GetBytes(Mint.Crl(Ca, new CrlOptions { Reason = 1 }, Leaf)), "x").Crls);

        Assert.Equal("CA", crl.Issuer);
        Assert.Equal("07", crl.Number);
        Assert.Equal(MintOptions.Now.AddDays(7), crl.NextUpdate);
        RevokedCertificate entry = Assert.Single(crl.Revoked);
        Assert.Equal(Leaf.Certificate.SerialNumber.TrimStart('0'), entry.SerialNumber.TrimStart('0'), ignoreCase: true);
        Assert.Equal(1, entry.Reason);
    }

    private TrustStore Load(string pem) => TrustStore.LoadFile(_directory.Write("root.crt", pem));

    private static ChainVerdict Verify(TrustStore trust) =>
        ChainVerifier.Verify([Leaf.Certificate, Ca.Certificate], trust, MintOptions.Now);
}
