using PgSsl.Changes;
using PgSsl.Server;
using PgSsl.Server.Live;
using PgSsl.Switching;

namespace PgSsl.Tests.Switching;

/// <summary>With TLS on or off other rules decide: nobody loses a login, or gets in with less, by a switch.</summary>
[Collection(SwitchServer.Collection)]
public class LoginSwitchTests
{
    public static TheoryData<int> Majors => SwitchServer.Majors;

    /// <summary>With sslmode=prefer everybody comes over TLS from then on.</summary>
    [Theory, MemberData(nameof(Majors))]
    public async Task A_rule_that_nobody_can_pass_over_TLS_keeps_TLS_off(int major)
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(major);
        await server.Cluster.SetHbaAsync("hostssl all all 127.0.0.1/32 scram-sha-256", "host all all 127.0.0.1/32 trust");
        Assert.True((await server.ConnectAsync("prefer")).Connected);
        await using IServerSession session = await Sessions.OpenAsync(ConnInfo(server, "app", "prefer"));

        SslSwitch planned = await server.PrepareAsync(server.On);
        var refused = Assert.Throws<PgSslException>(() => planned.Check(isForced: false));

        Assert.Equal(PgSslError.LockOut, refused.Error);
        Assert.Contains(
            "1 session of role app from 127.0.0.1 is in plaintext and could not come back: over TLS another rule decides, "
                + "and the password is not set",
            refused.Message);
        Assert.Contains("could not log in any more by pg_hba.conf:2: the password is not set", refused.Message);

