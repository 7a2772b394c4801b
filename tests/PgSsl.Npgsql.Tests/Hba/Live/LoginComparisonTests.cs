using PgSsl.Changes;
using PgSsl.Files;
using PgSsl.Hba;
using PgSsl.Hba.Live;
using PgSsl.Hba.Policy;
using PgSsl.Sandbox;
using PgSsl.Server;

namespace PgSsl.Tests.Hba.Live;

/// <summary>Whoever was asked for something gets in with no less after a change, and whoever could log in still can, or that is said.</summary>
public class LoginComparisonTests
{
    private static readonly HbaPolicy WithLoopback = new() { Selection = new() { IncludesLoopback = true } };

    public static TheoryData<int> Majors => HbaServer.Majors;

    /// <summary>The rule that asked for a password decides over TLS only, and a weaker one behind it in plaintext.</summary>
    [Theory, MemberData(nameof(Majors))]
    public async Task A_weaker_rule_does_not_begin_to_decide_in_plaintext(int major)
    {
        await using HbaServer server = await HbaServer.StartAsync(major, "host all all 0.0.0.0/0 scram-sha-256", "host all all 127.0.0.1/32 trust");
        byte[] old = server.Content;
        Assert.False((await server.ConnectAsync("disable")).Connected);

        PlannedHbaChange change = await PrepareAsync(server, new HbaPolicy());
        var refused = Assert.Throws<PgSslException>(() => change.Check(isForced: false));

        Assert.Equal(PgSslError.LooserLogin, refused.Error);
        Assert.Contains("in plaintext by pg_hba.conf:3 (trust), where pg_hba.conf:2 (scram-sha-256) decided before", refused.Message);
        Assert.Contains("postgres", refused.Message);
        Assert.Contains("-IncludeLoopback", refused.Remedy);
        Assert.Equal(old, server.Content);
        (await PrepareAsync(server, WithLoopback)).Check(isForced: false);

        change.Check(isForced: true);
        HbaSslChange forced = (await change.ApplyAsync(TestContext.Current.CancellationToken)).Output;
        Assert.False(forced.IsProven);
        Assert.Contains(forced.Proofs, proof => proof is { Name: "Demands", Outcome: ProofState.NotMade });
        Assert.True((await server.ConnectAsync("disable")).Connected);
    }

    [Theory]
    [InlineData("host all app 0.0.0.0/0 scram-sha-256", "host all all 0.0.0.0/0 trust", "certain")]
    [InlineData("host all app 0.0.0.0/0 scram-sha-256", "host all all 0.0.0.0/0 password", "certain")]
    [InlineData("host all app 0.0.0.0/0 scram-sha-256", "host all all 0.0.0.0/0 md5", "no")]
    [InlineData("host all app 10.0.0.0/8 scram-sha-256", "host all all 127.0.0.1/32 trust", "no")]
    [InlineData("host all app 10.0.0.0/8 scram-sha-256", "host all all 10.1.0.0/16 trust", "certain")]
    [InlineData("host replication app 0.0.0.0/0 scram-sha-256", "host all all 0.0.0.0/0 trust", "no")]
    [InlineData("host all app samenet scram-sha-256", "host all all 192.168.0.0/16 trust", "perhaps")]
    [InlineData("host all app db.example.org scram-sha-256", "host all all 192.168.0.0/16 trust", "perhaps")]
    [InlineData("host all app samenet scram-sha-256", "host all all 127.0.0.1/32 trust", "certain")]
    [InlineData("host all app .example.org scram-sha-256", "host all all 127.0.0.1/32 trust", "perhaps")]
    [InlineData("host sameuser app 0.0.0.0/0 scram-sha-256", "host all all 0.0.0.0/0 trust", "no")]
    public async Task What_decides_in_plaintext_is_compared_for_roles_databases_and_places(string rule, string next, string isLooser)
    {
        await using HbaServer server = await HbaServer.StartAsync(15, rule, next);
        await server.Cluster.QueryAsync("ALTER ROLE app PASSWORD 'x'");

        HbaPolicy policy = WithLoopback with { Selection = WithLoopback.Selection with { Users = ["app"] } };
        LostLogins found = await FindAsync(server, Plan(await server.ObserveAsync(), server, policy));

        bool isDoubt = found.Doubts.Any(doubt => doubt.StartsWith("app perhaps get in with less than before", StringComparison.Ordinal));
        Assert.Equal(isLooser, found.Looser.Count > 0 ? "certain" : isDoubt ? "perhaps" : "no");
    }

