using PgSsl.Connections;
using PgSsl.Connections.Formats;

namespace PgSsl.Tests.Connections.Formats;

/// <summary>What holds for both drivers.</summary>
[Fast]
public class DriverFormatTests
{
    public static TheoryData<string> Drivers => ["Npgsql", "Jdbc"];

    [Theory]
    [MemberData(nameof(Drivers))]
    public void Every_parameter_of_libpq_has_an_answer(string driver)
    {
        var format = (DriverFormat)ConnectionStringFormats.Get(driver);

        Assert.Equal(
            ConnectionParameters.All.Select(parameter => parameter.Name).Except(["service", "host", "hostaddr", "port"]).Order(),
            format.Table.Keys.Order());
    }

    [Theory]
    [MemberData(nameof(Drivers))]
    public void What_cannot_be_written_is_told_with_what_to_do_instead(string driver)
    {
        var format = (DriverFormat)ConnectionStringFormats.Get(driver);
        foreach ((string name, DriverParameter parameter) in format.Table.Where(entry => entry.Value.Keyword is null))
        {
            Assert.Matches(@"^\S.*\.$", parameter.Instead);
            Assert.Null(parameter.Translate("1"));
        }
    }

    [Theory]
    [MemberData(nameof(Drivers))]
    public void Each_mode_is_written_and_none_is_made_up(string driver)
    {
        foreach (SslMode mode in Enum.GetValues<SslMode>())
        {
            string text = Write.As(driver, $"host=a sslmode={mode.ToLibpq()}").Text;
            Assert.Contains(mode.ToLibpq().Replace("-", ""), text.Replace("-", "").ToLowerInvariant());
        }
        Assert.DoesNotContain("mode", Write.Text(driver, "db1").ToLowerInvariant());
    }

    [Theory]
    [InlineData("sslmode=require")]
    [InlineData("sslmode=prefer")]
    [InlineData("sslmode=allow")]
    [InlineData("")]
    public void A_root_that_a_mode_does_not_look_at_is_told(string mode)
    {
        foreach (string driver in new[] { "Npgsql", "Jdbc" })
            Assert.Contains("never verifies", Write.Warning(driver, $"host=a sslrootcert=r.pem {mode}"));
    }

    [Theory]
    [InlineData("host=a sslmode=verify-ca sslrootcert=r.pem")]
    [InlineData("host=a sslmode=verify-full sslrootcert=r.pem")]
    [InlineData("host=a sslmode=verify-full")]
    [InlineData("host=a sslmode=require")]
    [InlineData("host=10.0.0.1 hostaddr=10.0.0.1")]
    [InlineData("host=a sslmode=disable sslrootcert=r.pem")]
    [InlineData("host=a sslcompression=0 sslsni=1 sslcertmode=allow gssdelegation=0 fallback_application_name=x application_name=y")]
    public void What_means_the_same_needs_no_warning(string endpoint)
    {
        Assert.NotEmpty(Write.Text("Npgsql", endpoint));
        Assert.NotEmpty(Write.Text("Jdbc", endpoint));
    }

    [Theory]
    [MemberData(nameof(Drivers))]
    public void The_host_stays_beside_hostaddr_because_it_is_what_verify_full_compares(string driver)
    {
        FormattedConnection written = Write.As(driver, "host=db1 hostaddr=10.0.0.1 sslmode=verify-full");

        Assert.Contains("db1", written.Text);
        Assert.DoesNotContain("10.0.0.1", written.Text);
        Assert.StartsWith("hostaddr is left out", Assert.Single(written.Warnings));
    }

    [Theory]
    [MemberData(nameof(Drivers))]
    public void An_address_without_a_host_is_the_host(string driver) => Assert.Contains("10.0.0.1", Write.Text(driver, "hostaddr=10.0.0.1"));

    [Theory]
    [InlineData("host=project:region:instance")]
    [InlineData("host='a b'")]
    [InlineData("host=a/b")]
    [InlineData("host=a?b")]
    public void A_host_that_would_be_syntax_is_refused(string endpoint)
    {
        Assert.Equal(PgSslError.InvalidParameterValue, Write.Refusal("Npgsql", endpoint).Error);
        Assert.Equal(PgSslError.InvalidParameterValue, Write.Refusal("Jdbc", endpoint).Error);
    }

    [Theory]
    [MemberData(nameof(Drivers))]
    public void A_server_that_nobody_named_is_told(string driver) =>
        Assert.Contains("/var/run/postgresql", Write.Warning(driver, "dbname=orders"));

    [Theory]
    [InlineData("sslcrl=r.crl")]
    [InlineData("sslcrldir=crls")]
    [InlineData("ssl_min_protocol_version=TLSv1.3")]
    [InlineData("ssl_max_protocol_version=TLSv1.2")]
    [InlineData("sslsni=0")]
    [InlineData("sslcertmode=disable")]
    [InlineData("require_auth=oauth")]
    [InlineData("requirepeer=postgres")]
    [InlineData("oauth_issuer=https://id.example.com")]
    [InlineData("sslkeylogfile=keys.log")]
    [InlineData("keepalives_count=3")]
    [InlineData("tcp_user_timeout=1000")]
    [InlineData("min_protocol_version=3.2")]
    public void What_neither_driver_has_is_left_out_and_told_by_name(string parameter)
    {
        foreach (string driver in new[] { "Npgsql", "Jdbc" })
        {
            FormattedConnection written = Write.As(driver, $"host=db1 {parameter}");
            Assert.Equal(Write.Text(driver, "db1"), written.Text);
            Assert.StartsWith($"{parameter.Split('=')[0]} is left out", Assert.Single(written.Warnings));
        }
    }
}
