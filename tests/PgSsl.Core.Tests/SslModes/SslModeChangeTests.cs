using PgSsl.SslModes;
using PgSsl.Tests.SslModes.Clients;

namespace PgSsl.Tests.SslModes;

/// <summary>What a change of ~/.postgresql/root.crt would do to whom, before it is made.</summary>
[Fast]
public sealed class SslModeChangeTests : IDisposable
{
    private const string Server = "db.example.test:5432";

    private readonly Scene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public void The_right_root_has_libpq_verify_and_breaks_nothing()
    {
        IReadOnlyList<SslModeChange> changes = _scene.Plan("libpq", "none", "right", "admits all");

        Assert.Equal(
            [
                $"{Server}: TLS, not verified -> TLS, chain verified: libpq prefer, require",
                $"{Server}: does not connect -> TLS, chain verified: libpq verify-ca",
                $"{Server}: does not connect -> TLS, chain and host verified: libpq verify-full",
            ],
            SslModeChange.Describe(changes));
        Assert.DoesNotContain(changes, change => change.IsLoss);
    }

    [Fact]
    public void A_root_of_another_server_turns_prefer_into_plaintext_and_stops_require()
    {
        IReadOnlyList<SslModeChange> changes = _scene.Plan("libpq", "none", "wrong", "admits all");

        Assert.Equal(
            [
                $"{Server}: TLS, not verified -> plaintext: libpq prefer",
                $"{Server}: TLS, not verified -> does not connect: libpq require",
            ],
            SslModeChange.Describe(changes));
        Assert.All(changes, change => Assert.True(change.IsLoss));
    }

    [Fact]
    public void Npgsql_loses_the_roots_of_the_operating_system() =>
        Assert.Equal(
            [
                $"{Server}: TLS, chain verified -> does not connect: npgsql verify-ca",
                $"{Server}: TLS, chain and host verified -> does not connect: npgsql verify-full",
            ],
            SslModeChange.Describe(_scene.Plan("npgsql", "operating system", "wrong", "admits all")));

    [Fact]
    public void A_root_that_goes_takes_verification_with_it() =>
        Assert.Equal(
            [
                $"{Server}: TLS, chain verified -> TLS, not verified: libpq prefer, require",
                $"{Server}: TLS, chain verified -> does not connect: libpq verify-ca",
                $"{Server}: TLS, chain and host verified -> does not connect: libpq verify-full",
            ],
            SslModeChange.Describe(_scene.Plan("libpq", "~/.postgresql", null, "admits all")));

    [Fact]
    public void Nobody_who_names_a_root_file_of_his_own_is_concerned() =>
        Assert.Empty(_scene.Plan("libpq", "right", "wrong", "admits all"));

    [Fact]
    public void What_is_planned_is_what_comes()
    {
        string now = _scene.Play("libpq", "~/.postgresql, wrong", "admits all");

        Assert.Equal("plain plain plain -chain -chain -chain", now);
        Assert.Empty(_scene.Plan("libpq", "~/.postgresql, wrong", "wrong", "admits all"));
    }
}
