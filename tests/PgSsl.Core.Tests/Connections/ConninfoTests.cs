using PgSsl.Connections;

namespace PgSsl.Tests.Connections;

[Fast]
public class ConninfoTests
{
    [Theory]
    [InlineData("host=db1", "host", "db1")]
    [InlineData("  host = db1  ", "host", "db1")]
    [InlineData("host='db 1'", "host", "db 1")]
    [InlineData("host=''", "host", "")]
    [InlineData("host=", "host", "")]
    [InlineData(@"host='a\'b\\c'", "host", @"a'b\c")]
    [InlineData(@"host=a\ b", "host", "a b")]
    [InlineData(@"host=a\", "host", "a")]
    [InlineData("host=a'b", "host", "a'b")]
    [InlineData("host=a=b", "host", "a=b")]
    [InlineData("host='a'port=1", "port", "1")]
    [InlineData("host=a host=b", "host", "b")]
    [InlineData("requiressl=1", "sslmode", "require")]
    [InlineData("requiressl=0", "sslmode", "prefer")]
    [InlineData("service=billing", "service", "billing")]
    [InlineData("dbname=postgresql://elsewhere/", "dbname", "postgresql://elsewhere/")]
    public void Reads_values_as_libpq_does(string text, string name, string value) =>
        Assert.Equal(value, PgEndpoint.Parse(text).Parameters[name]);

    [Theory]
    [InlineData("host=db1 port", PgSslError.InvalidEndpoint, "character 10")]
    [InlineData("host db1 port=1", PgSslError.InvalidEndpoint, "character 1")]
    [InlineData("host='db1", PgSslError.InvalidEndpoint, "never closed")]
    [InlineData(@"host='db1\'", PgSslError.InvalidEndpoint, "never closed")]
    [InlineData("hots=db1", PgSslError.UnknownParameter, "\"hots\"")]
    [InlineData("Host=db1", PgSslError.UnknownParameter, "\"Host\"")]
    [InlineData("=db1", PgSslError.UnknownParameter, "\"\"")]
    [InlineData("servicefile=x", PgSslError.UnknownParameter, "\"servicefile\"")]
    public void Refuses_what_libpq_refuses(string text, PgSslError error, string fragment)
    {
        var refusal = Assert.Throws<PgSslException>(() => PgEndpoint.Parse(text));
        Assert.Equal(error, refusal.Error);
        Assert.Contains(fragment, refusal.Message);
    }

    [Fact]
    public void A_name_in_the_wrong_case_is_corrected() =>
        Assert.Contains("host", Assert.Throws<PgSslException>(() => PgEndpoint.Parse("Host=db1")).Remedy);

    [Fact]
    public void Another_drivers_string_is_recognized() =>
        Assert.Contains("semicolons", Assert.Throws<PgSslException>(() => PgEndpoint.Parse("Server;Host=db1;Port=1")).Remedy);

    [Fact]
    public void The_rest_of_a_password_with_a_blank_is_not_shown() =>
        Assert.DoesNotContain("battery", Assert.Throws<PgSslException>(() => PgEndpoint.Parse("password=horse battery=staple")).Message);

    [Theory]
    [InlineData("host=db1 password=s3cret port=1", "host=db1 password=******** port=1")]
    [InlineData("password='s3 cret'sslpassword = x", "password=********sslpassword = ********")]
    [InlineData("host=db1", "host=db1")]
    public void The_text_shows_no_secret(string text, string shown) => Assert.Equal(shown, PgEndpoint.Parse(text).Text);
}
