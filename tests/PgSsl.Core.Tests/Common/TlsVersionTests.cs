using System.Security.Authentication;
using PgSsl.Common;

namespace PgSsl.Tests.Common;

[Fast]
public class TlsVersionTests
{
    [Theory]
    [InlineData("TLSv1", TlsVersion.Tls10)]
    [InlineData("tlsv1.1", TlsVersion.Tls11)]
    [InlineData("TLSv1.2", TlsVersion.Tls12)]
    [InlineData("TLSv1.3", TlsVersion.Tls13)]
    [InlineData("TLSv1.0", null)]
    [InlineData("1.2", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void Servers_and_libpq_know_four_names(string? name, Enum? expected) => Assert.Equal((TlsVersion?)expected, TlsVersions.FromName(name));

    [Theory]
    [InlineData("1", TlsVersion.Tls10)]
    [InlineData("1.0", TlsVersion.Tls10)]
    [InlineData("TLSv1", TlsVersion.Tls10)]
    [InlineData("Tls11", TlsVersion.Tls11)]
    [InlineData("1.2", TlsVersion.Tls12)]
    [InlineData("TLS 1.2", TlsVersion.Tls12)]
    [InlineData("tlsv1.3", TlsVersion.Tls13)]
    [InlineData(" Tls13 ", TlsVersion.Tls13)]
    public void People_write_versions_in_several_ways(string text, Enum expected)
    {
        Assert.True(TlsVersions.TryParse(text, out TlsVersion version));
        Assert.Equal((TlsVersion)expected, version);
    }

    [Theory]
    [InlineData("")]
    [InlineData("2")]
    [InlineData("1.4")]
    [InlineData("SSLv3")]
    [InlineData("DTLS1.2")]
    public void Other_words_are_not_versions(string text) => Assert.False(TlsVersions.TryParse(text, out _));

    [Fact]
    public void The_name_of_a_connection_is_that_of_OpenSSL() => Assert.Equal("TLSv1.2", TlsVersions.FromProtocol(SslProtocols.Tls12)?.Name());

    [Fact]
    public void What_is_older_than_1_2_is_deprecated() =>
        Assert.Equal([TlsVersion.Tls10, TlsVersion.Tls11], Enum.GetValues<TlsVersion>().Where(version => version.IsDeprecated()));
}
