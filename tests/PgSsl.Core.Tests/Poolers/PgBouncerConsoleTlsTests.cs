using PgSsl.Poolers;
using PgSsl.Sandbox;
using PgSsl.Tests.Certificates;

namespace PgSsl.Tests.Poolers;

/// <summary>A PgBouncer without signals and sockets, as on Windows. It demands TLS since the first installation, in its console as well.</summary>
public sealed class PgBouncerConsoleTlsTests : IDisposable
{
    private const string Password = "s3cret";
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);
    private static readonly TestAuthority Root = TestAuthority.CreateRoot("Console Root CA");

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("scram-sha-256")]
    [InlineData("md5")]
    public async Task It_is_reloaded_though_it_demands_TLS(string method)
    {
        TestCertificate certificate = Root.Issue(LeafOptions.ForLoopback());
        await using PgBouncer bouncer = await StartAsync(certificate, method);
        PgBouncerConsole console = Console(bouncer, certificate.ChainPem, method);

        await console.CheckAsync(TestContext.Current.CancellationToken);
        await console.ReloadAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Between the new files and the reload it serves the old certificate; after an undo of the files, the new one.</summary>
    [Fact]
    public async Task It_is_known_by_each_certificate_that_was_in_its_file()
    {
        TestCertificate served = Root.Issue(LeafOptions.ForLoopback()), other = Root.Issue(LeafOptions.ForLoopback());
        await using PgBouncer bouncer = await StartAsync(served, "scram-sha-256");
        PgBouncerConsole console = Console(bouncer, served.ChainPem, "scram-sha-256");

        _directory.Write("client.crt", other.ChainPem);

        await console.ReloadAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Who listens there has another key; and the system does not say which account that is.</summary>
    [Fact]
    public async Task Another_certificate_gets_no_password()
    {
        TestCertificate served = Root.Issue(LeafOptions.ForLoopback()), other = Root.Issue(LeafOptions.ForLoopback());
        await using PgBouncer bouncer = await StartAsync(served, "md5");
        PgBouncerIni ini = Ini(bouncer, other.ChainPem, "md5");
        using var client = new System.Net.Sockets.TcpClient();
        await client.ConnectAsync(System.Net.IPAddress.Loopback, bouncer.Port, TestContext.Current.CancellationToken);

        var refusal = await Assert.ThrowsAsync<PgSslException>(
            () => new ConsoleTransport(ini).OpenAsync(client.GetStream(), () => false, TestContext.Current.CancellationToken));

        Assert.Equal(PgSslError.UntrustedPeer, refusal.Error);
        Assert.Contains("shows another certificate", refusal.Message);
    }

    [Theory]
    [InlineData("client_tls_sslmode = verify-full\nlisten_addr = 127.0.0.1", "demands a certificate of each client")]
    [InlineData("client_tls_sslmode = require\nlisten_addr = 10.0.0.1", "it listens at no loopback address")]
    public void What_cannot_be_reached_is_said_before_anything_changes(string settings, string because)
    {
        PgBouncerIni ini = PgBouncerIniTests.Read($"[pgbouncer]\nunix_socket_dir =\n{settings}\n");
        var refusal = Assert.Throws<PgSslException>(() => PgBouncerConsole.Of(ini, "boss", () => Password, Timeout));
        Assert.Equal(PgSslError.UnsupportedParameter, refusal.Error);
        Assert.Contains(because, refusal.Message);
    }

    [Fact]
    public void Remedies_for_Windows_name_no_signals_and_pidfiles()
    {
        string[] remedies = [ReloadAdvice.WithoutConsole(true), ReloadAdvice.WithoutPassword(true), ReloadAdvice.WithoutProcess(true)];
        Assert.All(remedies, remedy =>
        {
            Assert.DoesNotContain("signal", remedy);
            Assert.DoesNotContain("pidfile", remedy);
            Assert.Contains("service", remedy);
        });
    }

    private PgBouncerConsole Console(PgBouncer bouncer, string chain, string method) =>
        PgBouncerConsole.Of(Ini(bouncer, chain, method), "boss", () => Password, Timeout);

    private PgBouncerIni Ini(PgBouncer bouncer, string chain, string method) => PgBouncerIni.Read(_directory.Write("pgbouncer.ini", $"""
        [pgbouncer]
        user = {ServerAccount.Current?.Name ?? Environment.UserName}
        unix_socket_dir =
        listen_addr = 127.0.0.1
        listen_port = {bouncer.Port}
        auth_type = {method}
        client_tls_sslmode = require
        client_tls_cert_file = {_directory.Write("client.crt", chain)}
        """));

    private static async Task<PgBouncer> StartAsync(TestCertificate certificate, string method)
    {
        PgBouncer.Find().OrSkip(Assert.Skip);
        PostgresCluster cluster = (await ClusterPool.GetAsync(15, "behind poolers")).OrSkip(Assert.Skip);
        return await PgBouncer.StartAsync(
            cluster, certificate, "require",
            settings: new Dictionary<string, string>
            {
                ["auth_type"] = method, ["admin_users"] = "boss",
            },
            users: $"\"boss\" \"{Password}\"\n");
    }
}
