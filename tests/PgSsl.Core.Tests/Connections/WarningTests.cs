namespace PgSsl.Tests.Connections;

[Fast]
public sealed class WarningTests : IDisposable
{
    private readonly World _world = new();

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData("sslmode=disable", null)]
    [InlineData("sslmode=allow", "Protects from nothing")]
    [InlineData("sslmode=prefer", "Protects from nothing")]
    [InlineData("user=x", "Protects from nothing")]
    [InlineData("sslmode=require", "to any server")]
    [InlineData("sslmode=verify-full", null)]
    public void A_weak_sslmode_is_called_weak(string conninfo, string? fragment) =>
        AssertWarning(fragment, Warning($"host=db1 {conninfo}", "sslmode"));

    [Theory]
    [InlineData("sslmode=prefer", "plaintext")]
    [InlineData("sslmode=allow", "plaintext")]
    [InlineData("sslmode=require", "acts as verify-ca")]
    [InlineData("sslmode=verify-ca", null)]
    [InlineData("sslmode=disable", null)]
    public void A_default_root_file_that_exists_changes_every_sslmode(string conninfo, string? fragment)
    {
        _world.Write("home/.postgresql/root.crt");
        AssertWarning(fragment, Warning($"host=db1 {conninfo}", "sslrootcert"));
    }

    [Fact]
    public void Require_beside_a_root_file_is_not_called_unverified()
    {
        _world.Write("home/.postgresql/root.crt");
        Assert.Null(Warning("host=db1 sslmode=require", "sslmode"));
    }

    [Theory]
    [InlineData("sslmode=verify-full", "refuses to connect")]
    [InlineData("sslmode=require sslrootcert=missing.crt", "does not verify")]
    [InlineData("sslmode=verify-ca sslrootcert=missing.crt", "refuses to connect")]
    [InlineData("sslmode=require", null)]
    [InlineData("sslrootcert=system", null)]
    public void A_root_file_that_is_missing_is_told_where_it_matters(string conninfo, string? fragment) =>
        AssertWarning(fragment, Warning($"host=db1 {conninfo}", "sslrootcert"));

    [Fact]
    public void A_root_in_the_directory_of_the_well_known_typo_is_found()
    {
        string path = _world.Write("home/.postgres/root.crt");
        AssertWarning(path, Warning("host=db1", "sslrootcert"));
    }

    [Theory]
    [InlineData("sslcrl=my.crl sslrootcert=system", "sslcrl", "Ignored")]
    [InlineData("sslcrldir=crls sslrootcert=system", "sslcrldir", "Ignored")]
    [InlineData("sslcrl=my.crl", "sslcrl", "Does not exist")]
    [InlineData("sslcrl=''", "sslcrl", null)]
    [InlineData("user=x", "sslcrl", null)]
    public void Revocation_lists_that_have_no_effect_are_told(string conninfo, string name, string? fragment) =>
        AssertWarning(fragment, Warning($"host=db1 {conninfo}", name));

    [Theory]
    [InlineData("gssencmode=prefer", "before TLS")]
    [InlineData("user=x", "before TLS")]
    [InlineData("gssencmode=disable", null)]
    public void A_Kerberos_ticket_goes_before_TLS(string conninfo, string? fragment)
    {
        _world.Set("KRB5CCNAME", "FILE:" + _world.Write("tickets"));
        AssertWarning(fragment, Warning($"host=db1 {conninfo}", "gssencmode"));
    }

    [Fact]
    public void A_file_of_session_secrets_is_told() =>
        AssertWarning("decrypt", Warning("host=db1 sslkeylogfile=keys.log", "sslkeylogfile"));

    [Theory]
    [InlineData("FILE:nowhere", false)]
    [InlineData("nowhere", false)]
    [InlineData("KCM:1000", true)]
    public void Only_a_ticket_cache_that_may_exist_counts(string name, bool warned)
    {
        _world.Set("KRB5CCNAME", name);
        Assert.Equal(warned, Warning("host=db1", "gssencmode") is not null);
    }

    [Fact]
    public void On_a_socket_a_chosen_sslmode_is_ignored()
    {
        AssertWarning("Unix-domain", Warning("host=/tmp sslmode=verify-full", "sslmode"));
        Assert.Null(Warning("host=/tmp", "sslmode"));
        Assert.Null(Warning("host=/tmp sslmode=verify-full", "sslrootcert"));
    }

    [Fact]
    public void Resolving_looks_at_no_file_and_gives_no_warning() =>
        Assert.All(_world.Resolve("host=db1 sslmode=prefer").All, setting => Assert.Null(setting.Warning));

    private string? Warning(string endpoint, string name) =>
        _world.Resolve(endpoint).Describe().Single(setting => setting.Name == name).Warning;

    private static void AssertWarning(string? fragment, string? warning)
    {
        if (fragment is null) Assert.Null(warning);
        else Assert.Contains(fragment, warning);
    }
}
