using PgSsl.Certificates;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Certificates;

[Fast]
public class CertificateNamesTests
{
    [Fact]
    public void Shows_alternative_names_with_openssls_prefixes() => Assert.Equal(
        ["DNS:db1", "IP:10.0.0.1", "IP:2001:db8::1", "email:dba@x.test", "URI:https://x.test", "DirName:ACME"],
        CertificateNames.SubjectAlternativeNames(Mint.Certificate("x", null, new MintOptions
        {
            AlternativeNames = ["DNS:db1", "IP:10.0.0.1", "IP:2001:db8::1", "email:dba@x.test", "URI:https://x.test", "DirName:O=ACME"],
        }).Certificate));

    [Theory]
    [InlineData("CN=db1,O=ACME", "db1")]
    [InlineData("O=ACME,C=DE", "DE, ACME")]
    [InlineData("", "(no name)")]
    public void Has_a_name_for_every_certificate(string subject, string expected) =>
        Assert.Equal(expected, CertificateNames.Display(Mint.Certificate(subject, null, new MintOptions()).Certificate));
}
