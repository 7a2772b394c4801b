using PgSsl.Requests;

namespace PgSsl.Tests.Requests;

[Fast]
public sealed class CertificateHostNameTests
{
    [Theory]
    [InlineData("db1", "db1")]
    [InlineData("DB1.Example.com", "DB1.Example.com")]
    [InlineData("*.example.com", "*.example.com")]
    [InlineData("*.test", "*.test")]
    [InlineData("db_1.example.com", "db_1.example.com")]
    [InlineData("xn--mnchen-3ya.test", "xn--mnchen-3ya.test")]
    [InlineData("münchen.test", "xn--mnchen-3ya.test")]
    [InlineData("*.münchen.test", "*.xn--mnchen-3ya.test")]
    [InlineData("db_1.MÜNCHEN.test", "db_1.xn--mnchen-3ya.test")]
    [InlineData("例え。テスト", "xn--r8jz45g.xn--zckzah")]
    [InlineData("1and1.example", "1and1.example")]
    public void A_host_name_stays_as_it_is_but_for_characters_beyond_ascii(string name, string expected) =>
        Assert.Equal(expected, CertificateHostName.Normalize(name));

    [Theory]
    [InlineData("", "ends in a dot, or is empty")]
    [InlineData("db1.", "ends in a dot")]
    [InlineData(".db1", "begins with one")]
    [InlineData("db1..test", "two dots")]
    [InlineData("*", "whole first label, with a domain")]
    [InlineData("*.", "ends in a dot")]
    [InlineData("db*.test", "whole first label")]
    [InlineData("db.*.test", "whole first label")]
    [InlineData("*.*.test", "whole first label")]
    [InlineData("db 1", "space")]
    [InlineData("db1\0.test", "space or a control character")]
    [InlineData("-db1.test", "hyphen")]
    [InlineData("db1-.test", "hyphen")]
    [InlineData("project:instance", "contains a :")]
    [InlineData("db1/test", "contains a /")]
    [InlineData("10.0.0.256", "looks like an IP address, but is not one")]
    [InlineData("10.0.0.1.2", "looks like an IP address, but is not one")]
    [InlineData("db.5432", "looks like an IP address, but is not one")]
    [InlineData("a\u200d.test", "IDNA")]
    [InlineData("abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijkl.test", "64 characters")]
    public void What_cannot_be_a_DNS_name_is_refused(string name, string message)
    {
        var refusal = Assert.Throws<PgSslException>(() => CertificateHostName.Normalize(name));

        Assert.Equal(PgSslError.InvalidHostName, refusal.Error);
        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
        Assert.Null(CertificateHostName.TryNormalize(name));
    }

    [Fact]
    public void A_name_longer_than_DNS_allows_is_refused()
    {
        string label = new('a', 62);

        Assert.Contains("253", Assert.Throws<PgSslException>(() => CertificateHostName.Normalize($"{label}.{label}.{label}.{label}.aa")).Message);
    }

    [Theory]
    [InlineData("10.0.0.1")]
    [InlineData("2001:db8::1")]
    [InlineData("127.1")]
    [InlineData("0x7f.1")]
    public void An_address_is_not_taken_for_a_name(string address) =>
        Assert.Contains("-IPAddress", Assert.Throws<PgSslException>(() => CertificateHostName.Normalize(address)).Remedy);

    [Theory]
    [InlineData("10.0.0.1", "10.0.0.1")]
    [InlineData("2001:DB8:0:0::1", "2001:db8::1")]
    [InlineData("::ffff:10.0.0.1", "::ffff:10.0.0.1")]
    public void Addresses_are_read(string text, string expected) => Assert.Equal(expected, CertificateHostName.ParseAddress(text).ToString());

    [Theory]
    [InlineData("127.1")]
    [InlineData("1")]
    [InlineData("010.0.0.1")]
    [InlineData("10.0.0.0/8")]
    [InlineData("[::1]")]
    [InlineData("fe80::1%eth0")]
    [InlineData("db1")]
    [InlineData("")]
    public void What_is_no_address_in_full_is_refused(string text) =>
        Assert.Equal(PgSslError.InvalidHostName, Assert.Throws<PgSslException>(() => CertificateHostName.ParseAddress(text)).Error);
}