    /// <summary>Who has no account of Kerberos has no way by a rule for GSSAPI.</summary>
    [Fact]
    public async Task A_rule_for_GSSAPI_excuses_no_weaker_rule()
    {
        await using HbaServer server = await HbaServer.StartAsync(
            15, "hostgssenc all all 127.0.0.1/32 trust", "host all all 0.0.0.0/0 scram-sha-256", "host all all 127.0.0.1/32 trust");

        Assert.NotEmpty((await FindAsync(server, Plan(await server.ObserveAsync(), server, new HbaPolicy()))).Looser);
    }

    /// <summary>The rules that decided before took no md5 password, and so did not let that role in.</summary>
    [Fact]
    public async Task Whoever_no_rule_let_in_before_is_not_let_in_by_a_later_one()
    {
        await using HbaServer server = await HbaServer.StartAsync(15, "host all app 0.0.0.0/0 scram-sha-256", "host all app 127.0.0.1/32 md5");
        await server.Cluster.QueryAsync("SET password_encryption = 'md5'; ALTER ROLE app PASSWORD 'x'");

        LostLogins found = await FindAsync(server, Plan(await server.ObserveAsync(), server, new HbaPolicy()));

        Assert.Contains("app in plaintext by pg_hba.conf:3 (md5)", Assert.Single(found.Looser));
    }

    /// <summary>PostgreSQL takes any mask: this one is for each address that ends with 5.</summary>
    [Fact]
    public async Task A_mask_with_holes_decides_about_the_addresses_in_it()
    {
        await using HbaServer server = await HbaServer.StartAsync(
            15, "hostssl all app 127.0.0.5 255.0.0.255 scram-sha-256", "host all app 127.1.0.0/16 trust");

        LostLogins found = await FindAsync(server, Plan(await server.ObserveAsync(), server, WithLoopback));

        Assert.Equal("app", Assert.Single(found.Roles).Role);
    }

    /// <summary>Nobody but superusers gets in with a limit of 0.</summary>
    [Fact]
    public async Task A_role_that_may_have_no_connection_loses_nothing()
    {
        await using HbaServer server = await HbaServer.StartAsync(15, "host all app 127.0.0.1/32 md5");
        await server.Cluster.QueryAsync("SET password_encryption = 'md5'; ALTER ROLE app PASSWORD 'x' CONNECTION LIMIT 0");

        HbaPolicy scram = WithLoopback with { Method = "scram-sha-256" };
        Assert.Empty((await FindAsync(server, Plan(await server.ObserveAsync(), server, scram))).Roles);
    }

    /// <summary>Allowing plaintext is asked for; that no certificate is asked for any more is said.</summary>
    [Fact]
    public async Task What_is_demanded_no_more_where_plaintext_is_allowed_is_a_warning()
    {
        await using HbaServer server = await HbaServer.StartAsync(15, "hostssl all app 127.0.0.1/32 trust clientcert=verify-full");

        PlannedHbaChange change = await PrepareAsync(server, WithLoopback with { AllowsPlaintext = true });

        change.Check(isForced: false);
        Assert.Contains(change.Warnings, line => line.StartsWith("With less than before would get in: app", StringComparison.Ordinal));
    }

    /// <summary>The DN of a certificate is another demand than its CN.</summary>
    [Fact]
    public async Task A_backup_with_another_demand_on_certificates_is_a_doubt()
    {
        await using HbaServer server = await HbaServer.StartAsync(15, "hostssl all app 127.0.0.1/32 trust clientcert=verify-full clientname=DN");
        byte[] backup = server.Content;
        await server.Cluster.SetHbaAsync("hostssl all app 127.0.0.1/32 trust clientcert=verify-full");

        LostLogins found = await FindAsync(server, await PlanRestoreAsync(server, backup));

        Assert.Contains("app perhaps could not log in any more", Assert.Single(found.Doubts));
    }

