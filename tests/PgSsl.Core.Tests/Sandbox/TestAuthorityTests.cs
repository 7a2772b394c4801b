using System.Net;
using System.Security.Cryptography;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Sandbox;

public sealed class TestAuthorityTests : IDisposable
{
    private static readonly TestAuthority Root = TestAuthority.CreateRoot("Test Root");
    private static readonly TestAuthority Intermediate =
        Root.CreateIntermediate("Test Intermediate", new AuthorityOptions { PathLength = 0 });

    private readonly string _directory;

    // openssl is the judge of each.
    public TestAuthorityTests()
    {
        Assert.SkipUnless(ProcessRunner.IsOnPath("openssl"), "openssl is not installed.");
        _directory = Directory.CreateTempSubdirectory().FullName;
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData(KeyAlgorithm.EcdsaP256)]
    [InlineData(KeyAlgorithm.EcdsaP384)]
    [InlineData(KeyAlgorithm.Rsa2048)]
    [InlineData(KeyAlgorithm.Ed25519)]
    public async Task Openssl_accepts_what_it_issues_with_every_key(KeyAlgorithm algorithm)
    {
        TestCertificate leaf = await Intermediate.IssueAsync(LeafOptions.ForHosts("db.test") with { Key = algorithm });
        Assert.Contains(": OK", await VerifyAsync(leaf));
        string own = await OpensslAsync(["pkey", "-pubout"], leaf.KeyPem);
        string certified = await OpensslAsync(["x509", "-noout", "-pubkey"], leaf.CertificatePem);
        Assert.Equal(own, certified);
    }

    [Fact]
    public async Task Openssl_sees_what_is_wrong_with_wrong_certificates()
    {
        LeafOptions good = LeafOptions.ForHosts("db.test");
        Assert.Contains("certificate has expired", await VerifyAsync(
            Intermediate.Issue(good with { NotAfter = DateTimeOffset.UtcNow.AddHours(-1) })));
        Assert.Contains("not yet valid", await VerifyAsync(
            Intermediate.Issue(good with { NotBefore = DateTimeOffset.UtcNow.AddDays(1) })));
        Assert.Contains("unsuitable certificate purpose", await VerifyAsync(
            Intermediate.Issue(good with { ExtendedKeyUsages = [LeafOptions.ClientAuthentication] })));
        Assert.Contains("unhandled critical extension", await VerifyAsync(
            Intermediate.Issue(good with { ExtraExtensions = [CertificateOptions.UnknownCriticalExtension] })));
        Assert.Contains("path length constraint exceeded", await VerifyAsync(
            Intermediate.CreateIntermediate("Too deep").Issue(good)));
        Assert.Contains("self-signed certificate", await VerifyAsync(TestAuthority.IssueSelfSigned(good)));
        Assert.Contains("permitted subtree violation", await VerifyAsync(Root.CreateIntermediate(
            "Constrained", new AuthorityOptions { Permitted = ["DNS:other.test"] }).Issue(good)));
    }

    [Fact]
    public async Task Openssl_reads_the_names_as_they_were_asked_for()
    {
        TestCertificate leaf = Root.Issue(new LeafOptions
        {
            CommonNames = ["first.test", "second.test"],
            DnsNames = ["*.db.test", "10.0.0.1"],
            IpAddresses = [IPAddress.Parse("192.0.2.1"), IPAddress.IPv6Loopback],
            Digest = HashAlgorithmName.SHA1,
        });
        string text = await OpensslAsync(["x509", "-noout", "-text"], leaf.CertificatePem);
        Assert.Contains("Subject: CN = first.test, CN = second.test", text);
        Assert.Contains("DNS:*.db.test, DNS:10.0.0.1, IP", text);
        Assert.Contains("IP Address:192.0.2.1, IP Address:0:0:0:0:0:0:0:1", text);
        Assert.Contains("Signature Algorithm: ecdsa-with-SHA1", text);
    }

    [Fact]
    public void Raw_names_are_in_the_certificate_byte_by_byte()
    {
        byte[] name = [.. "good.test\0.evil.test"u8];
        TestCertificate leaf = Root.Issue(new LeafOptions { RawDnsNames = [name], RawIpAddresses = [[1, 2, 3]] });
        byte[] expected = [0x82, (byte)name.Length, .. name, 0x87, 3, 1, 2, 3];
        Assert.NotEqual(-1, leaf.Certificate.RawDataMemory.Span.IndexOf(expected));
    }

    [Fact]
    public async Task Revocation_lists_revoke()
    {
        TestCertificate revoked = Root.Issue(LeafOptions.ForHosts("revoked.test"));
        TestCertificate valid = Root.Issue(LeafOptions.ForHosts("valid.test"));
        string crl = Write("root.crl", Root.CreateCrl([revoked]));
        Assert.Contains("certificate revoked", await VerifyAsync(revoked, "-crl_check", "-CRLfile", crl));
        Assert.Contains(": OK", await VerifyAsync(valid, "-crl_check", "-CRLfile", crl));
    }

    [Fact]
    public async Task A_cross_certificate_leads_to_the_other_root()
    {
        TestAuthority newcomer = TestAuthority.CreateRoot("Newcomer");
        LeafOptions leaf = LeafOptions.ForHosts("db.test");
        Assert.Contains("unable to get local issuer certificate", await VerifyAsync(newcomer.Issue(leaf)));
        Assert.Contains(": OK", await VerifyAsync(newcomer.CrossSignedBy(Root).Issue(leaf)));
    }

    [Fact]
    public async Task Encrypted_keys_open_with_their_passphrase()
    {
        string pem = Root.Issue(LeafOptions.ForLoopback()).EncryptedKeyPem("secret");
        Assert.Equal(0, (await ProcessRunner.RunAsync("openssl", ["pkey", "-noout", "-passin", "pass:secret"], pem)).ExitCode);
        Assert.NotEqual(0, (await ProcessRunner.RunAsync("openssl", ["pkey", "-noout", "-passin", "pass:wrong"], pem)).ExitCode);
    }

    private async Task<string> VerifyAsync(TestCertificate leaf, params string[] options)
    {
        string root = Write("root.crt", Root.CertificatePem);
        string chain = Write("chain.crt", leaf.ChainPem);
        string certificate = Write("leaf.crt", leaf.CertificatePem);
        string[] arguments = ["verify", .. options, "-purpose", "sslserver", "-CAfile", root, "-untrusted", chain, certificate];
        ProcessResult result = await ProcessRunner.RunAsync("openssl", arguments);
        return result.StandardOutput + result.StandardError;
    }

    private static async Task<string> OpensslAsync(string[] arguments, string input) =>
        (await ProcessRunner.RunAsync("openssl", arguments, input)).OrThrow("openssl " + arguments[0]);

    private string Write(string name, string text)
    {
        string path = Path.Combine(_directory, name);
        File.WriteAllText(path, text);
        return path;
    }
}
