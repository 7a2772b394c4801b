using FsCheck;
using FsCheck.Fluent;
using Npgsql;
using PgSsl.Connections.Formats;

namespace PgSsl.Tests.Connections.Formats;

/// <summary>Npgsql's connection strings, as Npgsql itself reads them.</summary>
[Fast]
public class NpgsqlFormatTests
{
    [Theory]
    [InlineData("db1", "Host=db1")]
    [InlineData("db1:6432", "Host=db1;Port=6432")]
    [InlineData("host=a,b port=1,2", "Host=a,b:2;Port=1")]
    [InlineData("host=a,b port=5433", "Host=a,b;Port=5433")]
    [InlineData("host=a,::1 port=1,2", "Host=a:1,::1;Port=2")]
    [InlineData("/var/run/postgresql", "Host=/var/run/postgresql")]
    [InlineData("host=db1 user='a;b=c' password='it''s'", "Host=db1;Username=\"a;b=c\";Password=\"it's\"")]
    [InlineData("host=db1 require_auth=!password,!md5", "Host=db1;Require Auth=!Password,!MD5")]
    [InlineData("host=db1 require_auth=scram-sha-256", "Host=db1;Require Auth=ScramSHA256")]
    [InlineData("host=db1 connect_timeout=-1", "Host=db1;Timeout=0")]
    [InlineData(
        "host=db1 sslmode=require sslnegotiation=direct channel_binding=require",
        "Host=db1;Channel Binding=Require;SSL Mode=Require;SSL Negotiation=Direct")]
    [InlineData("host=db1 keepalives=0 keepalives_idle=30 keepalives_interval=5", "Host=db1;TCP Keepalive=False")]
    [InlineData("host=db1 keepalives_idle=30 keepalives_interval=5", "Host=db1;TCP Keepalive Time=30;TCP Keepalive Interval=5")]
    [InlineData(
        "host=a,b target_session_attrs=read-write load_balance_hosts=random",
        "Host=a,b;Target Session Attributes=read-write;Load Balance Hosts=True")]
    public void Says_the_same_in_its_own_words(string endpoint, string expected) =>
        Assert.Equal(expected, Write.Text("Npgsql", endpoint.Replace("''", @"\'")));

    [Fact]
    public void The_systems_roots_are_what_it_uses_without_a_file()
    {
        FormattedConnection written = Write.As("Npgsql", "host=db1 sslrootcert=system");

        Assert.Equal("Host=db1;SSL Mode=VerifyFull", written.Text);
        Assert.StartsWith("sslrootcert=system is left out", Assert.Single(written.Warnings));
    }

    [Theory]
    [InlineData("host=db1 sslmode=verify-ca", "sslmode=verify-ca means less")]
    [InlineData("host=/tmp sslmode=verify-full", "sslmode=verify-full means more")]
    [InlineData("host=db1 target_session_attrs=read-write", "target_session_attrs is left out")]
    [InlineData("host=db1 connect_timeout=3600", "connect_timeout is shortened")]
    [InlineData("host=db1 keepalives_interval=5", "keepalives_interval is left out")]
    [InlineData("host=db1 client_encoding=auto", "client_encoding is left out")]
    [InlineData("host=db1 replication=database", "replication is left out")]
    public void Warns_of_what_it_takes_differently(string endpoint, string start) =>
        Assert.StartsWith(start, Write.Warning("Npgsql", endpoint));

    [Fact]
    public void Npgsql_reads_what_was_written() => Prop.ForAll(AnyConnection.Usable, connection =>
    {
        FormattedConnection written = ConnectionStringFormats.Get("Npgsql").Write(connection);
        var read = new NpgsqlConnectionStringBuilder(written.Text);

        Assert.Equal(connection["user"], read.Username);
        Assert.Equal(connection["dbname"], read.Database);
        Assert.Equal(connection["password"], read.Password);
        Assert.Equal(connection["passfile"], read.Passfile);
        Assert.Equal(connection["options"], read.Options);
        Assert.Equal(connection["application_name"] ?? connection["fallback_application_name"], read.ApplicationName);
        Assert.Equal(connection["sslcert"], read.SslCertificate);
        Assert.Equal(connection["sslkey"], read.SslKey);
        Assert.Equal(connection["sslpassword"], read.SslPassword);
        Assert.Equal(connection["sslrootcert"], read.RootCertificate);
        Assert.Equal(connection["sslmode"]?.Replace("-", "") ?? "prefer", read.SslMode.ToString(), ignoreCase: true);
        Assert.Equal(connection["channel_binding"] ?? "prefer", read.ChannelBinding.ToString(), ignoreCase: true);
        Assert.Equal(connection["gssencmode"] ?? "prefer", read.GssEncryptionMode.ToString(), ignoreCase: true);
        Assert.Equal(connection["krbsrvname"] ?? "postgres", read.KerberosServiceName);
        Assert.Equal(connection["load_balance_hosts"] == "random", read.LoadBalanceHosts);
        AssertHosts(connection, read);
        AssertWritable(read);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    /// <summary>NpgsqlMultiHostDataSource.cs: split at commas, trimmed, then host:port where there is a port.</summary>
    private static void AssertHosts(WrittenConnection connection, NpgsqlConnectionStringBuilder read)
    {
        string[] hosts = read.Host!.Split(',');
        Assert.Equal(connection.Hosts.Count, hosts.Length);
        foreach ((string host, ConnectionStringHost expected) in hosts.Zip(connection.Hosts.Select(it => new ConnectionStringHost(it.Host, it.Port))))
        {
            bool hasPort = host.Count(character => character == ':') == 1 || host.Contains("]:");
            int colon = host.LastIndexOf(':');
            Assert.Equal(expected.Name, hasPort ? host[..colon].Trim('[', ']') : host);
            Assert.Equal(expected.Port, hasPort ? int.Parse(host[(colon + 1)..], System.Globalization.CultureInfo.InvariantCulture) : read.Port);
        }
    }

    /// <summary>A data source is what checks one setting against another.</summary>
    private static void AssertWritable(NpgsqlConnectionStringBuilder read)
    {
        using var source = NpgsqlDataSource.Create(read);
        Assert.NotNull(source);
    }

    private sealed record ConnectionStringHost(string Name, int Port);
}
