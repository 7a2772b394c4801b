using PgSsl.Connections;
using PgSsl.Inspection;
using PgSsl.Probing;
using PgSsl.Sandbox;
using PgSsl.Served;
using PgSsl.Server;
using PgSsl.Server.Live;
using PgSsl.Switching;

namespace PgSsl.Tests.Inspection;

/// <summary>One name, two servers: a load balancer. One server behind another address: NAT, a container, a tunnel.</summary>
public class SeveralServersTests
{
    [Fact]
    public async Task A_balancer_is_seen_and_refused_and_nothing_is_drift_behind_it()
    {
        PostgresCluster one = await StartAsync(15), other = await StartAsync(18);
        await using LoadBalancer balancer = LoadBalancer.Start(one.Port, other.Port);

        (SslConfiguration configuration, PgSslException? refused) = await LookAsync(balancer.Port);

        Assert.Null(configuration.IsDrifted);
        Finding finding = Assert.Single(configuration.Findings, finding => finding.Code == "SeveralServers");
        Assert.Contains($"127.0.0.1:{balancer.Port} leads to several servers: 127.0.0.1:{one.Port}, which started at ", finding.Message);
        Assert.Contains($", and 127.0.0.1:{other.Port}, which started at ", finding.Message);
        Assert.Equal(PgSslError.ContradictoryParameters, refused?.Error);
        Assert.StartsWith("Name the server itself", refused!.Remedy);
    }

    /// <summary>A root file that does not verify the servers: each session is an attempt over TLS, and one in plaintext.</summary>
    [Fact]
    public async Task A_balancer_is_seen_where_each_session_takes_two_connections()
    {
        PostgresCluster one = await StartAsync(15), other = await StartAsync(18);
        string root = Path.Combine(SandboxDirectory.Create(), "root.crt");
        await File.WriteAllTextAsync(root, TestAuthority.CreateRoot("Somebody Else").CertificatePem, TestContext.Current.CancellationToken);
        await using LoadBalancer balancer = LoadBalancer.Start(one.Port, other.Port);

        (SslConfiguration configuration, PgSslException? refused) = await LookAsync(balancer.Port, $"sslmode=prefer sslrootcert={root}");

        Assert.Null(configuration.IsDrifted);
        Assert.Contains(configuration.Findings, finding => finding.Code == "SeveralServers");
        Assert.Equal(PgSslError.ContradictoryParameters, refused?.Error);
    }

    /// <summary>A balancer that prefers one server.</summary>
    [Fact]
    public async Task A_balancer_with_weights_is_seen()
    {
        PostgresCluster one = await StartAsync(15), other = await StartAsync(18);
        await using LoadBalancer balancer = LoadBalancer.Start(one.Port, one.Port, one.Port, one.Port, one.Port, other.Port);

        (SslConfiguration configuration, PgSslException? refused) = await LookAsync(balancer.Port);

        Assert.Contains(configuration.Findings, finding => finding.Code == "SeveralServers");
        Assert.Equal(PgSslError.ContradictoryParameters, refused?.Error);
    }

    /// <summary>A balancer that keeps to one server, and a published port: nothing tells them apart, so it is said.</summary>
    [Fact]
    public async Task What_answers_elsewhere_is_told_and_proven_at_its_own_address_only()
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        PostgresCluster server = await StartAsync(15);
        await using LoadBalancer balancer = LoadBalancer.Start(server.Port);
        (SslConfiguration configuration, PgSslException? _) = await LookAsync(balancer.Port);
        Finding finding = Assert.Single(configuration.Findings, finding => finding.Code == "AnsweredElsewhere");
        Assert.StartsWith(
            $"127.0.0.1:{balancer.Port} was dialled, and a server answered that is at 127.0.0.1:{server.Port}: ", finding.Message);

        (LiveServer live, ConnectionSettings _) = await OpenAsync(balancer.Port);
        using (live)
        {
            // A relay of another account hides whose files they are, so it is said here.
            LiveServer here = live with { PostmasterId = 1 };
            Assert.Contains(here.Routes, route => route.Host.Port == server.Port);
            Assert.Contains(await new ServedCertificates(here).ObserveAsync(token), seen => seen.Host.Port == server.Port);
            Assert.Null(await SeveralServers.FindDoubtAsync(here, token));
            SslConfigurationChange there = await (
                await SslSwitch.PrepareAsync(new SslTarget { IsOn = true }, live, null, DateTimeOffset.UtcNow, token)).ApplyAsync(token);
            Assert.False(there.IsProven);
            Assert.Contains(there.Proofs, proof => proof is { Name: "OwnAddress", State: "NotMade" });
        }
    }

    /// <summary>The server says another port than the one that was dialled, each time.</summary>
    [Fact]
    public async Task A_published_port_is_no_balancer()
    {
        PostgresCluster server = await StartAsync(15);
        await using LoadBalancer published = LoadBalancer.Start(server.Port);

        (SslConfiguration configuration, PgSslException? refused) = await LookAsync(published.Port);

        Assert.False(configuration.IsDrifted);
        Assert.DoesNotContain(configuration.Findings, finding => finding.Code == "SeveralServers");
        Assert.Null(refused);
    }

    [Fact]
    public async Task A_server_that_is_where_it_says_is_asked_once()
    {
        PostgresCluster server = await StartAsync(15);
        (LiveServer live, ConnectionSettings _) = await OpenAsync(server.Port);
        using (live)
            Assert.Null(await SeveralServers.FindAsync(
                live with { Reopen = _ => throw new InvalidOperationException("It is asked again.") }, TestContext.Current.CancellationToken));
    }

    private static async Task<PostgresCluster> StartAsync(int major) => (await ClusterPool.GetAsync(
        major, "balanced", cluster => cluster.InstallCertificateAsync(TestAuthority.CreateRoot("Balanced CA").Issue(LeafOptions.ForLoopback()))))
        .OrSkip(Assert.Skip);

    private static async Task<(LiveServer Live, ConnectionSettings Settings)> OpenAsync(int port, string further = "")
    {
        ConnectionSettings settings = Sessions.Resolve($"host=127.0.0.1 port={port} user=postgres dbname=postgres {further}");
        LiveServer live = await LiveServer.OfAsync(
            await Sessions.OpenAsync(settings), settings, Sessions.Timeout, TestContext.Current.CancellationToken);
        return (live with { Reopen = _ => Sessions.OpenAsync(settings) }, settings);
    }

    /// <summary>What Get-PgSslConfiguration shows, and what a cmdlet that changes something says.</summary>
    private static async Task<(SslConfiguration Configuration, PgSslException? Refused)> LookAsync(int port, string further = "")
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        (LiveServer live, ConnectionSettings settings) = await OpenAsync(port, further);
        using (live)
        {
            SslConfigurationFacts facts = await SslConfigurationReader.ReadAsync(live, token);
            PgEndpoint endpoint = PgEndpoint.Parse($"127.0.0.1:{port}");
            facts = facts with
            {
                Served = await new ServerCertificateReader().ReadAsync(
                    endpoint, [settings], ProbeRequest.ForTls(settings, settings.Hosts[0], Sessions.Timeout), token),
            };
            var refused = (PgSslException?)await Record.ExceptionAsync(() => SeveralServers.RefuseAsync(live, token));
            return (SslConfiguration.Of(endpoint, settings.Hosts[0], facts), refused);
        }
    }
}
