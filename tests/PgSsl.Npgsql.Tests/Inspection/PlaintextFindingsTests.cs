using PgSsl.Common;
using PgSsl.Inspection;
using PgSsl.Sandbox;
using PgSsl.Server;
using PgSsl.Server.Live;
using PgSsl.Server.Sessions;
using PgSsl.Server.Settings;

namespace PgSsl.Tests.Inspection;

/// <summary>A server that has TLS, and connections that are without it.</summary>
public class PlaintextFindingsTests
{
    private const string Standby = "user=postgres passfile=/var/lib/postgresql/.pgpass dbname=replication host=db1 port=5432 {0}sslsni=1";

    public static TheoryData<int> Majors => [15, 18];

    [Theory, MemberData(nameof(Majors))]
    public async Task Rules_that_let_plaintext_in_are_named(int major)
    {
        (PlaintextFacts facts, ServerTlsFacts sql) = await AskAsync(
            major, "hostssl all all 10.0.0.0/8 scram-sha-256", "host shop all 10.0.0.0/8 scram-sha-256", "host all all 127.0.0.1/32 trust",
            "host replication all 10.0.0.5/32 scram-sha-256", "hostnossl all all all reject", "host all all all scram-sha-256");

        Finding finding = Assert.Single(PlaintextFindings.Find(facts, sql));

        Assert.Equal("PlaintextLetIn", finding.Code);
        Assert.Equal("Clients may connect without TLS: pg_hba.conf:4, pg_hba.conf:6 let them in, or some of them.", finding.Message);
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task Rules_before_that_refuse_all_together_are_seen(int major)
    {
        (PlaintextFacts facts, ServerTlsFacts sql) = await AskAsync(
            major, "host all all 127.0.0.1/32 trust", "hostnossl all all 0.0.0.0/0 reject", "hostnossl all all ::/0 reject",
            "host all all all scram-sha-256");

        Assert.Empty(PlaintextFindings.Find(facts, sql));
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task Rules_that_the_server_does_not_use_are_told(int major)
    {
        await using PostgresCluster cluster = await StartAsync(major, "host all all all trust");
        Assert.Equal(["PlaintextLetIn"], await CodesAsync());

        await Task.Delay(50, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            cluster.HbaPath, "local all all trust\nhost all all 127.0.0.1/32 trust\nhostnossl all,replication all all reject\n",
            TestContext.Current.CancellationToken);
        Assert.Equal(["RulesNotLoaded"], await CodesAsync());
        await cluster.ReloadAsync();
        Assert.Empty(await CodesAsync());
        await File.AppendAllTextAsync(cluster.HbaPath, "hosts all all all trust\n", TestContext.Current.CancellationToken);
        await cluster.ReloadAsync();
        Assert.Equal(["RulesRefused"], await CodesAsync());

        async Task<IEnumerable<string>> CodesAsync()
        {
            (PlaintextFacts facts, ServerTlsFacts sql) = await AskAsync(cluster, "postgres");
            return PlaintextFindings.Find(facts, sql).Select(finding => finding.Code);
        }
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task A_standby_that_receives_nothing_is_told_by_its_setting(int major)
    {
        await using PostgresCluster cluster = await StartAsync(major, "host all all 127.0.0.1/32 trust");
        foreach ((string conninfo, string? mode) in new[]
        {
            ("host=127.0.0.1 port=1 password='x y' sslmode = 'verify-full'", "verify-full"),
            ("host=127.0.0.1 port=1", "prefer"),
            ("service=main", null),
        })
        {
            await cluster.QueryAsync($"ALTER SYSTEM SET primary_conninfo = {SqlQuoting.Literal(conninfo)}");
            await cluster.ReloadAsync();
            await using IServerSession session = await Sessions.OpenAsync(ConnInfo(cluster, "postgres"));
            ServerTlsFacts sql = await ServerTlsReader.ReadAsync(session, TestContext.Current.CancellationToken) with { IsStandby = true };
            LiveServer live = await LiveServer.OfAsync(
                session, Sessions.Resolve(ConnInfo(cluster, "postgres")), Sessions.Timeout, TestContext.Current.CancellationToken);

            Assert.Equal(mode, (await PlaintextFacts.ReadAsync(live, sql, TestContext.Current.CancellationToken)).ReceiverSslMode);
        }
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task A_server_without_TLS_has_no_finding_of_its_own(int major)
    {
        (PlaintextFacts facts, ServerTlsFacts sql) = await AskAsync(major, "host all all all trust");
        Assert.NotEmpty(PlaintextFindings.Find(facts, sql));

        var settings = new Dictionary<string, ServerSetting>(sql.Settings) { ["ssl"] = sql.Settings["ssl"] with { Value = "off" } };
        Assert.Empty(PlaintextFindings.Find(facts, sql with { Settings = settings }));
    }

    /// <summary>The servers of tests listen on loopback only, so the session is moved.</summary>
    [Fact]
    public async Task Sessions_over_the_network_are_counted_by_role()
    {
        (PlaintextFacts facts, ServerTlsFacts sql) = await AskAsync(15, "host all all 127.0.0.1/32 trust");
        SslSession own = Assert.Single(facts.Sessions.Sessions, session => session.IsOwn);
        SslSession[] others =
        [
            .. from role in new[] { "repl", "app", "app", "web", "jobs" }
               select own with { UserName = role, IsOwn = false, IsLoopback = false, Transport = "plaintext" },
            own with { IsOwn = false, IsLoopback = true, Transport = "plaintext" },
            own with { IsOwn = false, IsLoopback = false, Transport = "tls" },
        ];

        Finding finding = Assert.Single(PlaintextFindings.Find(facts with { Sessions = new SessionList(others, 0) }, sql));

        Assert.Equal("PlaintextSessions", finding.Code);
        Assert.Equal("5 sessions are in plaintext over the network now: app (2), repl (1), web (1) and 1 more.", finding.Message);
    }

    [Theory]
    [InlineData("sslmode=prefer ", FindingSeverity.Warning)]
    [InlineData("sslmode=disable ", FindingSeverity.Warning)]
    [InlineData("sslmode=require ", FindingSeverity.Information)]
    [InlineData("sslmode=verify-ca ", null)]
    [InlineData("sslmode=verify-full ", null)]
    [InlineData("application_name=x sslmode=prefer sslmode=verify-full ", null)]
    [InlineData("", null)]
    internal async Task A_standby_is_told_by_the_mode_of_its_receiver(string mode, Enum? severity)
    {
        (PlaintextFacts facts, ServerTlsFacts sql) = await AskAsync(15, "host all all 127.0.0.1/32 trust");
        string conninfo = Standby.Replace("{0}", mode, StringComparison.Ordinal);

        Finding[] findings = [.. PlaintextFindings.Find(facts with { ReceiverSslMode = PlaintextFacts.SslModeOf(conninfo) }, sql)];

        Assert.Equal(severity is null ? [] : ["StandbySslMode"], findings.Select(finding => finding.Code));
        Assert.Equal(severity, findings.FirstOrDefault()?.Level);
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task What_a_role_may_not_see_is_said_with_the_grants(int major)
    {
        await using PostgresCluster cluster = await StartAsync(major, "host all all all trust");
        await cluster.QueryAsync("CREATE ROLE nobody_special LOGIN");
        await using IServerSession other = await Sessions.OpenAsync(ConnInfo(cluster, "postgres"));
        (PlaintextFacts facts, ServerTlsFacts sql) = await AskAsync(cluster, "nobody_special");

        Finding finding = Assert.Single(PlaintextFindings.Find(facts, sql));

        Assert.Equal(("PlaintextNotSeen", FindingSeverity.Information), (finding.Code, finding.Level));
        Assert.Contains("may not see pg_hba.conf and 1 session of other roles, so it is not known", finding.Message);
        foreach (string grant in finding.Remedy["As a superuser: ".Length..].Split("; "))
            await cluster.QueryAsync(grant);
        (facts, sql) = await AskAsync(cluster, "nobody_special");
        Assert.Equal("PlaintextLetIn", Assert.Single(PlaintextFindings.Find(facts, sql)).Code);
    }

    private static string ConnInfo(PostgresCluster cluster, string user) => $"host=127.0.0.1 port={cluster.Port} user={user} dbname=postgres";

    private static async Task<PostgresCluster> StartAsync(int major, params string[] rules)
    {
        PostgresCluster cluster = await ClusterPool.RentAsync((await PostgresInstallation.FindAsync(major)).OrSkip(Assert.Skip));
        await cluster.InstallCertificateAsync(TestAuthority.CreateRoot("Plaintext CA").Issue(LeafOptions.ForLoopback()));
        await cluster.SetHbaAsync(["local all all trust", .. rules]);
        return cluster;
    }

    private static async Task<(PlaintextFacts Facts, ServerTlsFacts Sql)> AskAsync(int major, params string[] rules)
    {
        await using PostgresCluster cluster = await StartAsync(major, [.. rules, "host all all 127.0.0.1/32 trust"]);
        return await AskAsync(cluster, "postgres");
    }

    private static async Task<(PlaintextFacts Facts, ServerTlsFacts Sql)> AskAsync(PostgresCluster cluster, string user)
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        await using IServerSession session = await Sessions.OpenAsync(ConnInfo(cluster, user));
        LiveServer live = await LiveServer.OfAsync(session, Sessions.Resolve(ConnInfo(cluster, user)), Sessions.Timeout, token);
        ServerTlsFacts sql = await ServerTlsReader.ReadAsync(session, token);
        return (await PlaintextFacts.ReadAsync(live, sql, token), sql);
    }
}
