using System.Text;
using PgSsl.Server.Configuration;

namespace PgSsl.Tests.Server.Configuration;

/// <summary>What changes in configuration files, and what does not.</summary>
[Fast]
public class ConfigurationPlannerTests
{
    [Theory]
    [InlineData("ssl = off\n", "ssl = on\n")]
    [InlineData("  SSL\toff # not yet\r\nport = 1\r\n", "  SSL\ton # not yet\r\nport = 1\r\n")]
    [InlineData("ssl='off'", "ssl='on'")]
    [InlineData("ssl = on\nssl = off\n", "ssl = on\nssl = on\n")]
    [InlineData("ssl = 0#x", "ssl = on#x")]
    public void The_assignment_that_counts_gets_another_value_and_nothing_else(string before, string after) =>
        Assert.Equal(after, Apply(before, ("ssl", "on")));

    [Theory]
    [InlineData("ssl = on")]
    [InlineData("ssl = TRUE")]
    [InlineData("ssl = off\nssl 1\n")]
    public void A_value_that_means_the_same_stays_as_it_is_written(string text) => Assert.True(Plan(text, ("ssl", "on")).IsNoChange);

    [Fact]
    public void What_is_off_by_itself_need_not_be_switched_off() => Assert.True(Plan("#ssl = off\nport = 1\n", ("ssl", "off")).IsNoChange);

    [Fact]
    public void A_new_assignment_comes_behind_the_one_that_initdb_commented_out() => Assert.Equal(
        "# - SSL -\n\n#ssl = off\nssl = on\n#ssl_ca_file = ''\n#ssl_cert_file = 'server.crt'\nssl_cert_file = '/etc/ssl/db1.crt'\n" +
        "#ssl_ciphers = 'x' # allowed\n\nport = 1\n",
        Apply(
            "# - SSL -\n\n#ssl = off\n#ssl_ca_file = ''\n#ssl_cert_file = 'server.crt'\n#ssl_ciphers = 'x' # allowed\n\nport = 1\n",
            ("ssl_cert_file", "/etc/ssl/db1.crt"), ("ssl", "on")));

    [Theory]
    [InlineData("# ssl is what we want\nport = 1", "# ssl is what we want\nport = 1\nssl = on\n")]
    [InlineData("", "ssl = on\n")]
    [InlineData("port = 1\r\n", "port = 1\r\nssl = on\r\n")]
    public void Without_one_it_comes_last(string before, string after) => Assert.Equal(after, Apply(before, ("ssl", "on")));

    [Theory]
    [InlineData("it's", "'it''s'")]
    [InlineData(@"C:\keys\server.key", @"'C:\\keys\\server.key'")]
    [InlineData("a\nb", @"'a\nb'")]
    [InlineData("", "''")]
    public void Values_are_quoted_as_the_server_reads_them(string value, string written)
    {
        string text = Apply("ssl_key_file = x\n", ("ssl_key_file", value));
        Assert.Equal($"ssl_key_file = {written}\n", text);
        Assert.Equal(value, Read(new MemoryFiles((Main, text))).Effective("ssl_key_file")!.Value);
    }

    [Fact]
    public void The_former_name_is_kept_where_it_is_used() =>
        Assert.Equal("ssl_ecdh_curve = 'X25519:secp384r1'\n", Apply("ssl_ecdh_curve = 'prime256v1'\n", ("ssl_groups", "X25519:secp384r1")));

    [Fact]
    public void What_is_to_have_no_value_is_commented_out() =>
        Assert.Equal(
            "#ssl_ca_file = 'a'\nport = 1\n  #ssl_ca_file = 'b' # x\n",
            Apply("ssl_ca_file = 'a'\nport = 1\n  ssl_ca_file = 'b' # x\n", ("ssl_ca_file", null)));

    [Fact]
    public void A_file_that_is_included_may_have_it()
    {
        var files = new MemoryFiles((Main, "include_dir 'conf.d'\n"), ("/etc/pg/conf.d/50-tls.conf", "ssl = off # here\n"));
        ConfigurationPlan plan = ConfigurationPlanner.Plan(Read(files), "/etc/pg/conf.d/50-tls.conf", Wanted(("ssl", "on")), files);
        Assert.Equal("ssl = on # here\n", Encoding.UTF8.GetString(plan.NewContent));
        Assert.Equal(new ParameterChange("ssl", "off", "on"), Assert.Single(plan.Changes));
    }

    [Fact]
    public void Behind_an_include_an_assignment_counts_and_before_it_does_not()
    {
        var files = new MemoryFiles((Main, "#ssl = off\ninclude 'more.conf'\n"), ("/etc/pg/more.conf", "ssl = off\n"));
        ConfigurationPlan plan = ConfigurationPlanner.Plan(Read(files), Main, Wanted(("ssl", "on")), files);
        Assert.Equal("#ssl = off\ninclude 'more.conf'\nssl = on\n", Encoding.UTF8.GetString(plan.NewContent));
    }

