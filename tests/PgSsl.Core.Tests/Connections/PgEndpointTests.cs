using PgSsl.Connections;

namespace PgSsl.Tests.Connections;

[Fast]
public class PgEndpointTests
{
    [Theory]
    [InlineData("host", "host")]
    [InlineData("HostName", "host")]
    [InlineData("Server", "host")]
    [InlineData("computername", "host")]
    [InlineData("HOSTADDR", "hostaddr")]
    [InlineData("Address", "hostaddr")]
    [InlineData("UserName", "user")]
    [InlineData("Database", "dbname")]
    [InlineData("RootCertificate", "sslrootcert")]
    [InlineData("SslRootCert", "sslrootcert")]
    public void A_hashtable_may_use_names_in_any_case_and_aliases(string name, string parameter) =>
        Assert.Equal("x", FromParameters((name, "x")).Parameters[parameter]);

    [Theory]
    [InlineData("VerifyFull", "verify-full")]
    [InlineData("verify-CA", "verify-ca")]
    [InlineData("Require", "require")]
    public void A_hashtable_may_spell_sslmode_as_PowerShell_does(string value, string sslmode) =>
        Assert.Equal(sslmode, FromParameters(("SslMode", value)).Parameters["sslmode"]);

    [Fact]
    public void An_empty_value_in_a_hashtable_counts_as_not_given() =>
        Assert.Empty(FromParameters(("sslmode", "")).Parameters);

    [Fact]
    public void The_same_parameter_under_two_names_is_refused()
    {
        var refusal = Assert.Throws<PgSslException>(() => FromParameters(("host", "a"), ("Server", "b")));
        Assert.Equal(PgSslError.ContradictoryParameters, refusal.Error);
    }

    [Fact]
    public void An_unknown_name_is_refused_even_without_a_value() =>
        Assert.Equal(PgSslError.UnknownParameter, Assert.Throws<PgSslException>(() => FromParameters(("sslmod", ""))).Error);

    [Fact]
    public void The_text_of_a_hashtable_is_a_connection_string_without_secrets() =>
        Assert.Equal("host=db1 password=********", FromParameters(("Server", "db1"), ("password", "s3cret")).Text);

    [Theory]
    [InlineData("Host=db1;Username=a;Password=hunter2")]
    [InlineData("host=db1;password=hunter2")]
    [InlineData("Server=db1; Port=5432; User Id=a; Password=hunter2;")]
    public void A_connection_string_of_another_kind_is_refused_and_its_password_not_shown(string text)
    {
        var refusal = Assert.Throws<PgSslException>(() => PgEndpoint.Parse(text));

        Assert.Equal(PgSslError.InvalidEndpoint, refusal.Error);
        Assert.DoesNotContain("hunter2", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Npgsql", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("host=db1 options='-c a=b;c=d'")]
    [InlineData("host=db1 password=a;b")]
    public void A_semicolon_in_a_value_is_libpqs_business(string text) => Assert.Equal("db1", PgEndpoint.Parse(text).Parameters["host"]);

    [Fact]
    public void With_replaces_one_parameter_and_leaves_the_original_alone()
    {
        PgEndpoint original = PgEndpoint.Parse("host=db1 sslmode=allow");
        PgEndpoint changed = original.With("sslmode", "require").With("port", "6432");
        Assert.Equal("allow", original.Parameters["sslmode"]);
        Assert.Equal("require", changed.Parameters["sslmode"]);
        Assert.Equal("6432", changed.Parameters["port"]);
        Assert.Equal(original.Text, changed.Text);
    }

    [Fact]
    public void With_null_takes_a_parameter_away() =>
        Assert.DoesNotContain("port", PgEndpoint.Parse("db1:6432").With("port", null).Parameters.Keys);

    [Fact]
    public void With_refuses_an_unknown_parameter() =>
        Assert.Equal(PgSslError.UnknownParameter, Assert.Throws<PgSslException>(() => PgEndpoint.Parse("db1").With("ssl", "1")).Error);

    private static PgEndpoint FromParameters(params (string Name, string Value)[] parameters) =>
        PgEndpoint.FromParameters(parameters.Select(parameter => KeyValuePair.Create(parameter.Name, parameter.Value)));
}
