using PgSsl.Connections;

namespace PgSsl.Tests.Connections;

[Fast]
public sealed class PathTests : IDisposable
{
    private readonly World _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public void Files_are_looked_for_in_the_configuration_directory()
    {
        ConnectionSettings settings = _world.Resolve("db1");
        Assert.Equal(Path.Combine(_world.Home, ".postgresql", "root.crt"), settings.RootCertificatePath);
        Assert.Equal(Path.Combine(_world.Home, ".postgresql", "root.crl"), settings.CrlPath);
        Assert.Equal(Path.Combine(_world.Home, ".postgresql", "postgresql.crt"), settings.ClientCertificatePath);
        Assert.Equal(Path.Combine(_world.Home, ".postgresql", "postgresql.key"), settings.ClientKeyPath);
        Assert.Equal(Path.Combine(_world.Home, ".pgpass"), settings["passfile"]);
        Assert.Equal(settings.RootCertificatePath, settings["sslrootcert"]);
    }

    [Fact]
    public void On_Windows_they_are_in_AppData()
    {
        ConnectionSettings settings = PgEndpoint.Parse("db1").Resolve(_world.Windows);
        Assert.Equal(Path.Combine(_world.Root, "AppData", "postgresql", "root.crt"), settings.RootCertificatePath);
        Assert.Equal(Path.Combine(_world.Root, "AppData", "postgresql", "pgpass.conf"), settings["passfile"]);
    }

    [Fact]
    public void Relative_paths_start_at_the_working_directory_and_a_tilde_is_a_name()
    {
        ConnectionSettings settings = _world.Resolve("host=db1 sslrootcert=ca/root.pem sslcert=~/my.crt");
        Assert.Equal(Path.Combine(_world.Root, "ca", "root.pem"), settings.RootCertificatePath);
        Assert.Equal(Path.Combine(_world.Root, "~", "my.crt"), settings.ClientCertificatePath);
    }

    [Fact]
    public void An_empty_path_means_the_default() =>
        Assert.Equal(Path.Combine(_world.Home, ".postgresql", "root.crt"), _world.Set("PGSSLROOTCERT", "").Resolve("db1").RootCertificatePath);

    [Fact]
    public void A_CRL_directory_replaces_the_default_CRL_file()
    {
        ConnectionSettings settings = _world.Resolve("host=db1 sslcrldir=crls");
        Assert.Null(settings.CrlPath);
        Assert.Equal(Path.Combine(_world.Root, "crls"), settings.CrlDirectory);
    }

    [Fact]
    public void CRL_file_and_directory_can_be_used_together()
    {
        ConnectionSettings settings = _world.Resolve("host=db1 sslcrldir=crls sslcrl=my.crl");
        Assert.Equal(Path.Combine(_world.Root, "my.crl"), settings.CrlPath);
        Assert.NotNull(settings.CrlDirectory);
    }

    [Fact]
    public void No_client_certificate_is_used_with_sslcertmode_disable()
    {
        ConnectionSettings settings = _world.Resolve("host=db1 sslcert=my.crt sslkey=my.key sslcertmode=disable");
        Assert.Null(settings.ClientCertificatePath);
        Assert.Null(settings.ClientKeyPath);
    }

    [Fact]
    public void A_key_in_an_engine_is_no_file() => Assert.Null(_world.Resolve("host=db1 sslkey=pkcs11:my-key").ClientKeyPath);

    [Fact]
    public void Without_a_home_there_are_no_default_files()
    {
        var homeless = new ConnectionEnvironment(_world.Variables, null, "alice", _world.Root);
        ConnectionSettings settings = PgEndpoint.Parse("db1").Resolve(homeless);
        Assert.Null(settings.RootCertificatePath);
        Assert.Null(settings["sslcert"]);
    }
}