    [Fact]
    public void A_later_file_that_overrides_it_is_named()
    {
        var files = new MemoryFiles((Main, "include 'a.conf'\ninclude 'b.conf'\n"), ("/etc/pg/a.conf", ""), ("/etc/pg/b.conf", "\nssl = off\n"));
        var failure = Assert.Throws<PgSslException>(() => ConfigurationPlanner.Plan(Read(files), "/etc/pg/a.conf", Wanted(("ssl", "on")), files));
        Assert.Equal(PgSslError.ContradictoryParameters, failure.Error);
        Assert.Contains("/etc/pg/b.conf:2 comes later", failure.Message);
        Assert.Contains("-ConfigurationPath /etc/pg/b.conf", failure.Remedy);
    }

    [Fact]
    public void What_ALTER_SYSTEM_wrote_overrides_all_files()
    {
        var files = new MemoryFiles((Main, "ssl = off\n"), ("/etc/pg/postgresql.auto.conf", "ssl = 'off'\n"));
        var failure = Assert.Throws<PgSslException>(() => ConfigurationPlanner.Plan(Read(files), Main, Wanted(("ssl", "on")), files));
        Assert.Contains("postgresql.auto.conf:1", failure.Message);
        Assert.Contains("ALTER SYSTEM RESET ssl", failure.Remedy);
    }

    [Theory]
    [InlineData("/etc/pg/other.conf", "does not read")]
    [InlineData("/etc/pg/postgresql.auto.conf", "Only ALTER SYSTEM writes")]
    public void A_file_that_is_not_read_or_not_anybodys_to_write_is_refused(string path, string message)
    {
        var files = new MemoryFiles((Main, ""), ("/etc/pg/other.conf", ""));
        Assert.Contains(
            message, Assert.Throws<PgSslException>(() => ConfigurationPlanner.Plan(Read(files), path, Wanted(("ssl", "on")), files)).Message);
    }

    [Theory]
    [InlineData("port = \nssl = off\n", ":1: syntax error")]
    [InlineData("include 'missing.conf'\n", ":1: could not open file")]
    [InlineData("ssl = maybe\n", ":1: setting could not be applied: ssl")]
    [InlineData("ssl_cert_file = server.crt\n", ":1: syntax error")]
    public void Files_that_the_server_would_not_load_are_left_alone(string text, string message)
    {
        var failure = Assert.Throws<PgSslException>(() => Plan(text, ("ssl", "on")));
        Assert.Equal(PgSslError.InvalidConfigurationFile, failure.Error);
        Assert.Contains(message, failure.Message);
    }

    [Theory]
    [InlineData("primary_conninfo = 'host=a password=SECRET'")]
    [InlineData("#my.secret_token = 'SECRET'")]
    [InlineData("my.pw = SECRET")]
    [InlineData("my.pw 'SECRET'")]
    [InlineData("my.apikey = 'SECRET'")]
    [InlineData("my.conn = 'postgres://u:SECRET@h/d'")]
    [InlineData("my.options = 'host=a password=SECRET'")]
    [InlineData("# pw SECRET")]
    public void A_diff_shows_no_secrets(string line)
    {
        string diff = string.Join('\n', Plan($"{line}\nssl = off\n", ("ssl", "on")).Diff);
        Assert.Contains("-ssl = off\n+ssl = on", diff);
        Assert.DoesNotContain("SECRET", diff);
    }

    [Theory]
    [InlineData("password_encryption = 'scram-sha-256'\t# scram-sha-256 or md5")]
    [InlineData("ssl_key_file = 'server.key'")]
    [InlineData("krb_server_keyfile = 'FILE:/etc/krb5.keytab'")]
    [InlineData("# this form, name = value, is as good as name value")]
    public void A_diff_shows_what_is_not_a_secret(string line) =>
        Assert.Contains(" " + line.Replace('\t', ' '), Plan($"{line}\nssl = off\n", ("ssl", "on")).Diff.Select(shown => shown.Replace('\t', ' ')));

    [Theory]
    [InlineData(null, "/var/lib/pg", "data_directory = '/var/lib/pg'\n")]
    [InlineData(null, "/etc/pg", "port = 1\n")]
    [InlineData("/data", "/data", "data_directory = '/var/lib/pg'\n")]
    public void The_data_directory_is_as_the_server_finds_it(string? given, string expected, string text) =>
        Assert.Equal(expected, ConfigurationDocument.Read(Main, given, new MemoryFiles((Main, text))).DataDirectory);

    private const string Main = "/etc/pg/postgresql.conf";

    private static ConfigurationDocument Read(MemoryFiles files) => ConfigurationDocument.Read(Main, null, files);

    private static ConfigurationPlan Plan(string text, params (string Name, string? Value)[] wanted)
    {
        var files = new MemoryFiles((Main, text));
        return ConfigurationPlanner.Plan(Read(files), Main, Wanted(wanted), files);
    }

    private static string Apply(string text, params (string Name, string? Value)[] wanted) => Encoding.UTF8.GetString(Plan(text, wanted).NewContent);

    private static Dictionary<string, string?> Wanted(params (string Name, string? Value)[] wanted) =>
        wanted.ToDictionary(one => one.Name, one => one.Value);
}
