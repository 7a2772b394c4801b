using PgSsl.Connections;

namespace PgSsl.Tests.Connections;

[Fast]
public class ConnectionHostTests
{
    [Theory]
    [InlineData("db1", "db1:5432")]
    [InlineData("10.0.0.1", "10.0.0.1:5432")]
    [InlineData("::1", "[::1]:5432")]
    public void Shows_an_IPv6_address_in_brackets(string host, string shown) =>
        Assert.Equal(shown, new ConnectionHost(host, null, 5432).ToString());

    [Theory]
    [InlineData("/var/run/postgresql", null, true)]
    [InlineData("@abstract", null, true)]
    [InlineData("db1", null, false)]
    [InlineData("/var/run/postgresql", "127.0.0.1", false)]
    public void A_socket_directory_is_a_Unix_socket_unless_an_address_is_given(string host, string? address, bool isSocket) =>
        Assert.Equal(isSocket, new ConnectionHost(host, address, 5432).IsUnixSocket);
}
