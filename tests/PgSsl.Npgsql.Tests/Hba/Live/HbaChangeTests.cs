using System.Diagnostics;
using PgSsl.Backups;
using PgSsl.Changes;
using PgSsl.Files;
using PgSsl.Hba;
using PgSsl.Hba.Live;
using PgSsl.Hba.Policy;
using PgSsl.Sandbox;
using PgSsl.Server;

namespace PgSsl.Tests.Hba.Live;

/// <summary>Changes of a running server's pg_hba.conf: proven on the wire, or put back.</summary>
public class HbaChangeTests
{
    private const string Everybody = "host all all 0.0.0.0/0 trust";

    private static readonly PgSslException ConnectionBroke = new(PgSslError.ConnectionClosed, "the connection broke", null);

    public static TheoryData<int> Majors => HbaServer.Majors;

    [Theory, MemberData(nameof(Majors))]
    public async Task Enforced_means_that_psql_gets_in_over_TLS_only(int major)
    {
        await using HbaScenario scenario = await HbaScenario.PlannedAsync(major, Everybody + " # everybody");

        IReadOnlyList<Proof> preflight = await scenario.CheckAsync();
        HbaChangeResult result = await scenario.ApplyAsync();

        Assert.All(preflight.Concat(result.Proofs), proof => Assert.Equal(ProofState.Proven, proof.Outcome));
        Assert.Equal(2, result.Proofs.Count(proof => proof.Name == "Wire"));
        Assert.Equal(scenario.Old, await File.ReadAllBytesAsync(Assert.Single(result.Backups), TestContext.Current.CancellationToken));
        Assert.False((await scenario.Server.ConnectAsync("disable")).Connected);
        Assert.Equal("tls", (await scenario.Server.ConnectAsync("require")).Transport);
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task A_backup_brings_the_old_rules_back_byte_for_byte(int major)
    {
        await using HbaScenario scenario = await HbaScenario.PlannedAsync(major, "# odd \t ", "host\tall all 0.0.0.0/0 trust", "");
        HbaChangeResult made = await scenario.ApplyAsync();

        var contents = new Dictionary<string, byte[]>
        {
            [BackupName.Parse(made.Backups[0])!.Target] = await File.ReadAllBytesAsync(made.Backups[0], TestContext.Current.CancellationToken),
        };
        scenario.Plan = HbaBackup.Plan(scenario.Read(), contents, DiskServerFiles.Instance);
        HbaChangeResult restored = await scenario.ApplyAsync();

        Assert.Contains(restored.Proofs, proof => proof is { Name: "Wire", Outcome: ProofState.Proven });
        Assert.Equal(scenario.Old, scenario.Server.Content);
        Assert.True((await scenario.Server.ConnectAsync("disable")).Connected);
    }

    [Fact]
    public async Task Replication_over_TLS_goes_on_while_plaintext_is_shut_out()
    {
        await using HbaServer server = await HbaServer.StartReplicatedAsync(15, Everybody, "host replication replicator 0.0.0.0/0 trust");
        string directory = SandboxDirectory.Create();
        string conninfo = $"host=127.0.0.1 port={server.Cluster.Port} user=replicator sslmode=";
        using Process streaming = StartReceiving(server, conninfo + "require", directory);
        try
        {
            await WaitForStreamingAsync(server);
            await (await HbaScenario.PlannedAsync(server)).ApplyAsync();

            Assert.Equal("1", (await server.Cluster.QueryAsync("SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'"))[0][0]);
            Assert.Equal(0, (await BackUpAsync(server, conninfo + "require", Path.Combine(directory, "tls"))).ExitCode);
            ProcessResult plaintext = await BackUpAsync(server, conninfo + "disable", Path.Combine(directory, "plaintext"));
            Assert.Contains("no pg_hba.conf entry for replication connection", plaintext.StandardError);
        }
        finally
        {
            streaming.Kill();
            await streaming.WaitForExitAsync(CancellationToken.None);
            Directory.Delete(directory, recursive: true);
        }
    }

    [Theory, InlineData("pg_hba_file_rules"), InlineData("pg_reload_conf")]
    public async Task What_fails_on_the_way_is_put_back_byte_for_byte(string statement)
    {
        await using HbaScenario scenario = await HbaScenario.PlannedAsync(15, Everybody);
        scenario.FailAt(statement, ConnectionBroke);

        var failure = await Assert.ThrowsAsync<PgSslException>(scenario.ApplyAsync);

        Assert.Equal(PgSslError.ChangeNotProven, failure.Error);
        Assert.Contains("the connection broke", failure.Message);
        await scenario.AssertUntouchedAsync();
    }

    /// <summary>The server says yes to the reload, and goes on with its old rules.</summary>
    [Fact]
    public async Task A_reload_that_does_not_happen_is_seen_on_the_wire_and_put_back()
    {
        await using HbaScenario scenario = await HbaScenario.PlannedAsync(15, Everybody);
        Assert.SkipWhen(ServerPlatform.EachProcessReads(scenario.Live.DataDirectory!), "This server needs no reload for its rules.");
        scenario.FailAt("pg_reload_conf", failure: null);
        scenario.ReloadTimeout = TimeSpan.FromSeconds(1);

        var failure = await Assert.ThrowsAsync<PgSslException>(scenario.ApplyAsync);

        Assert.Equal(PgSslError.ChangeNotProven, failure.Error);
        Assert.Contains("in plaintext should be refused by the new rules, and is not", failure.Message);
        await scenario.AssertUntouchedAsync();
    }

    [Fact]
    public async Task Whoever_stops_it_half_way_gets_the_old_rules_back()
    {
        await using HbaScenario scenario = await HbaScenario.PlannedAsync(15, Everybody);
        scenario.FailAt("pg_reload_conf", new OperationCanceledException());

        await Assert.ThrowsAnyAsync<OperationCanceledException>(scenario.ApplyAsync);

        await scenario.AssertUntouchedAsync();
    }

    [Fact]
    public async Task A_server_that_says_ssl_on_and_does_no_TLS_is_not_changed()
    {
        await using HbaServer server = await HbaServer.StartAsync(15, Everybody);
        File.Delete(Path.Combine(server.Cluster.DataDirectory, "server.crt"));
        await server.Cluster.ConfigureAsync(new Dictionary<string, string?> { ["ssl"] = "off" });
        await server.Cluster.ConfigureAsync(new Dictionary<string, string?> { ["ssl"] = "on" });
        HbaScenario scenario = await HbaScenario.PlannedAsync(server);
        Assert.True(scenario.Live.Facts.Dialect.SslIsOn);

        var failure = await Assert.ThrowsAsync<PgSslException>(scenario.CheckAsync);

        Assert.Equal(PgSslError.TlsNotOffered, failure.Error);
        Assert.Contains("says ssl = on, and does not offer TLS", failure.Message);
    }

    [Fact]
    public async Task A_file_that_is_not_the_servers_is_not_changed()
    {
        await using HbaScenario scenario = await HbaScenario.PlannedAsync(15, Everybody);
        string directory = SandboxDirectory.Create(), other = Path.Combine(directory, "pg_hba.conf");
        await File.WriteAllTextAsync(other, "host all all all trust\n", TestContext.Current.CancellationToken);
        scenario.Plan = HbaServer.Plan(scenario.Live, other);

        var failure = await Assert.ThrowsAsync<PgSslException>(scenario.CheckAsync);

        Assert.Equal(PgSslError.ContradictoryParameters, failure.Error);
        Assert.Contains("the server sees", failure.Message);
        Directory.Delete(directory, recursive: true);
    }

    /// <summary>A copy has the same lines as the server's file, and the server never reads it.</summary>
    [Theory, MemberData(nameof(Majors))]
    public async Task A_copy_of_the_servers_file_is_not_taken_for_it(int major)
    {
        await using HbaScenario scenario = await HbaScenario.PlannedAsync(major, Everybody, "host all all ::/0 md5");
        string directory = SandboxDirectory.Create(), copy = Path.Combine(directory, "pg_hba.conf");
        await File.WriteAllBytesAsync(copy, scenario.Old, TestContext.Current.CancellationToken);
        HbaLive here = scenario.Live;
        var policy = new HbaPolicy { Method = "scram-sha-256", Selection = new() { Types = [PgSsl.Hba.HbaConnectionType.Host] } };

        scenario.Plan = HbaServer.Plan(here, copy, policy);
        var refused = await Assert.ThrowsAsync<PgSslException>(scenario.CheckAsync);
        Assert.Equal(PgSslError.ContradictoryParameters, refused.Error);
        Assert.Contains($"reads {scenario.Server.Cluster.HbaPath}, and {copy} is another file", refused.Message);

        // In a container the server's name for its file says nothing here.
        scenario.Live = here with { PostmasterId = null };
        await scenario.CheckAsync();
        var failure = await Assert.ThrowsAsync<PgSslException>(scenario.ApplyAsync);
        Assert.Equal(PgSslError.ChangeNotProven, failure.Error);
        Assert.Equal(scenario.Old, await File.ReadAllBytesAsync(copy, TestContext.Current.CancellationToken));
        await scenario.AssertUntouchedAsync();
        Directory.Delete(directory, recursive: true);
    }

    /// <summary>Line and type are as planned, and everything else is not.</summary>
    [Fact]
    public void Rules_are_compared_in_all_that_the_view_shows()
    {
        const string Line = "hostssl \"a\",b app,+staff 10.0.0.0/8 md5 clientcert=verify-ca";
        string directory = SandboxDirectory.Create(), path = Path.Combine(directory, "pg_hba.conf");
        File.WriteAllText(path, Line + "\n");
        var document = PgSsl.Hba.HbaDocument.Read(path, new PgSsl.Hba.HbaDialect { Major = 18, SslIsOn = true }, DiskServerFiles.Instance);
        Directory.Delete(directory, recursive: true);
        var rule = new ServerRule(1, "hostssl")
        {
            FileName = "/data/pg_hba.conf", Databases = ["a", "b"], Users = ["app", "+staff"], Address = "10.0.0.0", Netmask = "255.0.0.0",
            Method = "md5", Options = ["clientcert=verify-ca"],
        };

        Assert.Null(ServerRule.Differs([rule], document));
        Assert.All(
            (ServerRule[])
            [
                rule with { FileName = "/data/other.conf" }, rule with { Databases = ["a"] }, rule with { Users = ["app", "staff"] },
                rule with { Address = "11.0.0.0" }, rule with { Netmask = "255.255.0.0" }, rule with { Method = "trust" },
                rule with { Options = null }, rule with { Options = ["clientcert=verify-ca", "ldaptls=1"] }, rule with { HasError = true },
            ],
            other => Assert.StartsWith("the server sees another ", ServerRule.Differs([other], document)));
    }

    [Fact]
    public async Task Client_certificates_are_not_demanded_if_the_server_has_no_CA_for_them()
    {
        await using HbaScenario scenario = await HbaScenario.PlannedAsync(15, Everybody);
        scenario.PlanFor(new HbaPolicy { ClientCertificate = ClientCertificateDemand.VerifyCa });

        var failure = await Assert.ThrowsAsync<PgSslException>(scenario.CheckAsync);

        Assert.Equal(PgSslError.LockOut, failure.Error);
        Assert.Contains("ssl_ca_file", failure.Message);
    }

    [Fact]
    public async Task Whoever_may_not_reload_is_told_what_to_grant()
    {
        await using HbaScenario scenario = await HbaScenario.PlannedAsync(15, Everybody);
        await using IServerSession weak = await Sessions.OpenAsync(
            $"host=127.0.0.1 port={scenario.Server.Cluster.Port} user=app dbname=postgres sslmode=require");
        HbaServerFacts facts = await new HbaServerReader(weak, TestContext.Current.CancellationToken).ReadAsync();
        scenario.Live = new HbaLive(scenario.Live with { Session = weak }, facts);

        var failure = await Assert.ThrowsAsync<PgSslException>(scenario.CheckAsync);

        Assert.Equal(PgSslError.InsufficientPrivilege, failure.Error);
        Assert.Contains("GRANT EXECUTE ON FUNCTION pg_reload_conf() TO \"app\"", failure.Remedy);
    }

    private static Task<ProcessResult> BackUpAsync(HbaServer server, string conninfo, string directory) => ProcessRunner.RunAsync(
        server.Cluster.Installation.Program("pg_basebackup"), ["-d", conninfo, "-D", directory, "-c", "fast", "-X", "fetch"],
        environment: CleanEnvironment.ForServers());

    private static Process StartReceiving(HbaServer server, string conninfo, string directory)
    {
        string program = server.Cluster.Installation.Program("pg_receivewal");
        if (!File.Exists(program))
            Assert.Skip("pg_receivewal is not installed.");
        return Process.Start(new ProcessStartInfo(program, ["-d", conninfo, "-D", directory, "--no-loop"]) { UseShellExecute = false })!;
    }

    private static async Task WaitForStreamingAsync(HbaServer server)
    {
        for (DateTime deadline = DateTime.UtcNow.AddSeconds(20); ; await Task.Delay(50))
        {
            if ((await server.Cluster.QueryAsync("SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'"))[0][0] == "1")
                return;
            Assert.True(DateTime.UtcNow < deadline, "pg_receivewal does not stream.");
        }
    }
}