    /// <summary>Only a part of the converted rule has an earlier one over TLS: a network, or a database.</summary>
    [Theory]
    [InlineData("hostssl all all 127.0.0.0/8 scram-sha-256")]
    [InlineData("hostssl postgres all 0.0.0.0/0 scram-sha-256")]
    [InlineData("hostssl all app 127.0.0.0/8 reject")]
    public async Task An_earlier_rule_for_a_part_of_the_clients_locks_nobody_out(string earlier)
    {
        await using HbaServer server = await HbaServer.StartAsync(15, earlier, "host all all 0.0.0.0/0 trust");
        Assert.True((await server.ConnectAsync("disable")).Connected);

        PlannedHbaChange change = await PrepareAsync(server, new HbaPolicy());
        var refused = Assert.Throws<PgSslException>(() => change.Check(isForced: false));

        Assert.Equal(PgSslError.LockOut, refused.Error);
        Assert.Contains("app", refused.Message);
        Assert.Contains("could not log in any more by pg_hba.conf:2", refused.Message);
        change.Check(isForced: true);
        Assert.False((await change.ApplyAsync(TestContext.Current.CancellationToken)).Output.IsProven);
    }

    /// <summary>Whether clients have certificates, or know a password that nobody asked them for, is not known.</summary>
    [Theory]
    [InlineData("hostssl all app 127.0.0.1/32 cert", "host all app 127.0.0.1/32 scram-sha-256", "it demands a client certificate")]
    [InlineData("hostssl all app 127.0.0.1/32 scram-sha-256", "host all app 127.0.0.1/32 trust", "it asks for a password (scram-sha-256)")]
    public async Task What_clients_have_for_an_earlier_rule_is_not_guessed(string earlier, string rule, string why)
    {
        await using HbaServer server = await HbaServer.StartAsync(15, earlier, rule);
        await server.Cluster.QueryAsync("ALTER ROLE app PASSWORD 'x'");

        PlannedHbaChange change = await PrepareAsync(server, WithLoopback);

        change.Check(isForced: false);
        Assert.Contains(change.Warnings, line => line.StartsWith("app perhaps could not log in", StringComparison.Ordinal) && line.Contains(why));
        HbaSslChange made = (await change.ApplyAsync(TestContext.Current.CancellationToken)).Output;
        Assert.False(made.IsProven);
        Assert.Contains(made.Proofs, proof => proof is { Name: "Logins", Outcome: ProofState.NotMade });
    }

    /// <summary>A role that came by a rule without a password is let in by a method that nothing here can judge.</summary>
    [Theory, InlineData(false), InlineData(true)]
    public async Task A_method_that_cannot_be_judged_is_a_doubt(bool isConnected)
    {
        await using HbaServer server = await HbaServer.StartAsync(
            15, "hostssl all app 127.0.0.1/32 radius radiusservers=127.0.0.1 radiussecrets=x", "host all all 127.0.0.1/32 trust");
        await using IServerSession? session = isConnected ? await OpenAsync(server, "app", "disable") : null;

        PlannedHbaChange change = await PrepareAsync(server, WithLoopback with { AllowsPlaintext = true });

        change.Check(isForced: false);
        Assert.Contains(change.Warnings, line => line.Contains("its method is radius", StringComparison.Ordinal));
        Assert.Equal(isConnected, change.Warnings.Any(line => line.StartsWith("1 session of role app", StringComparison.Ordinal)));
        Assert.False((await change.ApplyAsync(TestContext.Current.CancellationToken)).Output.IsProven);
    }

