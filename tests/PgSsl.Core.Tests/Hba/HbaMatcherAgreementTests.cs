using PgSsl.Common;
using PgSsl.Files;
using PgSsl.Hba;
using PgSsl.Hba.Live;
using PgSsl.Sandbox;
using PgSsl.Wire;

namespace PgSsl.Tests.Hba;

/// <summary>
/// What the matcher says of a client is what real connections meet, over users, databases, 127.0.0.x, TLS and replication. The method that
/// the server asks for tells which rule it was.
/// </summary>
public class HbaMatcherAgreementTests
{
    private const int RuleSets = 12;

    private static readonly string[] Users = ["app", "bob", "carol", "postgres"];
    private static readonly string[] Databases = ["postgres", "app", "admins", "sales"];
    private static readonly string[] Methods = ["trust", "md5", "password", "scram-sha-256", "reject"];
    private static readonly NumericAddress[] Addresses =
        [.. ((string[])["127.0.0.1", "127.0.0.2", "127.0.0.9", "127.1.0.1", "::1"]).Select(text => NumericAddress.Parse(text)!.Value)];

    // bob is a member of admins through staff.
    private static readonly RoleMemberships Memberships = new(
        new Dictionary<string, string[]> { ["admins"] = ["staff"], ["staff"] = ["bob"] },
        ["app", "bob", "carol", "postgres", "admins", "staff", "sales"]);

    [Theory]
    [InlineData(15)]
    [InlineData(18)]
    public async Task Real_connections_meet_what_the_matcher_says(int version)
    {
        PostgresCluster cluster = (await ClusterPool.GetAsync(version, "hba-matcher", PrepareAsync)).OrSkip(Assert.Skip);
        var random = new Random(20261122 + version);
        HbaMatchContext context = LocalMatchContext.Find(usesDns: true) with { IsMember = (user, role) => Memberships.IsMember(user, role) };
        for (int i = 0; i < RuleSets; i++)
        {
            string[] lines = [.. Enumerable.Range(0, random.Next(2, 9)).Select(_ => RandomRule(random, version))];
            await cluster.SetHbaAsync(lines);
            HbaDocument document = HbaDocument.Read(cluster.HbaPath, new HbaDialect { Major = version, SslIsOn = true }, DiskServerFiles.Instance);
            HbaClient[] clients = [.. Enumerable.Range(0, 60).Select(_ => RandomClient(random)).Distinct().Where(client => !IsSandbox(client))];
            await Parallel.ForEachAsync(clients, async (client, _) =>
            {
                HbaVerdict verdict = new HbaMatcher(context).Find(document.Records, client);
                StartupAnswer answer = await SourceBoundClient.ConnectAsync(cluster, client);
                Assert.True(verdict.IsCertain);
                Assert.True(Expected(verdict) == Seen(answer),
                    $"{client}: expected {Expected(verdict)}, seen {Seen(answer)} in\n{string.Join('\n', lines)}");
            });
        }
    }

    [Theory]
    [InlineData(15)]
    [InlineData(18)]
    public async Task The_reason_of_a_rejected_client_is_what_the_server_says(int version)
    {
        PostgresCluster cluster = (await ClusterPool.GetAsync(version, "hba-matcher-words", PrepareAsync)).OrSkip(Assert.Skip);
        await cluster.SetHbaAsync("host all app 127.0.0.1/32 reject");
        HbaDocument document = HbaDocument.Read(cluster.HbaPath, new HbaDialect { Major = version }, DiskServerFiles.Instance);
        foreach (HbaClient client in from user in (string[])["app", "bob"]
                                     from transport in (HbaTransport[])[HbaTransport.Tls, HbaTransport.Plaintext]
                                     from isReplication in (bool[])[false, true]
                                     select new HbaClient(user, "postgres", transport, Addresses[0]) { IsReplication = isReplication })
        {
            var refused = Assert.IsType<StartupAnswer.Refused>(await SourceBoundClient.ConnectAsync(cluster, client));
            Assert.Equal(refused.Message, HbaRuleTest.Of(document, client, HbaMatchContext.Unknown).Reason);
        }
    }

