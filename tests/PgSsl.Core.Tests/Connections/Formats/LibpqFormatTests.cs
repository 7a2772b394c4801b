using FsCheck;
using FsCheck.Fluent;
using PgSsl.Connections;
using PgSsl.Connections.Formats;

namespace PgSsl.Tests.Connections.Formats;

/// <summary>Uri and Conninfo: libpq's own two forms, which must lose nothing.</summary>
public class LibpqFormatTests
{
    private static readonly Config Often = Config.QuickThrowOnFailure.WithMaxTest(500);

    [Theory]
    [InlineData("db1", "postgresql://db1")]
    [InlineData("db1:6432", "postgresql://db1:6432")]
    [InlineData("[::1]:5433", "postgresql://[::1]:5433")]
    [InlineData("host=fe80::1%eth0", "postgresql://[fe80::1%25eth0]")]
    [InlineData("/var/run/postgresql", "postgresql://%2Fvar%2Frun%2Fpostgresql")]
    [InlineData("service=crm", "postgresql:///?service=crm")]
    [InlineData("service=crm sslmode=verify-full", "postgresql:///?service=crm&sslmode=verify-full")]
    [InlineData("host=a port=1 dbname=c/d user=e@f", "postgresql://e%40f@a:1/c%2Fd")]
    [InlineData("host=a,b port=1,2", "postgresql://a:1,b:2")]
    [InlineData("postgresql://a,b:2/", "postgresql://a,b:2")]
    [InlineData("host=a sslrootcert=/etc/ssl/a+b.pem", "postgresql://a/?sslrootcert=/etc/ssl/a%2Bb.pem")]
    [InlineData("host=a options='-c x=1 -c y=2'", "postgresql://a/?options=-c%20x%3D1%20-c%20y%3D2")]
    [InlineData("port=5433", "postgresql://:5433")]
    [InlineData("user=app", "postgresql://app@")]
    [InlineData("hostaddr=10.0.0.1", "postgresql:///?hostaddr=10.0.0.1")]
    [InlineData("host=''", "postgresql:///?host=")]
    public void A_URI_looks_as_one_would_write_it(string endpoint, string expected) => Assert.Equal(expected, Write.Text("Uri", endpoint));

    [Fact]
    public void Hosts_without_ports_stay_without_because_a_list_in_a_URI_has_some() =>
        Assert.Equal("postgresql:///?host=a,b", Write.Text("Uri", "host=a,b"));

    [Theory]
    [InlineData("postgresql://app@db1:6432/orders?sslmode=require", "host=db1 port=6432 dbname=orders user=app sslmode=require")]
    [InlineData("sslmode=require user='a b' host=db1", "host=db1 user='a b' sslmode=require")]
    [InlineData("service=crm sslmode=verify-full", "service=crm sslmode=verify-full")]
    public void A_connection_string_begins_with_the_server(string endpoint, string expected) =>
        Assert.Equal(expected, Write.Text("Conninfo", endpoint));

    [Fact]
    public void A_value_that_ends_in_a_semicolon_does_not_make_it_an_ADO_NET_string()
    {
        string written = ConninfoText.Write([new("sslpassword", "pw;"), new("host", "db1")]);
        Assert.Equal("pw;", PgEndpoint.Parse(written).Parameters["sslpassword"]);
    }

    [Theory]
    [InlineData("Uri")]
    [InlineData("Conninfo")]
    public void What_is_written_reads_the_same(string format) => Prop.ForAll(AnyConnection.Anything, connection =>
    {
        if (connection.Parameters.Count > 0)
            Assert.Equal(connection.ToDictionary(), PgEndpoint.Parse(Text(format, connection)).Parameters);
    }).Check(Often);

    [Theory]
    [InlineData("Uri")]
    [InlineData("Conninfo")]
    public void What_is_written_reads_the_same_to_libpq(string format)
    {
        Libpq libpq = Libpq.Require();
        Prop.ForAll(AnyConnection.Anything, connection =>
        {
            Dictionary<string, string> known = connection.ToDictionary()
                .Where(parameter => (ConnectionParameters.Find(parameter.Key)!.SinceVersion ?? 0) <= libpq.MajorVersion)
                .ToDictionary(parameter => parameter.Key, parameter => parameter.Value);
            Assert.Equal(known, libpq.Parse(Text(format, connection with { Parameters = [.. known] })));
        }).Check(Often);
    }

    private static string Text(string format, WrittenConnection connection)
    {
        FormattedConnection written = ConnectionStringFormats.Get(format).Write(connection);
        Assert.Empty(written.Warnings);
        return written.Text;
    }
}