        planned.Check(isForced: true);
        Assert.False((await planned.ApplyAsync(TestContext.Current.CancellationToken)).IsProven);
        Assert.False((await server.ConnectAsync("prefer")).Connected);
    }

    /// <summary>Who is rejected over TLS, or has no certificate for a rule, goes on in plaintext (fe-connect.c).</summary>
    [Theory]
    [InlineData("hostssl all all 127.0.0.1/32 reject")]
    [InlineData("hostssl all all 127.0.0.1/32 cert")]
    [InlineData("hostssl all app 10.0.0.0/8 scram-sha-256")]
    public async Task A_rule_that_costs_nobody_anything_is_in_nobodys_way(string rule)
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(15);
        await server.Cluster.SetHbaAsync(rule, "host all all 127.0.0.1/32 trust");
        await using IServerSession session = await Sessions.OpenAsync(ConnInfo(server, "app", "prefer"));

        SslSwitch planned = await server.PrepareAsync(server.On);

        planned.Check(isForced: false);
        SslConfigurationChange made = await planned.ApplyAsync(TestContext.Current.CancellationToken);
        Assert.True(made.IsProven, string.Join(Environment.NewLine, made.Proofs));
        Assert.True((await server.ConnectAsync("prefer")).Connected);
    }

    /// <summary>A password that is stored: whether clients know it that were not asked for it so far is not known.</summary>
    [Fact]
    public async Task A_password_that_nobody_asked_for_is_a_doubt()
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(15);
        await server.Cluster.QueryAsync("ALTER ROLE app PASSWORD 'x'");
        try
        {
            await server.Cluster.SetHbaAsync("hostssl all app 127.0.0.1/32 scram-sha-256", "host all all 127.0.0.1/32 trust");

            SslSwitch planned = await server.PrepareAsync(server.On);

            planned.Check(isForced: false);
            Assert.Contains(planned.Notes, note => note.StartsWith("app perhaps could not log in any more", StringComparison.Ordinal));
            Assert.False((await planned.ApplyAsync(TestContext.Current.CancellationToken)).IsProven);
        }
        finally
        {
            await server.Cluster.QueryAsync("ALTER ROLE app PASSWORD NULL");
        }
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task A_weaker_rule_does_not_begin_to_decide_over_TLS(int major)
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(major);
        await server.Cluster.SetHbaAsync("hostssl all all 127.0.0.1/32 trust", "host all all 127.0.0.1/32 scram-sha-256");
        Assert.False((await server.ConnectAsync("prefer")).Connected);

        SslSwitch planned = await server.PrepareAsync(server.On);
        var refused = Assert.Throws<PgSslException>(() => planned.Check(isForced: false));

        Assert.Equal(PgSslError.LooserLogin, refused.Error);
        Assert.Contains("over TLS by pg_hba.conf:2 (trust), where no rule", refused.Message);
        planned.Check(isForced: true);
        Assert.False((await planned.ApplyAsync(TestContext.Current.CancellationToken)).IsProven);
    }

    /// <summary>A rule that somebody wrote for the day on which TLS is on demands something else, and not less.</summary>
    [Theory, InlineData("cert"), InlineData("scram-sha-256 clientcert=verify-ca")]
    public async Task A_rule_for_certificates_is_in_nobodys_way(string method)
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(15);
        await server.Cluster.SetHbaAsync(
            "host all postgres 127.0.0.1/32 trust", $"hostssl all all 10.0.0.0/8 {method}", "host all all 10.0.0.0/8 scram-sha-256");

        (await server.PrepareAsync(server.On)).Check(isForced: false);
    }

    /// <summary>Without TLS a hostnossl rule decides about those whom another rule let in over TLS.</summary>
    [Theory, MemberData(nameof(Majors))]
    public async Task A_rule_that_nobody_can_pass_in_plaintext_keeps_TLS_on(int major)
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(major);
        await server.ApplyAsync(server.On);
        await server.Cluster.SetHbaAsync("hostnossl all app 127.0.0.1/32 scram-sha-256", "host all all 127.0.0.1/32 trust");
        Assert.True((await server.ConnectAsync("prefer")).Connected);

        SslSwitch planned = await server.PrepareAsync(SwitchServer.Off);
        var refused = Assert.Throws<PgSslException>(() => planned.Check(isForced: false));

        Assert.Equal(PgSslError.LockOut, refused.Error);
        Assert.Contains("app could not log in any more by pg_hba.conf:2: the password is not set", refused.Message);
        planned.Check(isForced: true);
        Assert.False((await planned.ApplyAsync(TestContext.Current.CancellationToken)).IsProven);
        Assert.False((await server.ConnectAsync("prefer")).Connected);
    }

    /// <summary>The next rule lets the same clients in by the same method.</summary>
    [Fact]
    public async Task A_hostssl_rule_with_a_twin_behind_it_keeps_nobody_out()
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(15);
        await server.ApplyAsync(server.On);
        await server.Cluster.SetHbaAsync("hostssl all all 127.0.0.1/32 trust", "host all all 127.0.0.1/32 trust");

        SslSwitch planned = await server.PrepareAsync(SwitchServer.Off);

        Assert.Empty(planned.LockOuts);
        Assert.True((await planned.ApplyAsync(TestContext.Current.CancellationToken)).IsProven);
    }

    /// <summary>Only a login shows that this session can come back.</summary>
    [Theory, InlineData(false), InlineData(true)]
    public async Task This_session_logs_in_again_or_TLS_is_put_back(bool isForced)
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(15);
        using LiveServer live = await server.LiveOfAsync("postgres") with
        {
            Reopen = _ => throw new PgSslException(PgSslError.PasswordRequired, "A password is asked for.", "Give one."),
        };
        await using IServerSession session = live.Session;
        SslSwitch planned = await server.PrepareAsync(server.On, live: live);
        planned.Check(isForced);

        if (isForced)
        {
            Assert.False((await planned.ApplyAsync(TestContext.Current.CancellationToken)).IsProven);
            return;
        }
        var failure = await Assert.ThrowsAsync<PgSslException>(() => planned.ApplyAsync(TestContext.Current.CancellationToken));
        Assert.Equal(PgSslError.ChangeNotProven, failure.Error);
        Assert.Contains("postgres, the role of this session, could not log in again", failure.Message);
        Assert.Null(await server.ServedAsync());
    }

    /// <summary>libpq and the server know no digest of a signature by Ed25519 to bind SCRAM to.</summary>
    [Fact]
    public async Task A_certificate_that_SCRAM_cannot_bind_to_is_refused_where_passwords_are_asked_for()
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(15);
        await server.Cluster.SetHbaAsync("host all postgres 127.0.0.1/32 trust", "host all all 127.0.0.1/32 scram-sha-256");
        (string certificate, string key) = Ed25519Chain.Get();
        SslTarget target = server.On with { CertificatePath = server.Write("ed.crt", certificate), KeyPath = server.Write("ed.key", key) };

        SslSwitch planned = await server.PrepareAsync(target);
        var refused = Assert.Throws<PgSslException>(() => planned.Check(isForced: false));

        Assert.Equal(PgSslError.ConnectionsAtRisk, refused.Error);
        Assert.Contains("The signature (Ed25519) names no digest", refused.Message);
        planned.Check(isForced: true);
        SslConfigurationChange forced = await planned.ApplyAsync(TestContext.Current.CancellationToken);
        Assert.False(forced.IsProven);
        Assert.Contains(forced.Proofs, proof => proof is { Name: "Clients", Outcome: ProofState.NotMade });
    }

    private static string ConnInfo(SwitchServer server, string user, string sslmode) =>
        $"host=127.0.0.1 port={server.Cluster.Port} user={user} dbname=postgres sslmode={sslmode}";
}