    // Of a role without password, md5 asks as password_encryption says (auth.c, CheckPWChallengeAuth).
    private static async Task PrepareAsync(PostgresCluster cluster)
    {
        await cluster.ConfigureAsync(
            new Dictionary<string, string?> { ["wal_level"] = "replica", ["max_wal_senders"] = "60", ["password_encryption"] = "md5" });
        await cluster.RestartAsync();
        await cluster.InstallCertificateAsync(TestAuthority.CreateRoot("Hba Root").Issue(LeafOptions.ForLoopback()));
        await cluster.QueryAsync(
            "CREATE ROLE app LOGIN; CREATE ROLE staff; CREATE ROLE admins ROLE staff; CREATE ROLE bob LOGIN IN ROLE staff; "
                + "CREATE ROLE carol LOGIN SUPERUSER; CREATE ROLE sales");
        foreach (string database in (string[])["app", "admins", "sales"])
            await cluster.QueryAsync($"CREATE DATABASE {database}");
    }

    // The sandbox lets itself in before all rules of a test.
    private static bool IsSandbox(HbaClient client) => client is { Transport: HbaTransport.Socket, User: "postgres" };

    private static string RandomRule(Random random, int version)
    {
        string[] types = ["local", "host", "host", "hostssl", "hostnossl", "hostnogssenc"];
        string[] databases = ["all", "all", "postgres", "app", "sales", "sameuser", "samerole", "replication", "\"all\"", "all,replication",
            "postgres,sales"];
        string[] users = ["all", "all", "app", "bob", "+admins", "+staff", "\"+admins\"", "carol,app", "+nobody"];
        string[] addresses = ["all", "0.0.0.0/0", "127.0.0.1/32", "127.0.0.0/30", "127.0.0.0 255.255.255.248", "127.0.0.9/8", "127.0.0.1 255.0.0.255",
            "::/0", "::1/128", "samehost", "samenet", "localhost", ".example.com"];
        if (version >= 16)
        {
            databases = [.. databases, "/^s", "/a{1}p", "\"/(app|sales)$\""];
            users = [.. users, "/^(bob|carol)$", "/o"];
        }
        string type = random.Pick(types);
        string address = type == "local" ? "" : random.Pick(addresses);
        return $"{type} {random.Pick(databases)} {random.Pick(users)} {address} {random.Pick(Methods)}";
    }

    private static HbaClient RandomClient(Random random)
    {
        HbaTransport transport = random.Pick([HbaTransport.Tls, HbaTransport.Plaintext, HbaTransport.Plaintext, HbaTransport.Socket]);
        NumericAddress[] reachable = LoopbackPort.HasIPv6 ? Addresses : Addresses[..^1];
        return new HbaClient(
            random.Pick(Users), random.Pick(Databases), transport, transport == HbaTransport.Socket ? null : random.Pick(reachable))
        {
            IsReplication = random.Next(5) == 0,
        };
    }

    private static string Expected(HbaVerdict verdict) => verdict.Entry?.Record?.Method switch
    {
        null => "implicit reject",
        "trust" => "none",
        var method => method,
    };

    private static string Seen(StartupAnswer answer) => answer switch
    {
        StartupAnswer.Admitted admitted => admitted.Method,
        StartupAnswer.Refused { SqlState: "28000" } refused when refused.Message.StartsWith("no pg_hba.conf", StringComparison.Ordinal) =>
            "implicit reject",
        StartupAnswer.Refused { SqlState: "28000" } refused when refused.Message.StartsWith("pg_hba.conf rejects", StringComparison.Ordinal) =>
            "reject",
        // Behind pg_hba.conf: trusted, and not allowed to replicate, or no walsender is to be had.
        StartupAnswer.Refused { SqlState: "42501" or "53300" or "28000" } => "none",
        var other => other.ToString(),
    };
}

internal static class RandomPick
{
    /// <summary>Any of them.</summary>
    public static T Pick<T>(this Random random, IReadOnlyList<T> items) => items[random.Next(items.Count)];
}
