using PgSsl.Connections;

namespace PgSsl.Tests.Connections;

[Fast]
public class SecretMaskTests
{
    [Theory]
    [InlineData("postgresql://app:s3cret@db1/x?sslmode", "postgresql://app:********@db1/x?sslmode")]
    [InlineData("postgresql://app:s3@c/r:et@db1", "postgresql://app:********@db1")]
    [InlineData("jdbc:postgresql://app:s3cret@db1", "jdbc:********@db1")]
    [InlineData("app:s3cret@db1", "app:********@db1")]
    [InlineData("Host=db1;Password=s3cret;Port=1", "Host=db1;Password=********;Port=1")]
    [InlineData("postgres://db1?password=s3cret&port", "postgres://db1?password=********&port")]
    [InlineData("host='db1 password='s3 \\'cret' x", "host='db1 password=******** x")]
    [InlineData("password=correct horse battery", "password=********")]
    [InlineData("sslpassword='s3cret", "sslpassword=********")]
    [InlineData("host=db1 pasword=s3cret", "host=db1 pasword=********")]
    [InlineData("port=1 passfile=/x sslmod=1", "port=1 passfile=/x sslmod=1")]
    [InlineData("db1:99999", "db1:99999")]
    [InlineData("[::1]:x", "[::1]:x")]
    public void Masks_what_may_be_a_secret_in_a_text_that_was_refused(string text, string masked) =>
        Assert.Equal(masked, SecretMask.Apply(text));
}
