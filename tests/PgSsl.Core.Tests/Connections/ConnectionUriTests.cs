using PgSsl.Connections;

namespace PgSsl.Tests.Connections;

[Fast]
public class ConnectionUriTests
{
    [Theory]
    [InlineData("postgresql://", "")]
    [InlineData("postgres://db1", "host=db1")]
    [InlineData(" postgres://db1\n", "host=db1")]
    [InlineData("postgresql://db1:6432/app", "host=db1 port=6432 dbname=app")]
    [InlineData("postgresql://db1:/app", "host=db1 dbname=app")]
    [InlineData("postgresql://al%69ce:s%3Ax@db1", "user=alice password=s:x host=db1")]
    [InlineData("postgresql://@db1", "host=db1")]
    [InlineData("postgresql://:@db1", "host=db1")]
    [InlineData("postgresql://alice@", "user=alice")]
    [InlineData("postgresql:///app", "dbname=app")]
    [InlineData("postgresql://db1/", "host=db1")]
    [InlineData("postgresql://[::1]", "host=::1")]
    [InlineData("postgresql://[::1]:6432/app", "host=::1 port=6432 dbname=app")]
    [InlineData("postgresql://db1,db2", "host=db1,db2 port=,")]
    [InlineData("postgresql://db1:1,[::1]:2/app", "host=db1,::1 port=1,2 dbname=app")]
    [InlineData("postgresql://%2Fvar%2Frun/app", "host=/var/run dbname=app")]
    [InlineData("postgresql:///?host=/tmp", "host=/tmp")]
    [InlineData("postgresql://db1?dbname=a+b", "host=db1 dbname=a+b")]
    [InlineData("postgresql://db1?ssl=true", "host=db1 sslmode=require")]
    [InlineData("postgresql://db1?requiressl=1", "host=db1 sslmode=require")]
    [InlineData("postgresql://db1?sslmode=allow&", "host=db1 sslmode=allow")]
    [InlineData("postgresql://db1?ssl%6Dode=allow", "host=db1 sslmode=allow")]
    [InlineData("postgresql://db1?host=db2", "host=db2")]
    [InlineData("postgresql://db1/a/b@c", "host=db1 dbname=a/b@c")]
    [InlineData("postgresql://db1/%C3%A4", "host=db1 dbname=ä")]
    [InlineData("postgresql://db1/app ", "host=db1 dbname=app")]
    public void Reads_the_parts_as_libpq_does(string text, string conninfo) =>
        Assert.Equal(conninfo, ConninfoText.Write(PgEndpoint.Parse(text).Parameters));

    [Theory]
    [InlineData("postgresql://[::1", PgSslError.InvalidEndpoint, "never closed")]
    [InlineData("postgresql://[]", PgSslError.InvalidEndpoint, "empty")]
    [InlineData("postgresql://[::1]db", PgSslError.InvalidEndpoint, "character 19")]
    [InlineData("postgresql://db%1", PgSslError.InvalidEndpoint, "the host")]
    [InlineData("postgresql://db%zz", PgSslError.InvalidEndpoint, "hexadecimal")]
    [InlineData("postgresql://db%00", PgSslError.InvalidEndpoint, "%00")]
    [InlineData("postgresql://db/%FF", PgSslError.InvalidEndpoint, "UTF-8")]
    [InlineData("postgresql://db/a b", PgSslError.InvalidEndpoint, "blank")]
    [InlineData("postgresql://db?sslmode", PgSslError.InvalidEndpoint, "parameter 1")]
    [InlineData("postgresql://db?port=1&&user=a", PgSslError.InvalidEndpoint, "parameter 2")]
    [InlineData("postgresql://db?dbname=a=b", PgSslError.InvalidEndpoint, "more than one")]
    [InlineData("postgresql://db?ssl=false", PgSslError.UnknownParameter, "\"ssl\"")]
    [InlineData("postgresql://db?sslmod=allow", PgSslError.UnknownParameter, "\"sslmod\"")]
    public void Refuses_what_libpq_refuses(string text, PgSslError error, string fragment)
    {
        var refusal = Assert.Throws<PgSslException>(() => PgEndpoint.Parse(text));
        Assert.Equal(error, refusal.Error);
        Assert.Contains(fragment, refusal.Message);
    }

    [Theory]
    [InlineData("postgresql://u:s3cret@db1/app", "postgresql://u:********@db1/app")]
    [InlineData("postgresql://db1?password=s3cret&port=1", "postgresql://db1?password=********&port=1")]
    [InlineData("postgresql://u:one@db1?sslpassword=two", "postgresql://u:********@db1?sslpassword=********")]
    public void The_text_shows_no_secret(string text, string shown) => Assert.Equal(shown, PgEndpoint.Parse(text).Text);

    [Theory]
    [InlineData("postgresql://u:s3%cret@db1")]
    [InlineData("postgresql://db1?password=s3cret=x")]
    [InlineData("postgresql://db1?password=s3&cret")]
    public void A_refusal_shows_no_secret(string text) =>
        Assert.DoesNotContain("cret", Assert.Throws<PgSslException>(() => PgEndpoint.Parse(text)).Message);
}