    /// <summary>Somebody added a rule since the backup was made.</summary>
    [Theory, MemberData(nameof(Majors))]
    public async Task A_backup_locks_out_nobody_who_was_let_in_since(int major)
    {
        await using HbaServer server = await HbaServer.StartAsync(major, "host all app 127.0.0.1/32 trust");
        byte[] backup = server.Content;
        await server.Cluster.SetHbaAsync("hostssl all app 127.0.0.1/32 trust", "host all replicator 127.0.0.1/32 trust");

        HbaPlan plan = await PlanRestoreAsync(server, backup);
        PlannedHbaChange change = await PlannedHbaChange.PrepareAsync(plan, await server.ObserveAsync(), TestContext.Current.CancellationToken);
        var refused = Assert.Throws<PgSslException>(() => change.Check(isForced: false));

        Assert.Equal(PgSslError.LockOut, refused.Error);
        Assert.Contains("replicator could not log in any more by pg_hba.conf:3: no other rule lets it in", refused.Message);
        Assert.DoesNotContain("app", refused.Message);
    }

    /// <summary>Roles that a rule matches and that could not get in by it lose nothing: no REPLICATION, no CONNECT.</summary>
    [Theory]
    [InlineData("host replication all 127.0.0.1/32 md5")]
    [InlineData("host orders all 127.0.0.1/32 md5")]
    public async Task Whoever_may_not_use_a_rule_loses_nothing(string rule)
    {
        await using HbaServer server = await HbaServer.StartAsync(15, rule);
        await server.Cluster.QueryAsync("CREATE DATABASE orders");
        await server.Cluster.QueryAsync(
            "REVOKE CONNECT ON DATABASE orders FROM public; SET password_encryption = 'md5'; ALTER ROLE app PASSWORD 'x'");

        HbaPolicy scram = WithLoopback with { Method = "scram-sha-256" };
        Assert.Empty((await FindAsync(server, Plan(await server.ObserveAsync(), server, scram))).Roles);
    }

    /// <summary>SCRAM cannot bind to a signature by Ed25519: clients that log in in plaintext could not over TLS.</summary>
    [Fact]
    public async Task A_certificate_that_SCRAM_cannot_bind_to_is_a_doubt()
    {
        await using HbaServer server = await HbaServer.StartAsync(15, "host all app 127.0.0.1/32 scram-sha-256");
        (string certificate, string key) = Ed25519Chain.Get();
        await server.Cluster.InstallCertificateAsync(certificate, key);
        await server.Cluster.QueryAsync("ALTER ROLE app PASSWORD 'x'");

        PlannedHbaChange change = await PrepareAsync(server, WithLoopback);
        change.Check(isForced: false);

        Assert.Contains(change.Warnings, line => line.StartsWith("The signature (Ed25519) names no digest", StringComparison.Ordinal));
        Assert.False((await change.ApplyAsync(TestContext.Current.CancellationToken)).Output.IsProven);
    }

    private static async Task<HbaPlan> PlanRestoreAsync(HbaServer server, byte[] backup)
    {
        HbaLive live = await server.ObserveAsync();
        HbaDocument now = HbaDocument.Read(server.Cluster.HbaPath, live.Facts.Dialect, DiskServerFiles.Instance);
        return HbaBackup.Plan(now, new Dictionary<string, byte[]> { [server.Cluster.HbaPath] = backup }, DiskServerFiles.Instance);
    }

    private static HbaPlan Plan(HbaLive live, HbaServer server, HbaPolicy policy) => HbaServer.Plan(live, server.Cluster.HbaPath, policy);

    private static async Task<LostLogins> FindAsync(HbaServer server, HbaPlan plan)
    {
        HbaLive live = await server.ObserveAsync();
        return LostLogins.Find(plan, live.Facts, new HbaMatcher(live.MatchContext), TestContext.Current.CancellationToken);
    }

    private static Task<IServerSession> OpenAsync(HbaServer server, string user, string sslmode) =>
        Sessions.OpenAsync($"host=127.0.0.1 port={server.Cluster.Port} user={user} dbname=postgres sslmode={sslmode}");

    private static async Task<PlannedHbaChange> PrepareAsync(HbaServer server, HbaPolicy policy)
    {
        HbaLive live = await server.ObserveAsync();
        return await PlannedHbaChange.PrepareAsync(Plan(live, server, policy), live, TestContext.Current.CancellationToken);
    }
}
