using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates.Verification;
using PgSsl.Sandbox;
using PgSsl.SslModes.Names;

namespace PgSsl.Tests.SslModes.Names;

/// <summary>
/// Which library takes a certificate for a host. The rows were put to Go 1.19, Node.js 20.20, pgjdbc 42.5.5 on Java 17 and, each time
/// the tests run on Linux, to SslStream.
/// </summary>
[Fast]
public class NameRuleTests
{
    /// <summary>Alternative names, common names in the order of the certificate, the host, and who accepts it.</summary>
    public static TheoryData<string, string, string, string> Rows { get; } = new()
    {
        { "DNS:db.example.test", "x", "db.example.test", "net jdbc go node" },
        { "DNS:db.example.test", "x", "DB.Example.TEST", "net jdbc go node" },
        { "DNS:db.example.test", "x", "db.example.test.", "net go node" },
        { "DNS:db.example.test.", "x", "db.example.test", "node" },
        { "DNS:db.example.test", "x", "www.example.test", "" },
        { "DNS:www.example.test DNS:db.example.test", "x", "db.example.test", "net jdbc go node" },
        { "DNS:db", "x", "db", "net jdbc go node" },
        { "DNS:*.example.test", "x", "db.example.test", "net jdbc go node" },
        { "DNS:*.example.test", "x", "a.db.example.test", "" },
        { "DNS:*.example.test", "x", "example.test", "" },
        { "DNS:*.example.test", "x", ".example.test", "node" },
        { "DNS:*.test", "x", "db.test", "jdbc go" },
        { "DNS:*", "x", "db", "go" },
        { "DNS:d*.example.test", "x", "db.example.test", "node" },
        { "DNS:*b.example.test", "x", "db.example.test", "jdbc node" },
        { "DNS:db.*.test", "x", "db.example.test", "" },
        { "DNS:*example.test", "x", "dbexample.test", "jdbc" },
        { "DNS:*.example.test", "x", "d_b.example.test", "jdbc go node" },
        { "DNS:d_b.example.test", "x", "d_b.example.test", "net jdbc go node" },
        { "DNS:*.ex_ample.test", "x", "db.ex_ample.test", "jdbc go node" },
        { "DNS:-db.example.test", "x", "-db.example.test", "jdbc go node" },
        { "DNS:xn--bcher-kva.test", "x", "bücher.test", "net jdbc" },
        { "", "db.example.test", "db.example.test", "net jdbc node" },
        { "", "*.example.test", "db.example.test", "net jdbc node" },
        { "", "db.example.test x", "db.example.test", "net jdbc node" },
        { "", "x db.example.test", "db.example.test", "net jdbc node" },
        { "", "db.example.test a.db.example.test", "db.example.test", "net node" },
        { "DNS:www.example.test", "db.example.test", "db.example.test", "" },
        { "IP:127.0.0.1", "db.example.test", "db.example.test", "net jdbc node" },
        { "email:a@example.test", "db.example.test", "db.example.test", "net jdbc node" },
        { "IP:127.0.0.1", "x", "127.0.0.1", "net jdbc go node" },
        { "IP:127.0.0.2", "x", "127.0.0.1", "" },
        { "DNS:127.0.0.1", "x", "127.0.0.1", "jdbc" },
        { "", "127.0.0.1", "127.0.0.1", "net jdbc" },
        { "IP:127.0.0.2", "127.0.0.1", "127.0.0.1", "net jdbc" },
        { "DNS:www.example.test", "127.0.0.1", "127.0.0.1", "net" },
        { "IP:::1", "x", "::1", "net go node" },
        { "IP:::1", "x", "0:0:0:0:0:0:0:1", "net jdbc go node" },
        { "IP:2001:db8::1", "x", "2001:DB8::1", "net go node" },
        { "", "", "db.example.test", "" },
    };

