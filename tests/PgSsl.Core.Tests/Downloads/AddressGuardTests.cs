using System.Net;
using System.Net.NetworkInformation;
using PgSsl.Downloads;

namespace PgSsl.Tests.Downloads;

[Fast]
public sealed class AddressGuardTests
{
    [Theory]
    [InlineData("169.254.169.254")]
    [InlineData("169.254.0.1")]
    [InlineData("fe80::1")]
    [InlineData("febf::1")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("fd00:ec2::254")]
    [InlineData("fd00:ec2::254%7")]
    [InlineData("fd00:ec2::23")]
    [InlineData("fd20:ce::254")]
    [InlineData("fd00:c1::a9fe:a9fe")]
    [InlineData("192.0.0.192")]
    [InlineData("fd00:100::100:200")]
    [InlineData("fd00:a9fe:a9fe::1")]
    [InlineData("fd00:42::42")]
    [InlineData("100.100.100.200")]
    [InlineData("64:ff9b::100.100.100.200")]
    [InlineData("168.63.129.16")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("ff02::1")]
    [InlineData("::169.254.169.254")]
    [InlineData("::ffff:0:169.254.169.254")]
    [InlineData("64:ff9b::169.254.169.254")]
    [InlineData("64:ff9b:1::169.254.169.254")] // /96
    [InlineData("64:ff9b:1:abcd:a9:fea9:fe00:0")] // /64
    [InlineData("64:ff9b:1:aba9:fe:a9fe::")] // /56
    [InlineData("64:ff9b:1:a9fe:a9:fe00::")] // /48
    [InlineData("2002:a9fe:a9fe::1")]
    public void Is_never_asked(string address) => Assert.NotNull(AddressGuard.WhyNot(IPAddress.Parse(address), mayAskThisMachine: true));

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.8.8.8")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    [InlineData("::1%7")]
    [InlineData("::127.0.0.1")]
    [InlineData("::ffff:0:127.0.0.1")]
    [InlineData("64:ff9b::127.0.0.1")]
    [InlineData("64:ff9b:1:fffe::127.0.0.1")]
    [InlineData("2002:7f00:1::")]
    public void Is_asked_only_where_this_machine_may_be(string address)
    {
        Assert.Null(AddressGuard.WhyNot(IPAddress.Parse(address), mayAskThisMachine: true));
        Assert.NotNull(AddressGuard.WhyNot(IPAddress.Parse(address), mayAskThisMachine: false));
    }

    [Fact]
    public void This_machine_s_network_addresses_are_this_machine()
    {
        IPAddress[] own = [.. NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(card => card.GetIPProperties().UnicastAddresses)
            .Select(unicast => unicast.Address)
            .Where(address => !address.IsIPv6LinkLocal)];
        Assert.NotEmpty(own);
        Assert.All(own, address => Assert.NotNull(AddressGuard.WhyNot(address, mayAskThisMachine: false)));
    }

    // A company's own authority is on the company's own network.
    [Theory]
    [InlineData("10.0.0.1")]
    [InlineData("192.168.1.1")]
    [InlineData("172.16.0.1")]
    [InlineData("fd12:3456::1")]
    [InlineData("93.184.216.34")]
    [InlineData("2606:2800:220:1::1")]
    [InlineData("169.253.0.1")]
    [InlineData("169.255.0.1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("64:ff9b::10.0.0.1")]
    [InlineData("64:ff9b:1::10.0.0.1")]
    [InlineData("64:ff9b:1:a00:0:100::")]
    [InlineData("64:ff9b:1:fffe::10.0.0.1")]
    [InlineData("2002:a00:1::1")]
    public void Is_asked(string address) => Assert.Null(AddressGuard.WhyNot(IPAddress.Parse(address), mayAskThisMachine: false));

    [Fact]
    public void A_proxys_password_stays_at_home()
    {
        var proxy = new WebProxy("http://proxy.test:3128") { Credentials = new NetworkCredential("me", "hunter2") };

        var guarded = new ProxyWithoutCredentials(proxy);

        Assert.Null(guarded.Credentials);
        Assert.Equal(new Uri("http://proxy.test:3128"), guarded.GetProxy(new Uri("http://db1.test/")));
    }
}
