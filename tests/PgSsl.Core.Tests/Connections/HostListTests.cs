using PgSsl.Connections;

namespace PgSsl.Tests.Connections;

[Fast]
public sealed class HostListTests : IDisposable
{
    private readonly World _world = new();

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData("db1:6432", "db1||6432")]
    [InlineData("host=db1,db2", "db1||5432 db2||5432")]
    [InlineData("host=db1,db2 port=6432", "db1||6432 db2||6432")]
    [InlineData("host=db1,db2 port=1,2", "db1||1 db2||2")]
    [InlineData("host=db1,db2 port=,2", "db1||5432 db2||2")]
    [InlineData("postgresql://db1,[::1]:2/", "db1||5432 ::1||2")]
    [InlineData("hostaddr=10.0.0.1", "|10.0.0.1|5432")]
    [InlineData("host=db1 hostaddr=10.0.0.1", "db1|10.0.0.1|5432")]
    [InlineData("host=db1,db2 hostaddr=10.0.0.1,::1", "db1|10.0.0.1|5432 db2|::1|5432")]
    [InlineData("host=db1,db2 hostaddr=,10.0.0.2", "db1||5432 db2|10.0.0.2|5432")]
    [InlineData("host=db1,,db2", "db1||5432 /var/run/postgresql||5432 db2||5432")]
    [InlineData("user=app", "/var/run/postgresql||5432")]
    [InlineData("host=db1 port=' 7 '", "db1||7")]
    [InlineData("host=db1 port=''", "db1||5432")]
    public void Lists_expand_as_libpq_expands_them(string endpoint, string expected) =>
        Assert.Equal(expected, string.Join(' ', _world.Resolve(endpoint).Hosts.Select(host => $"{host.Host}|{host.HostAddress}|{host.Port}")));

    [Fact]
    public void On_Windows_the_default_host_is_localhost() =>
        Assert.Equal("localhost", Assert.Single(PgEndpoint.Parse("user=app").Resolve(_world.Windows).Hosts).Host);

    [Theory]
    [InlineData("host=a,b port=1,2,3", PgSslError.ContradictoryParameters, "port")]
    [InlineData("host=a port=1,2", PgSslError.ContradictoryParameters, "port")]
    [InlineData("host=a,b hostaddr=::1", PgSslError.ContradictoryParameters, "host")]
    [InlineData("host=a port=0", PgSslError.InvalidParameterValue, "\"0\"")]
    [InlineData("host=a,b port=1,65536", PgSslError.InvalidParameterValue, "\"65536\"")]
    [InlineData("host=a port=5432x", PgSslError.InvalidParameterValue, "what is given as port")]
    [InlineData("hostaddr=db1", PgSslError.InvalidParameterValue, "IP address")]
    public void Refuses_lists_that_do_not_fit(string endpoint, PgSslError error, string fragment)
    {
        PgSslException refusal = _world.Refuse(endpoint);
        Assert.Equal(error, refusal.Error);
        Assert.Contains(fragment, refusal.Message);
    }
}