    [Theory, MemberData(nameof(Rows))]
    public void Each_library_has_its_own(string alternatives, string common, string host, string accepters)
    {
        using X509Certificate2 leaf = Mint(alternatives, common);
        Dictionary<string, NameVerdict> verdicts = new()
        {
            ["net"] = DotNetNames.Verify(leaf, host),
            ["jdbc"] = PgjdbcNames.Verify(leaf, host),
            ["go"] = GoNames.Verify(leaf, host),
            ["node"] = NodeNames.Verify(leaf, host),
        };

        Assert.Equal(accepters, string.Join(' ', verdicts.Where(pair => pair.Value.Matches).Select(pair => pair.Key)));
        Assert.All(verdicts.Values, verdict => Assert.Equal(verdict.Matches, verdict.Reason.Length == 0));
    }

    [Theory, MemberData(nameof(Rows))]
    public async Task SslStream_says_the_same_on_Linux(string alternatives, string common, string host, string accepters)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Windows and macOS have rules of their own.");
        using X509Certificate2 leaf = Mint(alternatives, common);

        Assert.Equal(accepters.Contains("net"), await IsAcceptedBySslStreamAsync(leaf, host));
    }

    [Theory]
    [InlineData(
        "DNS:a.test DNS:b.test DNS:c.test DNS:d.test DNS:e.test", "x",
        "certificate is for a.test, b.test, c.test and 2 more, not for db.example.test")]
    [InlineData("", "db.example.test",
        "certificate is for db.example.test; Go finds no name in it to compare with db.example.test: it needs a subject alternative name")]
    [InlineData("", "", "certificate names no host, and the client connects to db.example.test")]
    [InlineData("DNS:a\u001b[2J", "x", "certificate is for a<U+001B>[2J, not for db.example.test")]
    public void The_reason_names_what_there_is(string alternatives, string common, string expected)
    {
        using X509Certificate2 leaf = Mint(alternatives, common);

        Assert.Equal(expected, GoNames.Verify(leaf, "db.example.test").Reason);
    }

    [Fact]
    public void A_host_that_no_name_can_have_does_not_match()
    {
        using X509Certificate2 leaf = Mint("DNS:db", "x");

        Assert.Equal(".NET refuses the host name \"a..b\": it is not a valid domain name", DotNetNames.Verify(leaf, "a..b").Reason);
    }

    private static X509Certificate2 Mint(string alternatives, string common)
    {
        string[] names = alternatives.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string[] commonNames = common.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        IEnumerable<string> Of(string prefix) =>
            names.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Select(name => name[prefix.Length..]);
        return TestAuthority.IssueSelfSigned(new LeafOptions
        {
            CommonNames = commonNames,
            Subject = commonNames.Length == 0 ? new X500DistinguishedName("O=Nameless") : null,
            RawDnsNames = [.. Of("DNS:").Select(System.Text.Encoding.ASCII.GetBytes)],
            IpAddresses = [.. Of("IP:").Select(IPAddress.Parse)],
            EmailAddresses = [.. Of("email:")],
        }).Certificate;
    }

    private static async Task<bool> IsAcceptedBySslStreamAsync(X509Certificate2 leaf, string host)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Task serving = ServeAsync(listener, leaf);
        using var client = new TcpClient();
        await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        bool accepted = false;
        using (var stream = new SslStream(client.GetStream(), leaveInnerStreamOpen: false, (_, _, _, errors) =>
        {
            accepted = !errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch);
            return accepted;
        }))
        {
            try
            {
                await stream.AuthenticateAsClientAsync(host);
            }
            catch (Exception exception) when (exception is ArgumentException or AuthenticationException)
            {
                // A host name that it refuses before it looks at any certificate, or the name mismatch itself.
            }
        }
        await serving;
        return accepted;
    }

    private static async Task ServeAsync(TcpListener listener, X509Certificate2 leaf)
    {
        using TcpClient accepted = await listener.AcceptTcpClientAsync();
        using var stream = new SslStream(accepted.GetStream());
        try
        {
            await stream.AuthenticateAsServerAsync(leaf);
        }
        catch (IOException)
        {
            // The client hung up.
        }
    }
}
