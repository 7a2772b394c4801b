using FsCheck;
using FsCheck.Fluent;
using PgSsl.Certificates;
using PgSsl.Certificates.Verification;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Certificates.Verification;

/// <summary>libpq's name rules; the first cases are those of PostgreSQL's own suite (src/test/ssl/t/001_ssltests.pl).</summary>
[Fast]
public class HostNameVerifierTests
{
    private const string Multiple = "DNS:dns1.alt-name.pg-ssltest.test,DNS:dns2.alt-name.pg-ssltest.test,DNS:*.wildcard.pg-ssltest.test";
    private const string Addresses = "IP:192.0.2.1,IP:2001:db8::1";
    private const string AddressesAsNames = "DNS:192.0.2.1,DNS:2001:db8::1";
    private const string NamesBesideCn = "DNS:dns1.alt-name.pg-ssltest.test,DNS:dns2.alt-name.pg-ssltest.test";

    [Theory]
    // common name only
    [InlineData("common-name.pg-ssltest.test", "", "common-name.pg-ssltest.test", NameSource.CommonName)]
    [InlineData("common-name.pg-ssltest.test", "", "wronghost.test", NameSource.None)]
    [InlineData("192.0.2.1", "", "192.0.2.1", NameSource.CommonName)]
    [InlineData("192.0.2.1", "", "192.000.002.001", NameSource.None)]
    [InlineData("2001:db8::1", "", "2001:db8::1", NameSource.CommonName)]
    // several alternative names
    [InlineData("", Multiple, "dns1.alt-name.pg-ssltest.test", NameSource.DnsName)]
    [InlineData("", Multiple, "dns2.alt-name.pg-ssltest.test", NameSource.DnsName)]
    [InlineData("", Multiple, "foo.wildcard.pg-ssltest.test", NameSource.DnsName)]
    [InlineData("", Multiple, "wronghost.alt-name.pg-ssltest.test", NameSource.None)]
    [InlineData("", Multiple, "deep.subdomain.wildcard.pg-ssltest.test", NameSource.None)]
    // common name beside alternative names
    [InlineData("common-name.pg-ssltest.test", NamesBesideCn, "dns1.alt-name.pg-ssltest.test", NameSource.DnsName)]
    [InlineData("common-name.pg-ssltest.test", NamesBesideCn, "common-name.pg-ssltest.test", NameSource.None)]
    [InlineData("common-name.pg-ssltest.test", Addresses, "common-name.pg-ssltest.test", NameSource.CommonName)]
    [InlineData("common-name.pg-ssltest.test", Addresses, "192.0.2.1", NameSource.IpAddress)]
    [InlineData("common-name.pg-ssltest.test", Addresses, "192.000.002.001", NameSource.IpAddress)]
    [InlineData("common-name.pg-ssltest.test", Addresses, "2001:DB8::1", NameSource.IpAddress)]
    [InlineData("common-name.pg-ssltest.test", Addresses, "2001:db8::2", NameSource.None)]
    [InlineData("common-name.pg-ssltest.test", Addresses, "2001:db8::1/128", NameSource.None)]
    [InlineData("192.0.2.1", NamesBesideCn, "192.0.2.1", NameSource.CommonName)]
    [InlineData("192.0.2.2", Addresses, "192.0.2.2", NameSource.None)]
    [InlineData("192.0.2.2", "DNS:db.test,IP:192.0.2.1", "192.0.2.2", NameSource.None)]
    // addresses written as names
    [InlineData("", AddressesAsNames, "192.0.2.1", NameSource.DnsName)]
    [InlineData("", AddressesAsNames, "2001:db8::1", NameSource.DnsName)]
    [InlineData("", AddressesAsNames, "192.0.2.2", NameSource.None)]
    // wildcards and spelling
    [InlineData("*.db.test", "", "a.db.test", NameSource.CommonName)]
    [InlineData("", "DNS:*.test", "foo.test", NameSource.DnsName)]
    [InlineData("", "DNS:*", "foo", NameSource.None)]
    [InlineData("", "DNS:f*.test", "foo.test", NameSource.None)]
    [InlineData("", "DNS:*.*.test", "a.b.test", NameSource.None)]
    [InlineData("", "DNS:*.test", "*.test", NameSource.DnsName)]
    [InlineData("", "DNS:DB1.Test", "db1.tEST", NameSource.DnsName)]
    [InlineData("", "DNS:db1.test", "db1.test.", NameSource.None)]
    [InlineData("", "DNS:db1.test", ".db1.test", NameSource.None)]
    [InlineData("", "URI:https://db1,email:me@db1", "db1", NameSource.None)]
    [InlineData("db1", "URI:https://db1", "db1", NameSource.CommonName)]
    public void Matches_as_libpq_does(string commonName, string alternativeNames, string host, Enum expected)
    {
        NameVerdict verdict = HostNameVerifier.Verify(Certificate(commonName, alternativeNames), host);

        Assert.Equal(expected, verdict.MatchedBy);
        Assert.Equal(!expected.Equals(NameSource.None), verdict.Matches);
    }

