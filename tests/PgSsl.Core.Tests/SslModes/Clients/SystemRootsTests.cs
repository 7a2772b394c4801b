using PgSsl.Connections;
using PgSsl.SslModes;
using PgSsl.SslModes.Clients;
using PgSsl.Tests.Connections;

namespace PgSsl.Tests.SslModes.Clients;

/// <summary>sslrootcert=system on platforms that this machine is not.</summary>
[Fast]
public class SystemRootsTests
{
    [Theory]
    [InlineData("libpq", "Windows", null, true)]
    [InlineData("libpq", "macOS", null, true)]
    [InlineData("libpq", "Windows", "SSL_CERT_FILE", false)]
    [InlineData("libpq", "macOS", "SSL_CERT_DIR", false)]
    [InlineData("libpq", "Linux", null, false)]
    public void Of_OpenSSL_are_not_judged_where_its_builds_have_none(string client, string platform, string? variable, bool isRefused)
    {
        using var world = new World();
        if (variable is not null)
            world.Set(variable, world.Root);
        ConnectionEnvironment environment = new(world.Variables, world.Home, "alice", world.Root, isWindows: platform == "Windows")
        {
            IsMacOS = platform == "macOS",
        };
        ConnectionSettings settings = PgEndpoint.Parse("host=db.example sslrootcert=system").Resolve(environment);

        ClientPolicy policy = SslClients.Get(client).PolicyFor(
            SslMode.VerifyFull, settings.Hosts[0], settings, new TrustStoreCache(), new ClientIdentity(null, null));

        Assert.Equal(isRefused ? PgSslError.UnsupportedParameter : null, policy.TlsSetupFailure?.Error);
    }
}
