using PgSsl.Connections;
using PgSsl.Connections.Dialects;

namespace PgSsl.Tests.Connections;

/// <summary>What is written often, means something else to libpq, and is told.</summary>
[Fast]
public class EndpointTrapTests
{
    [Theory]
    [InlineData(@"host=db1 sslmode=require sslrootcert=D:\certs\root.crt", "sslrootcert names the file \"D:certsroot.crt\"")]
    [InlineData(@"host=db1 sslrootcert='D:\certs\root.crt'", "sslrootcert names the file \"D:certsroot.crt\"")]
    [InlineData("host=db1 sslrootcert=~/root.crt", "No client replaces the ~ in sslrootcert")]
    [InlineData("postgresql://db1/d?sslcert=~/a.crt", "No client replaces the ~ in sslcert")]
    [InlineData("host=db1:5433", "as port=5433")]
    [InlineData("host=[::1]", "write host=::1")]
    [InlineData("2001:db8::1:5432", "for that write [2001:db8::1]:5432")]
    [InlineData("postgresql://app:[s3cret]@db1/d", "The password stands in brackets")]
    [InlineData("postgresql://app:s3cret%0A@db1/d", "The value of password has a line end in it")]
    [InlineData("Host=db1;Root Certificate=~/root.crt", "No client replaces the ~ in sslrootcert")]
    public void Warns(string text, string fragment)
    {
        string warning = Assert.Single(ApplicationEndpoint.Parse(text).Warnings);

        Assert.Contains(fragment, warning);
        Assert.DoesNotContain("s3cret", warning);
    }

    [Theory]
    [InlineData(@"host=db1 sslrootcert=D:\\certs\\root.crt")]
    [InlineData(@"host=db1 password=a\'b sslrootcert=/root.crt")]
    [InlineData("host=a,b port=1,2")]
    [InlineData("host=project:instance hostaddr=10.0.0.1")]
    [InlineData("postgresql://[::1]:5432/d")]
    [InlineData("2001:db8::17")]
    [InlineData("Host=db1:5433")]
    [InlineData("Host=db1;Root Certificate=D:\\root.crt")]
    public void Does_not_warn_of_what_is_right(string text) => Assert.Empty(ApplicationEndpoint.Parse(text).Warnings);

    [Theory]
    [InlineData(@"postgresql://app@db1/d?sslmode=require\u0026connect_timeout=5", "as JSON writes the character &")]
    [InlineData("postgresql://postgres:[YOUR-PASSWORD]@db1:5432/postgres", "[YOUR-PASSWORD] stands for something")]
    [InlineData("Host=db1;Username=app;Password=<password>", "<password> stands for something")]
    [InlineData("my-project:my-instance", "Cloud SQL instance")]
    [InlineData("project:europe-west1:instance", "Cloud SQL instance")]
    public void Refuses_what_nobody_can_connect_to(string text, string fragment) =>
        Assert.Contains(fragment, Assert.Throws<PgSslException>(() => ApplicationEndpoint.Parse(text)).Message);
}
