using System.Text;
using PgSsl.Requirements;
using PgSsl.Sandbox;
using PgSsl.Server.Settings;

namespace PgSsl.Tests.Requirements;

/// <summary>Settings of a server whose OpenSSL cannot be asked. What is met here is called proven, though no log tells.</summary>
public class SettingRequirementsTests
{
    [Theory]
    [InlineData("X25519:prime256v1")]
    [InlineData("P-384")]
    public void Groups_that_every_OpenSSL_has_are_met(string groups) => Assert.True(Judge("Groups", SslParameters.Groups, groups).IsMet);

    /// <summary>With OpenSSL 1.1.1 each of them keeps PostgreSQL 18 from starting.</summary>
    [Theory]
    [InlineData("X25519:secp521r1")]
    [InlineData("prime256v1:P-256")]
    [InlineData("X25519:X25519")]
    [InlineData("X25519,prime256v1")]
    [InlineData("X25519 prime256v1")]
    [InlineData("X25519::prime256v1")]
    [InlineData("x25519")]
    [InlineData(":")]
    public void Groups_that_some_OpenSSL_refuses_are_not_judged(string groups) => Assert.Null(Judge("Groups", SslParameters.Groups, groups).IsMet);

    [Theory]
    [InlineData("TLS_AES_256_GCM_SHA384,TLS_AES_128_GCM_SHA256")]
    [InlineData("TLS_AES_256_GCM_SHA384 TLS_AES_128_GCM_SHA256")]
    [InlineData("TLS_CHACHA20_POLY1305_SHA256")]
    [InlineData(":")]
    public void Suites_of_TLS13_that_some_OpenSSL_refuses_are_not_judged(string suites) =>
        Assert.Null(Judge("Tls13Ciphers", SslParameters.Tls13Ciphers, suites).IsMet);

    [Fact]
    public void Suites_of_TLS13_that_every_OpenSSL_has_are_met() =>
        Assert.True(Judge("Tls13Ciphers", SslParameters.Tls13Ciphers, "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384").IsMet);

    /// <summary>The server makes the list of CAs that it names to its clients from the other kind alone (SSL_load_client_CA_file).</summary>
    [Theory]
    [InlineData("TRUSTED CERTIFICATE", false)]
    [InlineData("CERTIFICATE", true)]
    [InlineData("X509 CERTIFICATE", true)]
    public void A_CA_file_needs_a_certificate_without_trust_settings(string label, bool isMet)
    {
        string pem = TestAuthority.CreateRoot("Client CA").CertificatePem.Replace(" CERTIFICATE", " " + label, StringComparison.Ordinal);

        Assert.Equal(isMet, Judge("CaFile", SslParameters.CaFile, "ca.pem", pem).IsMet);
    }

    private static Verdict Judge(string requirement, SslParameter parameter, string value, string? content = null) => SettingRequirements.Judge(
        new ServerSettingFacts
        {
            Major = 18,
            Values = new Dictionary<string, string> { [parameter.NameIn(18)] = value },
            Files = content is null ? new Dictionary<string, ServerFile>()
                : new Dictionary<string, ServerFile> { [parameter.Name] = ServerFile.Remote(value, Encoding.UTF8.GetBytes(content)) },
            Server = new ServerConditions(),
        }).Single(verdict => verdict.Requirement.Name == requirement);
}
