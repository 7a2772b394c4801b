using PgSsl.Connections;
using PgSsl.Connections.Dialects;
using PgSsl.Sandbox;
using PgSsl.SslModes;
using PgSsl.SslModes.Clients;
using PgSsl.Tests.Connections;

namespace PgSsl.Tests.SslModes.Clients;

/// <summary>What a driver verifies because of what only its own connection strings can say.</summary>
[Fast]
public class ApplicationPolicyTests
{
    private static readonly TestAuthority Root = TestAuthority.CreateRoot("Application Root CA");

    [Theory]
    [InlineData("postgres://app@db1/d?ssl=1", "ChainAndHost")]
    [InlineData("postgres://app@db1/d?ssl=no-verify", "None")]
    [InlineData("postgres://app@db1/d?sslmode=no-verify", "None")]
    [InlineData("postgres://app@db1/d?query_timeout=1&sslmode=require", "ChainAndHost")]
    [InlineData("postgres://app@db1/d?uselibpqcompat=true&sslmode=prefer", "None")]
    [InlineData("postgres://app@db1/d?uselibpqcompat=true&sslmode=require", "None")]
    [InlineData("postgres://app@db1/d?uselibpqcompat=true&sslmode=require&sslrootcert=root.crt", "Chain")]
    [InlineData("postgres://app@db1/d?uselibpqcompat=true&sslmode=verify-ca&sslrootcert=root.crt", "Chain")]
    [InlineData("postgres://app@db1/d?uselibpqcompat=true&sslmode=verify-full", "ChainAndHost")]
    [InlineData("jdbc:postgresql://db1/d?ssl=true&sslrootcert=root.crt", "ChainAndHost")]
    [InlineData("jdbc:postgresql://db1/d?sslmode=require&sslrootcert=root.crt", "None")]
    [InlineData("jdbc:postgresql://db1/d?ssl=true&sslfactory=org.postgresql.ssl.NonValidatingFactory", "None")]
    [InlineData("jdbc:postgresql://db1/d?ssl=true&sslfactory=org.postgresql.ssl.DefaultJavaSSLFactory", "ChainAndHost")]
    [InlineData("Host=db1;SSL Mode=VerifyCA;Root Certificate=root.crt", "Chain")]
    [InlineData("Host=db1;SSL Mode=Require;Root Certificate=root.crt;Trust Server Certificate=false", "None")]
    public void In_the_mode_that_it_asks_for(string text, string expected)
    {
        ClientPolicy policy = PolicyOf(text);

        Assert.Null(policy.Refusal ?? policy.TlsSetupFailure);
        Assert.Equal(expected, policy.Verification.ToString());
    }

    [Fact]
    public void Node_postgres_refuses_verify_ca_of_libpq_without_roots() =>
        Assert.StartsWith(
            "With uselibpqcompat=true node-postgres refuses verify-ca",
            PolicyOf("postgres://app@db1/d?uselibpqcompat=true&sslmode=verify-ca").Refusal!.Message);

    [Fact]
    public void In_another_mode_no_verify_is_gone()
    {
        using World world = new();
        Assert.Equal(Verification.ChainAndHost, PolicyOf("postgres://app@db1/d?sslmode=no-verify", SslMode.VerifyFull).Verification);
    }

    private static ClientPolicy PolicyOf(string text, SslMode? mode = null)
    {
        using World world = new();
        world.Write("root.crt", Root.CertificatePem);
        ConnectionSettings settings = ApplicationEndpoint.Parse(text).ResolveForAnyMode(world.Environment);
        return SslClients.Get(settings.Application!.Client)
            .PolicyFor(mode ?? settings.AskedSslMode!.Value, settings.Hosts[0], settings, new TrustStoreCache(), new ClientIdentity(null, null));
    }
}
