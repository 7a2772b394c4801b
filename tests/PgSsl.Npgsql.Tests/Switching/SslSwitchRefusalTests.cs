using PgSsl.Connections;
using PgSsl.Sandbox;
using PgSsl.Server;
using PgSsl.Server.Live;
using PgSsl.Switching;

namespace PgSsl.Tests.Switching;

/// <summary>What is refused before anything is written.</summary>
[Collection(SwitchServer.Collection)]
public class SslSwitchRefusalTests
{
    [Fact]
    public async Task A_key_of_another_certificate()
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(15);
        string key = server.Write("other.key", SwitchServer.Issue().KeyPem);
        await AssertRefusedAsync(server, server.On with { KeyPath = key }, PgSslError.KeyMismatch, "other.key");
    }

    [Fact]
    public async Task A_key_that_others_can_read()
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(15);
        server.ExposeKey();
        await AssertRefusedAsync(server, server.On, PgSslError.InvalidKeyFile, "0644");
    }

    [Fact]
    public async Task A_certificate_that_has_expired()
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(15);
        TestCertificate expired = SwitchServer.Issue(LeafOptions.ForLoopback() with { NotAfter = DateTimeOffset.UtcNow.AddHours(-1) });
        server.Write("server.crt", expired.ChainPem);
        server.Write("server.key", expired.KeyPem);
        await AssertRefusedAsync(server, server.On, PgSslError.CertificateNotValid, "expired");
    }

    [Fact]
    public async Task A_certificate_without_the_intermediate_that_is_served_now()
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(15);
        TestCertificate leaf = SwitchServer.IssueBelowIntermediate();
        server.Write("server.crt", leaf.ChainPem);
        server.Write("server.key", leaf.KeyPem);
        await server.ApplyAsync(server.On);
        SslTarget alone = server.On with { CertificatePath = server.Write("alone.crt", leaf.CertificatePem) };
        SslSwitch change = await server.PrepareAsync(alone);

        Assert.Equal(PgSslError.ConnectionsAtRisk, Assert.Throws<PgSslException>(() => change.Check(isForced: false)).Error);
        change.Check(isForced: true);
        Assert.Equal((true, (bool?)false), await IsChangedAndProvenAsync(change));

        static async Task<(bool, bool?)> IsChangedAndProvenAsync(SslSwitch change) =>
            await change.ApplyAsync(TestContext.Current.CancellationToken) is { } made ? (made.IsChanged, made.IsProven) : default;
    }

    [Fact]
    public async Task A_key_with_a_passphrase_that_nobody_says()
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(15);
        TestCertificate certificate = SwitchServer.Issue();
        server.Write("server.crt", certificate.ChainPem);
        server.Write("server.key", certificate.EncryptedKeyPem("a passphrase"));
        await AssertRefusedAsync(server, server.On, PgSslError.InvalidKeyFile, "passphrase");
    }

    [Fact]
    public async Task Files_that_are_not_there()
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(15);
        await AssertRefusedAsync(server, server.On with { CertificatePath = "/nowhere/x.crt" }, PgSslError.FileNotFound, "/nowhere/x.crt");
        await AssertRefusedAsync(server, server.On with { CaPath = "/nowhere/ca.crt" }, PgSslError.FileNotFound, "/nowhere/ca.crt");
    }

    [Theory, MemberData(nameof(SwitchServer.Majors), MemberType = typeof(SwitchServer))]
    public async Task Parameters_that_the_version_does_not_have_or_take(int major)
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(major);
        await AssertRefusedAsync(server, server.On with { MinimumProtocol = "TLSv1.4" }, PgSslError.InvalidParameterValue, "TLSv1.4");
        if (major >= 18)
            return;
        await AssertRefusedAsync(
            server, server.On with { Tls13Ciphers = "TLS_AES_256_GCM_SHA384" }, PgSslError.UnsupportedParameter, "ssl_tls13_ciphers");
        await AssertRefusedAsync(server, server.On with { Groups = "X25519:prime256v1" }, PgSslError.InvalidParameterValue, "ssl_ecdh_curve");
    }

    [Fact]
    public async Task A_minimum_above_the_maximum()
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(15);
        await server.Cluster.ConfigureAsync(new Dictionary<string, string?> { ["ssl_max_protocol_version"] = "TLSv1.2" });
        await AssertRefusedAsync(
            server, server.On with { MinimumProtocol = "TLSv1.3" }, PgSslError.ContradictoryParameters, "ssl_max_protocol_version");
    }

    [Fact]
    public async Task ALTER_SYSTEM_that_is_switched_off()
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(18);
        await server.Cluster.ConfigureAsync(new Dictionary<string, string?> { ["allow_alter_system"] = "off" });

        PgSslException failure = await AssertRefusedAsync(server, server.On, PgSslError.ContradictoryParameters, "allow_alter_system = off");

        Assert.Contains("-ConfigurationPath", failure.Remedy);
        Assert.True((await server.ApplyAsync(server.On, server.MainPath)).IsProven);
    }

    [Theory, MemberData(nameof(SwitchServer.Majors), MemberType = typeof(SwitchServer))]
    public async Task A_role_that_may_not_is_told_the_grants_and_can_do_it_with_them(int major)
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(major);
        string conninfo = $"host=127.0.0.1 port={server.Cluster.Port} user=app dbname=postgres sslmode=disable";
        ConnectionSettings settings = Sessions.Resolve($"host=127.0.0.1 port={server.Cluster.Port} user=app dbname=postgres");
        SslTarget target = server.On with { MinimumProtocol = "TLSv1.3" };
        try
        {
            for (int grants = 0; grants < 2; grants++)
            {
                await using IServerSession lacking = await Sessions.OpenAsync(conninfo);
                PgSslException failure =
                    await AssertRefusedAsync(server, target, PgSslError.InsufficientPrivilege, "app may not", await LiveAsync(lacking));
                string remedy = failure.Remedy!;
                await server.Cluster.QueryAsync(remedy[(remedy.IndexOf("run: ", StringComparison.Ordinal) + 5)..^1]);
            }
            await using IServerSession app = await Sessions.OpenAsync(conninfo);
            Assert.True((await server.ApplyAsync(target, live: await LiveAsync(app))) is { IsChanged: true, IsProven: true });
        }
        finally
        {
            await server.Cluster.QueryAsync("DROP OWNED BY app; REVOKE pg_read_all_settings FROM app");
        }

        Task<LiveServer> LiveAsync(IServerSession session) =>
            LiveServer.OfAsync(session, settings, TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
    }

    [Theory, MemberData(nameof(SwitchServer.Majors), MemberType = typeof(SwitchServer))]
    public async Task Rules_that_nobody_could_match_any_more_are_named(int major)
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(major);
        await server.ApplyAsync(server.On);
        await server.Cluster.SetHbaAsync("hostssl all all 127.0.0.1/32 trust", "hostssl all all ::1/128 reject");

        SslSwitch planned = await server.PrepareAsync(SwitchServer.Off);

        // Sessions that prepared the server may still be there.
        string rules = Assert.Single(planned.LockOuts, line => line.StartsWith("all users", StringComparison.Ordinal));
        Assert.Contains("hostssl rules", rules);
        Assert.Contains("(line 2)", rules);
    }

    [Fact]
    public async Task A_session_that_comes_over_TLS_only_is_named()
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(15);
        await server.ApplyAsync(server.On);
        string conninfo = $"host=127.0.0.1 port={server.Cluster.Port} user=postgres dbname=postgres sslmode=require";
        await using IServerSession session = await Sessions.OpenAsync(conninfo);
        LiveServer live =
            await LiveServer.OfAsync(session, Sessions.Resolve(conninfo), TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);

        SslSwitch planned = await server.PrepareAsync(SwitchServer.Off, live: live);

        Assert.Contains("this session, which uses sslmode=require", planned.LockOuts);
    }

    [Fact]
    public async Task A_file_that_Patroni_writes()
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(15);
        await File.WriteAllTextAsync(
            server.MainPath,
            "# Do not edit this file manually!\n# It will be overwritten by Patroni!\n" + File.ReadAllText(server.MainPath),
            TestContext.Current.CancellationToken);
        var failure = await Assert.ThrowsAsync<PgSslException>(() => server.PrepareAsync(server.On, server.MainPath));
        Assert.Equal(PgSslError.ManagedElsewhere, failure.Error);
        Assert.Contains("patronictl", failure.Remedy);
    }

    private static async Task<PgSslException> AssertRefusedAsync(
        SwitchServer server, SslTarget target, PgSslError error, string message, LiveServer? live = null)
    {
        var failure = await Assert.ThrowsAsync<PgSslException>(() => server.PrepareAsync(target, live: live));
        Assert.Equal(error, failure.Error);
        Assert.Contains(message, failure.Message);
        Assert.NotNull(failure.Remedy);
        Assert.DoesNotContain("ssl", server.AutoText);
        return failure;
    }
}
