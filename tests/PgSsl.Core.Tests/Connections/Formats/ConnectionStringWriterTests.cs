using PgSsl.Connections;
using PgSsl.Connections.Formats;

namespace PgSsl.Tests.Connections.Formats;

/// <summary>What is written: what the user wrote, from a service file where need be, without secrets unless asked.</summary>
[Fast]
public sealed class ConnectionStringWriterTests : IDisposable
{
    private const string Secrets = "host=db1 user=app password=Tr0ub4dor sslpassword=Tr0ub4dor oauth_client_secret=Tr0ub4dor";

    private readonly World _world = new();

    public static TheoryData<string> Formats => [.. ConnectionStringFormats.All.Select(format => format.Name)];

    public void Dispose() => _world.Dispose();

    [Theory]
    [MemberData(nameof(Formats))]
    public void Secrets_stay_out_of_text_and_warnings_and_are_named(string format)
    {
        FormattedConnection written = Write.As(format, Secrets);

        Assert.DoesNotContain("Tr0ub4dor", written.ToString());
        Assert.DoesNotContain(written.Warnings, warning => warning.Contains("Tr0ub4dor"));
        Assert.Equal(["password", "sslpassword", "oauth_client_secret"], written.OmittedSecrets);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Secrets_are_written_when_asked_for_and_then_still_stay_out_of_warnings(string format)
    {
        FormattedConnection written = Write.As(format, Secrets, options: new() { IncludeSecrets = true });

        Assert.Contains("Tr0ub4dor", written.Text);
        Assert.DoesNotContain(written.Warnings, warning => warning.Contains("Tr0ub4dor"));
        Assert.Empty(written.OmittedSecrets);
    }

    [Fact]
    public void The_environment_does_not_leak_into_what_was_written()
    {
        _world.Set("PGSSLMODE", "disable").Set("PGUSER", "eve").Set("PGSERVICE", "nowhere");

        Assert.Equal("host=db1", Write.As("Conninfo", "db1", _world.Environment).Text);
    }

    [Fact]
    public void Nothing_written_stands_for_the_environment()
    {
        _world.Set("PGHOST", "db1").Set("PGSSLMODE", "verify-full");

        FormattedConnection written = ConnectionStringWriter.Write(
            PgEndpoint.FromParameters([]), ConnectionStringFormats.Get("Conninfo"), _world.Environment, new());

        Assert.Equal("host=db1 sslmode=verify-full", written.Text);
    }

    [Fact]
    public void Nothing_at_all_is_refused()
    {
        PgSslException refusal = Assert.Throws<PgSslException>(() => ConnectionStringWriter.Write(
            PgEndpoint.FromParameters([]), ConnectionStringFormats.Get("Uri"), _world.Environment, new()));

        Assert.Equal(PgSslError.InvalidEndpoint, refusal.Error);
    }

    [Theory]
    [InlineData("Uri", "postgresql:///?service=crm&sslmode=verify-full")]
    [InlineData("Conninfo", "service=crm sslmode=verify-full")]
    [InlineData("Npgsql", "Host=crm1;Username=reader;SSL Mode=VerifyFull")]
    [InlineData("Jdbc", "jdbc:postgresql://crm1/?user=reader&sslmode=verify-full")]
    [InlineData("Environment", "PGHOST=crm1\nPGUSER=reader\nPGSSLMODE=verify-full")]
    [InlineData("Service", "[crm]\nhost=crm1\nuser=reader\nsslmode=verify-full")]
    public void A_service_stays_where_it_can_and_else_yields_to_what_was_written(string format, string expected)
    {
        _world.Write("home/.pg_service.conf", "[crm]\nhost=crm1\nuser=reader\nsslmode=prefer\n");
        _world.Set("PGUSER", "eve");

        Assert.Equal(expected, Write.As(format, "service=crm sslmode=verify-full", _world.Environment).Text);
    }

    [Fact]
    public void A_service_alone_can_stay_in_the_environment() => Assert.Equal("PGSERVICE=crm", Write.Text("Environment", "service=crm"));

    [Theory]
    [InlineData("Uri")]
    [InlineData("Conninfo")]
    [InlineData("Environment")]
    public void A_service_that_stays_need_not_be_defined_here(string format) => Assert.Contains("nowhere", Write.Text(format, "service=nowhere"));

    [Theory]
    [InlineData("Npgsql")]
    [InlineData("Jdbc")]
    [InlineData("Service")]
    public void A_service_to_be_written_out_must_be_defined_here(string format) =>
        Assert.Equal(PgSslError.ServiceNotFound, Write.Refusal(format, "service=nowhere").Error);

    [Fact]
    public void The_service_file_is_found_where_PGSERVICEFILE_says()
    {
        _world.Set("PGSERVICEFILE", _world.Write("elsewhere", "[crm]\nhost=crm1\n"));

        Assert.Equal("Host=crm1", Write.As("Npgsql", "service=crm", _world.Environment).Text);
    }

    [Theory]
    [InlineData("host=db1 sslmode=verify", PgSslError.InvalidParameterValue)]
    [InlineData("host=db1 sslmode=require sslrootcert=system", PgSslError.ContradictoryParameters)]
    [InlineData("host=db1 sslnegotiation=direct", PgSslError.ContradictoryParameters)]
    [InlineData("host=a,b port=1,2,3", PgSslError.ContradictoryParameters)]
    [InlineData("service=crm sslmode=require sslrootcert=system", PgSslError.ContradictoryParameters)]
    public void What_libpq_would_refuse_is_not_written(string endpoint, PgSslError error) =>
        Assert.Equal(error, Write.Refusal("Uri", endpoint).Error);

    [Fact]
    public void Direct_TLS_is_no_contradiction_where_the_service_may_say_the_mode() =>
        Assert.Equal("service=crm sslnegotiation=direct", Write.Text("Conninfo", "service=crm sslnegotiation=direct"));
}