    [Theory]
    [InlineData("db1", "", "server certificate for \"db1\" does not match host name \"x\"")]
    [InlineData("db1", "DNS:a,DNS:b", "server certificate for \"a\" (and 1 other name) does not match host name \"x\"")]
    [InlineData("db1", "DNS:a,IP:10.0.0.1,DNS:b", "server certificate for \"a\" (and 2 other names) does not match host name \"x\"")]
    [InlineData("db1", "IP:10.0.0.1", "server certificate for \"10.0.0.1\" (and 1 other name) does not match host name \"x\"")]
    [InlineData("", "", "could not get server's host name from server certificate")]
    [InlineData("", "DNS:a\0b", "SSL certificate's name contains embedded null")]
    [InlineData("", "HEXIP:010203", "certificate contains IP address with invalid length 3")]
    public void Says_what_libpq_says(string commonName, string alternativeNames, string message) =>
        Assert.Equal(message, HostNameVerifier.Verify(Certificate(commonName, alternativeNames), "x").Reason);

    [Fact]
    public void A_NUL_counts_only_if_libpq_gets_that_far() =>
        Assert.True(HostNameVerifier.Verify(Certificate("", "DNS:a,DNS:b\0c"), "a").Matches);

    [Fact]
    public void Of_two_common_names_the_first_counts()
    {
        var certificate = Mint.Certificate("CN=second,CN=first", null, new MintOptions()).Certificate;

        Assert.True(HostNameVerifier.Verify(certificate, "first").Matches);
        Assert.False(HostNameVerifier.Verify(certificate, "second").Matches);
    }

    [Fact]
    public void Without_a_host_nothing_matches() => Assert.False(HostNameVerifier.Verify(Certificate("db1", ""), "").Matches);

    [Fact]
    public void Unreadable_alternative_names_are_none() => Assert.Equal(NameSource.CommonName, HostNameVerifier.Verify(
        Mint.Certificate("db1", null, new MintOptions { Extensions = [("2.5.29.17", false, [0x30, 3, 0x82, 9, 0x41])] }).Certificate,
        "db1").MatchedBy);

    [Theory]
    [InlineData("127.1", "7F000001")]
    [InlineData("0x7f.1", "7F000001")]
    [InlineData("017700000001", "7F000001")]
    [InlineData("2130706433", "7F000001")]
    [InlineData("1.2.3.4 x", "01020304")]
    [InlineData("1.2.3.256", null)]
    [InlineData("1.2.3.4.5", null)]
    [InlineData("1.2.3.", null)]
    [InlineData("08.1.1.1", null)]
    [InlineData("0x", null)]
    [InlineData("a.1", null)]
    [InlineData("", null)]
    [InlineData("::1", "00000000000000000000000000000001")]
    [InlineData("::ffff:1.2.3.4", "00000000000000000000FFFF01020304")]
    [InlineData("[::1]", null)]
    [InlineData("fe80::1%eth0", null)]
    [InlineData("::1/128", null)]
    [InlineData("00001::", null)]
    public void Knows_an_address_as_the_C_library_does(string host, string? expected) =>
        Assert.Equal(expected, HostAddress.Parse(host) is { } bytes ? Convert.ToHexString(bytes) : null);

    [Fact]
    public void A_wildcard_stands_for_exactly_one_label() => Prop.ForAll(Labels(), Labels(), (label, domain) =>
    {
        var certificate = Certificate("", $"DNS:*.{domain}");
        return HostNameVerifier.Verify(certificate, $"{label}.{domain}").Matches == !label.Contains('.')
            && !HostNameVerifier.Verify(certificate, domain).Matches;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_name_matches_itself_in_any_case() => Prop.ForAll(Labels(), name =>
        HostNameVerifier.Verify(Certificate("", "DNS:" + name), name.ToUpperInvariant()).Matches).QuickCheckThrowOnFailure();

    private static Arbitrary<string> Labels() => Gen.Choose(1, 3)
        .SelectMany(count => Gen.Elements("a", "b1", "db-x", "xn--p1ai", "_srv").ArrayOf(count))
        .Select(labels => string.Join('.', labels)).ToArbitrary();

    private static System.Security.Cryptography.X509Certificates.X509Certificate2 Certificate(string commonName, string alternativeNames) =>
        Mint.Certificate(commonName, null, new MintOptions
        {
            AlternativeNames = alternativeNames.Length == 0 ? null : alternativeNames.Split(','),
        }).Certificate;
}
