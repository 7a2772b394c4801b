using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using PgSsl.Connections;
using PgSsl.Probing;
using PgSsl.Sandbox;
using PgSsl.Wire;

namespace PgSsl.Tests.Probing;

/// <summary>What a probe sees of real servers.</summary>
public class ServerProbeTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(18)]
    public async Task Sees_the_chain_as_sent_the_TLS_version_and_how_the_user_is_let_in(int version)
    {
        TlsCluster server = (await ClusterPool.GetTlsAsync(version)).OrSkip(Assert.Skip);

        ConnectionFacts facts = await ProbeAsync(new ProbeRequest(At(server.Cluster), Transport.Tls, Timeout) { UserName = "postgres" });

        Assert.Null(facts.Failure);
        Assert.Equal(ProbeStage.Answered, facts.Stage);
        Assert.Equal(IPAddress.Loopback, facts.Address);
        Assert.Equal(
            [server.Certificate.Certificate.Thumbprint, server.Certificate.Issuers[0].Certificate.Thumbprint],
            facts.Tls!.Chain.Select(certificate => certificate.Thumbprint));
        Assert.Equal("TLSv1.3", facts.Tls.Protocol);
        Assert.StartsWith("TLS_", facts.Tls.CipherSuite);
        Assert.False(facts.Tls.RequestsClientCertificate);
        Assert.Equal(new StartupAnswer.Admitted("none", false), facts.Answer);
    }

    [Fact]
    public async Task Without_a_user_the_probe_ends_when_the_transport_stands()
    {
        TlsCluster server = (await ClusterPool.GetTlsAsync(15)).OrSkip(Assert.Skip);

        ConnectionFacts facts = await ProbeAsync(new ProbeRequest(At(server.Cluster), Transport.Tls, Timeout));

        Assert.Equal(ProbeStage.TransportReady, facts.Stage);
        Assert.Null(facts.Answer);
        Assert.Null(facts.Failure);
    }

    [Theory]
    [InlineData(17, null)]
    [InlineData(18, null)]
    [InlineData(15, PgSslError.DirectTlsNotSupported)]
    [InlineData(16, PgSslError.DirectTlsNotSupported)]
    public async Task Direct_TLS_works_from_version_17_on(int version, PgSslError? expected)
    {
        TlsCluster server = (await ClusterPool.GetTlsAsync(version)).OrSkip(Assert.Skip);

        ConnectionFacts facts = await ProbeAsync(
            new ProbeRequest(At(server.Cluster), Transport.Tls, Timeout) { Negotiation = SslNegotiation.Direct, UserName = "postgres" });

        Assert.Equal(expected, facts.Failure?.Error);
        Assert.Equal(expected is null ? "postgresql" : null, facts.Tls?.ApplicationProtocol);
    }

    [Fact]
    public async Task A_server_that_has_a_CA_file_asks_for_a_client_certificate()
    {
        PostgresInstallation installation = (await PostgresInstallation.FindAsync(15)).OrSkip(Assert.Skip);
        await using PostgresCluster cluster = await ClusterPool.RentAsync(installation);
        TestAuthority root = TestAuthority.CreateRoot("Asking Root");
        await cluster.InstallCertificateAsync(root.Issue(LeafOptions.ForLoopback()), caPem: root.CertificatePem);

        ConnectionFacts facts = await ProbeAsync(new ProbeRequest(At(cluster), Transport.Tls, Timeout));

        Assert.True(facts.Tls!.RequestsClientCertificate);
    }

    /// <summary>With TLS 1.3 the refusal comes after the handshake, often before the client has written anything.</summary>
    [Fact]
    public async Task Why_a_client_certificate_is_refused_does_not_depend_on_who_is_faster()
    {
        PostgresInstallation installation = (await PostgresInstallation.FindAsync(15)).OrSkip(Assert.Skip);
        await using PostgresCluster cluster = await ClusterPool.RentAsync(installation);
        TestAuthority root = TestAuthority.CreateRoot("Asking Root");
        await cluster.InstallCertificateAsync(root.Issue(LeafOptions.ForLoopback()), caPem: root.CertificatePem);
        TestCertificate stranger = TestAuthority.CreateRoot("Stranger Root").Issue(LeafOptions.ForLoopback());
        var request = new ProbeRequest(At(cluster), Transport.Tls, Timeout)
        {
            UserName = "postgres", ClientCertificate = TlsStacks.Present(stranger),
        };

        ConnectionFacts[] all = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => Task.Run(() => ProbeAsync(request))));

        Assert.All(all, facts => Assert.Equal(PgSslError.TlsHandshakeFailed, facts.Failure?.Error));
        Assert.All(all, facts => Assert.Contains("refuses the client certificate", facts.Failure!.Message));
    }

    [Theory]
    [InlineData("db1.example.test", "db1.example.test")]
    [InlineData("127.0.0.1", "")]
    [InlineData("::1", "")]
    [InlineData("project:instance", "")]
    [InlineData(null, "")]
    public async Task The_server_name_goes_into_the_handshake_unless_it_is_none(string? name, string expected)
    {
        using var certificate = new X509Certificate2(
            TestAuthority.CreateRoot("SNI Root").Issue(LeafOptions.ForLoopback()).Certificate.Export(X509ContentType.Pkcs12));
        string? seen = null;
        await using HostileServer server = HostileServer.Start(async (client, cancellation) =>
        {
            await client.ReadExactlyAsync(new byte[8], cancellation);
            await client.WriteAsync("S"u8.ToArray(), cancellation);
            using var tls = new SslStream(client, leaveInnerStreamOpen: true);
            await tls.AuthenticateAsServerAsync(
                (_, hello, _, _) =>
                {
                    seen = hello.ServerName;
                    return ValueTask.FromResult(new SslServerAuthenticationOptions { ServerCertificate = certificate });
                },
                null,
                cancellation);
        });

        ConnectionFacts facts = await ProbeAsync(
            new ProbeRequest(new ConnectionHost(server.Host, null, server.Port), Transport.Tls, Timeout) { ServerName = name });

        Assert.Null(facts.Failure);
        Assert.Equal(expected, seen);
    }

    [Fact]
    public async Task Sees_what_PgBouncer_serves()
    {
        PgBouncer.Find().OrSkip(Assert.Skip);
        TlsCluster server = (await ClusterPool.GetTlsAsync(15)).OrSkip(Assert.Skip);
        TestCertificate own = TestAuthority.CreateRoot("Pooler Root").Issue(LeafOptions.ForLoopback());
        await using PgBouncer pooler = await PgBouncer.StartAsync(server.Cluster, own, "require");

        ConnectionFacts tls = await ProbeAsync(
            new ProbeRequest(new ConnectionHost(pooler.Host, null, pooler.Port), Transport.Tls, Timeout) { UserName = "postgres" });
        ConnectionFacts plaintext = await ProbeAsync(
            new ProbeRequest(new ConnectionHost(pooler.Host, null, pooler.Port), Transport.Plaintext, Timeout) { UserName = "postgres" });

        Assert.Equal(own.Certificate.Thumbprint, tls.Tls!.Chain[0].Thumbprint);
        Assert.IsType<StartupAnswer.Admitted>(tls.Answer);
        Assert.Equal("SSL required", Assert.IsType<StartupAnswer.Refused>(plaintext.Answer).Message);
    }

    [Fact]
    public async Task A_Unix_socket_is_probed_in_plaintext()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The sandbox has Unix sockets on Unix only.");
        TlsCluster server = (await ClusterPool.GetTlsAsync(15)).OrSkip(Assert.Skip);

        ConnectionFacts facts = await ProbeAsync(
            new ProbeRequest(new ConnectionHost(server.Cluster.SocketDirectory, null, server.Cluster.Port), Transport.Plaintext, Timeout)
            {
                UserName = "postgres",
            });

        Assert.IsType<StartupAnswer.Admitted>(facts.Answer);
        Assert.Null(facts.Address);
    }

    [Fact]
    public async Task A_Unix_socket_that_does_not_exist_is_named()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has other words for it.");

        ConnectionFacts facts = await ProbeAsync(new ProbeRequest(new ConnectionHost("/nosuch", null, 5432), Transport.Plaintext, Timeout));

        Assert.Equal("There is no socket /nosuch/.s.PGSQL.5432.", facts.Failure?.Message);
        Assert.Contains("the server runs on this machine", facts.Failure!.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nowhere.invalid", PgSslError.HostNotFound)]
    [InlineData("127.0.0.1", PgSslError.ConnectionRefused)]
    [InlineData("a-label-that-is-far-too-long-for-the-domain-name-system-because-it-has-more-than-sixty-three-letters.test", PgSslError.HostNotFound)]
    public async Task A_server_that_cannot_be_reached_gives_the_reason(string host, PgSslError expected)
    {
        ConnectionFacts facts = await ProbeAsync(new ProbeRequest(new ConnectionHost(host, null, 1), Transport.Tls, Timeout));

        Assert.Equal(expected, facts.Failure?.Error);
        Assert.Equal(ProbeStage.None, facts.Stage);
    }

    [Fact]
    public async Task A_probe_leaves_no_complaint_in_the_servers_log()
    {
        PostgresInstallation installation = (await PostgresInstallation.FindAsync(15)).OrSkip(Assert.Skip);
        await using PostgresCluster cluster = await ClusterPool.RentAsync(
            installation, new ClusterOptions { Hba = ["host all scram 127.0.0.1/32 scram-sha-256", "host all all 127.0.0.1/32 trust"] });
        await cluster.InstallCertificateAsync(TestAuthority.CreateRoot("Quiet Root").Issue(LeafOptions.ForLoopback()));
        await cluster.QueryAsync("create role scram login password 'x'");
        int before = cluster.ReadLog().Length;

        foreach (string? user in (string?[])[null, "postgres", "scram"])
        {
            await ProbeAsync(new ProbeRequest(At(cluster), Transport.Tls, Timeout) { UserName = user });
            await ProbeAsync(new ProbeRequest(At(cluster), Transport.Plaintext, Timeout) { UserName = user });
        }
        // A session of the server's own makes sure that what came before it has been logged.
        await cluster.QueryAsync("select 1");

        Assert.Equal("", cluster.ReadLog()[before..]);
    }

    private static ConnectionHost At(PostgresCluster cluster) => new(cluster.Host, null, cluster.Port);

    private static Task<ConnectionFacts> ProbeAsync(ProbeRequest request) =>
        ServerProbe.ConnectAsync(request, TestContext.Current.CancellationToken);
}
