using PgSsl.Connections;

namespace PgSsl.Tests.Connections;

[Fast]
public class ShortEndpointTests
{
    [Theory]
    [InlineData("db1", "db1", null)]
    [InlineData("  db1\n", "db1", null)]
    [InlineData("Db1.Example", "Db1.Example", null)]
    [InlineData("db1:6432", "db1", "6432")]
    [InlineData("10.0.0.1:5433", "10.0.0.1", "5433")]
    [InlineData("::1", "::1", null)]
    [InlineData("2001:db8::17", "2001:db8::17", null)]
    [InlineData("fe80::1%eth0", "fe80::1%eth0", null)]
    [InlineData("[::1]", "::1", null)]
    [InlineData("[::1]:65535", "::1", "65535")]
    [InlineData("/var/run/postgresql", "/var/run/postgresql", null)]
    [InlineData("@pgssl", "@pgssl", null)]
    public void Reads_a_host_with_or_without_a_port(string text, string host, string? port)
    {
        IReadOnlyDictionary<string, string> parameters = PgEndpoint.Parse(text).Parameters;
        Assert.Equal(host, parameters["host"]);
        Assert.Equal(port, parameters.GetValueOrDefault("port"));
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData(" \t", "empty")]
    [InlineData("db1:", "\"\" is not")]
    [InlineData("db1:0", "\"0\" is not")]
    [InlineData("db1:65536", "\"65536\" is not")]
    [InlineData("db1:http", "what is given as port")]
    [InlineData("db1:+1", "\"+1\" is not")]
    [InlineData("[::1]:x", "what is given as port")]
    [InlineData("[::1]5432", "after the bracket")]
    [InlineData("[::1", "between brackets")]
    [InlineData("[db1]:5432", "between brackets")]
    [InlineData(":5432", "before the colon")]
    [InlineData("a:b:c", "several colons")]
    [InlineData("db 1", "not a host")]
    [InlineData("db1/app", "not a host")]
    [InlineData("db1,db2", "several hosts")]
    [InlineData("app@db1", "needs a URI")]
    [InlineData("mysql://db1", "scheme \"mysql\"")]
    [InlineData("POSTGRESQL://db1", "scheme \"POSTGRESQL\"")]
    [InlineData("jdbc:postgresql://db1/app?user=x", "scheme \"jdbc:postgresql\"")]
    [InlineData("db1\0", "NUL")]
    public void Refuses_what_is_no_host_and_says_how_to_write_one(string text, string fragment)
    {
        var refusal = Assert.Throws<PgSslException>(() => PgEndpoint.Parse(text));
        Assert.Equal(PgSslError.InvalidEndpoint, refusal.Error);
        Assert.Contains(fragment, refusal.Message);
        Assert.NotNull(refusal.Remedy);
    }

    [Fact]
    public void A_password_before_the_host_is_not_repeated() =>
        Assert.DoesNotContain("s3cret", Assert.Throws<PgSslException>(() => PgEndpoint.Parse("app:s3cret@db1")).Message);
}
