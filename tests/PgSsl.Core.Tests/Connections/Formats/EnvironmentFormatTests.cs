using FsCheck;
using FsCheck.Fluent;
using PgSsl.Connections;
using PgSsl.Connections.Formats;

namespace PgSsl.Tests.Connections.Formats;

/// <summary>Files of environment variables, as docker and systemd read them.</summary>
public class EnvironmentFormatTests
{
    [Fact]
    public void Each_parameter_is_a_line_with_its_variable() =>
        Assert.Equal(
            "PGHOST=db1\nPGDATABASE=my orders\nPGSSLMODE=verify-full\nPGSSLROOTCERT=system",
            Write.Text("Environment", "host=db1 dbname='my orders' sslmode=verify-full sslrootcert=system"));

    [Theory]
    [InlineData("host=db1 sslpassword=x", "sslpassword")]
    [InlineData("host=db1 keepalives=0", "keepalives")]
    [InlineData("host=db1 sslkeylogfile=x", "sslkeylogfile")]
    [InlineData("host=db1 options='a\nb'", "options")]
    [InlineData("host=db1 options='a\rb'", "options")]
    public void What_no_line_can_say_is_left_out_and_told(string endpoint, string name)
    {
        FormattedConnection written = Write.As("Environment", endpoint, options: new() { IncludeSecrets = true });

        Assert.Equal("PGHOST=db1", written.Text);
        Assert.StartsWith($"{name} is left out: ", Assert.Single(written.Warnings));
    }

    [Theory]
    [InlineData(@"C:\roots\corp.pem")]
    [InlineData("'quoted'")]
    [InlineData("\"")]
    [InlineData(" a")]
    [InlineData("a\t")]
    public void A_value_that_systemd_would_change_is_written_and_told(string value)
    {
        FormattedConnection written = Write.As("Environment", $"host=db1 sslrootcert={ConninfoText.Quote(value)}");

        Assert.Equal($"PGHOST=db1\nPGSSLROOTCERT={value}", written.Text);
        Assert.Contains("systemd", Assert.Single(written.Warnings));
    }

    [Theory]
    [InlineData("it's")]
    [InlineData("a \"b\" c")]
    [InlineData("#a;b$c")]
    public void A_value_that_systemd_takes_as_it_is_needs_no_warning(string value) =>
        Assert.Contains($"={value}", Write.Text("Environment", $"host=db1 sslrootcert={ConninfoText.Quote(value)}"));

    [Fact]
    public void What_is_written_is_what_libpq_would_find()
    {
        using var home = new World();
        Prop.ForAll(AnyConnection.Usable, connection =>
        {
            FormattedConnection written = ConnectionStringFormats.Get("Environment").Write(connection);
            Dictionary<string, string> variables =
                written.Text.Split('\n').Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
            var environment = new ConnectionEnvironment(variables, home.Home, "alice", home.Root);
            Dictionary<string, string> read = PgEndpoint.FromParameters([]).Resolve(environment).All
                .Where(setting => setting.Source == SettingSource.Environment).ToDictionary(setting => setting.Name, setting => setting.Raw!);
            ServiceFormatTests.AssertAllButTheWarnedOf(connection, written.Warnings, read);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));
    }
}
