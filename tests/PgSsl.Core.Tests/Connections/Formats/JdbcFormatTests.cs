using FsCheck;
using FsCheck.Fluent;
using PgSsl.Connections;
using PgSsl.Connections.Formats;

namespace PgSsl.Tests.Connections.Formats;

/// <summary>pgjdbc's URLs, as its own rules read them.</summary>
[Fast]
public class JdbcFormatTests
{
    [Theory]
    [InlineData("db1", "jdbc:postgresql://db1/")]
    [InlineData("db1:6432", "jdbc:postgresql://db1:6432/")]
    [InlineData("[::1]:5433", "jdbc:postgresql://[::1]:5433/")]
    [InlineData("host=a,b port=1,2", "jdbc:postgresql://a:1,b:2/")]
    [InlineData("host=a,b port=5433", "jdbc:postgresql://a:5433,b:5433/")]
    [InlineData(
        "postgresql://app:p%26%2B@db1/my%20orders?sslmode=verify-full",
        "jdbc:postgresql://db1/my%20orders?user=app&password=p%26%2B&sslmode=verify-full")]
    [InlineData("host=db1 sslrootcert=/etc/ssl/r.pem sslmode=verify-full", "jdbc:postgresql://db1/?sslmode=verify-full&sslrootcert=/etc/ssl/r.pem")]
    [InlineData("host=db1 sslmode=require sslnegotiation=direct", "jdbc:postgresql://db1/?sslmode=require&sslNegotiation=direct")]
    [InlineData("host=db1 target_session_attrs=prefer-standby", "jdbc:postgresql://db1/?targetServerType=preferSecondary")]
    [InlineData(
        "host=db1 connect_timeout=-1 keepalives=1 gssencmode=disable",
        "jdbc:postgresql://db1/?connectTimeout=0&tcpKeepAlive=true&gssEncMode=disable")]
    public void Says_the_same_in_its_own_words(string endpoint, string expected) => Assert.Equal(expected, Write.Text("Jdbc", endpoint));

    [Fact]
    public void The_systems_roots_become_Javas()
    {
        FormattedConnection written = Write.As("Jdbc", "host=db1 sslrootcert=system");

        Assert.Equal("jdbc:postgresql://db1/?sslfactory=org.postgresql.ssl.DefaultJavaSSLFactory&sslmode=verify-full", written.Text);
        Assert.StartsWith("sslrootcert=system is written as", Assert.Single(written.Warnings));
    }

    [Fact]
    public void A_socket_becomes_a_connection_over_TCP()
    {
        FormattedConnection written = Write.As("Jdbc", "host=/var/run/postgresql dbname=orders");

        Assert.Equal("jdbc:postgresql://localhost/orders", written.Text);
        Assert.StartsWith("host is written as localhost", Assert.Single(written.Warnings));
    }

    [Theory]
    [InlineData("host=db1 sslcert=c.crt sslkey=c.key", "sslkey: ")]
    [InlineData("host=db1 channel_binding=require", "channel_binding: ")]
    [InlineData("host=db1 require_auth=scram-sha-256", "require_auth: ")]
    [InlineData("host=db1 passfile=p", "passfile is left out")]
    [InlineData("host=db1 client_encoding=LATIN1", "client_encoding is left out")]
    public void Warns_of_what_it_takes_differently(string endpoint, string start) =>
        Assert.StartsWith(start, Write.Warning("Jdbc", endpoint));

    [Fact]
    public void Pgjdbc_reads_what_was_written() => Prop.ForAll(AnyConnection.Usable, connection =>
    {
        FormattedConnection written = ConnectionStringFormats.Get("Jdbc").Write(connection);
        PgjdbcUrl read = PgjdbcUrl.Parse(written.Text);

        Assert.Equal(connection.Hosts.Select(host => (Shown(host), host.Port)), read.Hosts);
        Assert.Equal(connection["dbname"] ?? "", read.Database);
        foreach ((string theirs, string ours) in new[]
        {
            ("user", "user"), ("password", "password"), ("options", "options"), ("sslmode", "sslmode"), ("sslrootcert", "sslrootcert"),
            ("sslcert", "sslcert"), ("sslkey", "sslkey"), ("sslpassword", "sslpassword"), ("channelBinding", "channel_binding"),
            ("gssEncMode", "gssencmode"), ("gsslib", "gsslib"), ("kerberosServerName", "krbsrvname"), ("replication", "replication"),
        })
            Assert.Equal(connection[ours], read.Properties.GetValueOrDefault(theirs));
        Assert.Equal(connection["application_name"] ?? connection["fallback_application_name"], read.Properties.GetValueOrDefault("ApplicationName"));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    private static string Shown(ConnectionHost host)
    {
        if (host.IsUnixSocket)
            return "localhost";
        return host.Host.Contains(':') ? $"[{host.Host}]" : host.Host;
    }
}
