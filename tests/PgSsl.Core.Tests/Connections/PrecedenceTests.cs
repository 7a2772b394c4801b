using PgSsl.Connections;

namespace PgSsl.Tests.Connections;

[Fast]
public sealed class PrecedenceTests : IDisposable
{
    private readonly World _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public void Explicit_goes_before_service_file_before_environment_before_default()
    {
        string file = _world.Write("home/.pg_service.conf", "[billing]\nsslmode=allow\nuser=service\nport=2\n");
        _world.Set("PGSERVICE", "billing").Set("PGSSLMODE", "disable").Set("PGUSER", "env").Set("PGPORT", "3").Set("PGAPPNAME", "app");
        ConnectionSettings settings = _world.Resolve("host=db1 sslmode=require");

        Assert.Equal(("require", SettingSource.Explicit, null), Source(settings, "sslmode"));
        Assert.Equal(("service", SettingSource.ServiceFile, $"{file}:3"), Source(settings, "user"));
        Assert.Equal(("2", SettingSource.ServiceFile, $"{file}:4"), Source(settings, "port"));
        Assert.Equal(("app", SettingSource.Environment, "PGAPPNAME"), Source(settings, "application_name"));
        Assert.Equal(("prefer", SettingSource.Default, null), Source(settings, "channel_binding"));
        Assert.Equal(("billing", SettingSource.Environment, "PGSERVICE"), Source(settings, "service"));
    }

    [Fact]
    public void Every_parameter_has_a_setting_in_the_order_of_the_catalogue() =>
        Assert.Equal(ConnectionParameters.All.Select(parameter => parameter.Name), _world.Resolve("db1").All.Select(setting => setting.Name));

    [Theory]
    [InlineData("1", SslMode.Require)]
    [InlineData("0", SslMode.Prefer)]
    public void PGREQUIRESSL_stands_in_for_sslmode(string value, Enum expected) =>
        Assert.Equal(expected, _world.Set("PGREQUIRESSL", value).Resolve("db1").SslMode);

    [Fact]
    public void PGSSLMODE_goes_before_PGREQUIRESSL() =>
        Assert.Equal(SslMode.Allow, _world.Set("PGREQUIRESSL", "1").Set("PGSSLMODE", "allow").Resolve("db1").SslMode);

    [Fact]
    public void System_roots_make_verify_full_the_default()
    {
        ConnectionSettings settings = _world.Set("PGSSLROOTCERT", "system").Resolve("db1");
        Assert.Equal(("verify-full", SettingSource.Default, null), Source(settings, "sslmode"));
        Assert.True(settings.UsesSystemRoots);
        Assert.Null(settings.RootCertificatePath);
        Assert.Null(settings.CrlPath);
    }

    [Fact]
    public void Without_a_user_the_operating_systems_name_is_role_and_database()
    {
        ConnectionSettings settings = _world.Resolve("host=db1 user=''");
        Assert.Equal("alice", settings.UserName);
        Assert.Equal("alice", settings.Database);
    }

    [Fact]
    public void The_database_is_named_after_the_role() => Assert.Equal("app", _world.Resolve("host=db1 user=app").Database);

    [Fact]
    public void A_database_that_looks_like_a_connection_string_is_a_name() =>
        Assert.Equal("host=evil", _world.Resolve("host=db1 dbname='host=evil'").Database);

    [Fact]
    public void An_empty_explicit_value_hides_the_environment()
    {
        ConnectionSettings settings = _world.Set("PGHOSTADDR", "10.0.0.1").Resolve("host=db1 hostaddr=''");
        Assert.Equal([new ConnectionHost("db1", null, 5432)], settings.Hosts);
    }

    [Fact]
    public void Secrets_are_masked_wherever_they_come_from_and_still_at_hand()
    {
        ConnectionSettings settings = _world.Set("PGPASSWORD", "one").Resolve("host=db1 sslpassword=two");
        Assert.Equal("********", settings["password"]);
        Assert.Equal("********", settings["sslpassword"]);
        Assert.Equal("two", settings.GetSecret("sslpassword"));
        Assert.DoesNotContain(settings.All, setting => setting.ToString().Contains("two") || setting.ToString().Contains("one,"));
    }

    [Fact]
    public void An_unknown_name_is_refused_when_asked_for() =>
        Assert.Equal(PgSslError.UnknownParameter, Assert.Throws<PgSslException>(() => _world.Resolve("db1").Get("ssl")).Error);

    private static (string? Value, string Source, string? Origin) Source(ConnectionSettings settings, string name)
    {
        ConnectionSetting setting = settings.Get(name);
        return (setting.Value, setting.Source, setting.Origin);
    }
}
