using PgSsl.Sandbox;
using PgSsl.Switching;

namespace PgSsl.Tests.Switching;

/// <summary>What a server's log proves, and what of it may be shown.</summary>
[Collection(SwitchServer.Collection)]
public sealed class ServerLogTests
{
    private const string Reload = "[1] LOG:  received SIGHUP, reloading configuration files\n";
    private const string Refusal = "[1] LOG:  SSL configuration was not reloaded\n";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Edits of somebody else, which the reload loads as well: from then on the log says nothing, or nothing that is understood.</summary>
    [Theory]
    [InlineData("log_min_messages = 'panic'")]
    [InlineData("lc_messages = 'de_DE.UTF-8'")]
    [InlineData("log_destination = 'csvlog'")]
    public async Task A_log_that_the_reload_itself_silences_proves_nothing(string pending)
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(18);
        await server.ApplyAsync(server.On);
        // The role's own messages go on, so the mark that is looked for is there.
        await server.Cluster.QueryAsync("ALTER ROLE postgres SET log_min_messages = 'log'");
        await server.Cluster.QueryAsync($"ALTER SYSTEM SET {pending}");
        try
        {
            SslSwitch change = await server.PrepareAsync(
                new SslTarget { IsOn = true, Ciphers = "HIGH:!aNULL" }, live: await server.LiveOfAsync("postgres"));
            change.Check(isForced: true);
            SslConfigurationChange made = await change.ApplyAsync(Token);
            Assert.Contains(made.Proofs, proof => proof is { Name: "TlsReload", Outcome: Changes.ProofState.NotMade });
        }
        finally
        {
            await server.Cluster.QueryAsync("ALTER ROLE postgres RESET log_min_messages");
        }
    }

    /// <summary>The old CA file was overwritten since it was loaded, so the undo's reload loads nothing, and the new ciphers stay in use.</summary>
    [Fact]
    public async Task An_undo_after_which_the_server_keeps_the_new_settings_is_not_proven()
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(18);
        string old = server.Write("old-root.crt", SwitchServer.RootPem);
        await server.ApplyAsync(server.On with { CaPath = old });
        SslTarget target = new() { IsOn = true, CaPath = server.Write("new-root.crt", SwitchServer.RootPem), Ciphers = NoCipherOfThisKey };
        SslSwitch change = await server.PrepareAsync(target);
        change.Check(isForced: true);
        server.Write("old-root.crt", "no certificate");

        PgSslException failure = await Assert.ThrowsAsync<PgSslException>(() => change.ApplyAsync(Token));

        Assert.Equal(PgSslError.UndoNotProven, failure.Error);
        server.Write("old-root.crt", SwitchServer.RootPem);
        await server.Cluster.ReloadAsync();
    }

    // The certificates of these tests have ECDSA keys: TLS 1.2 is lost.
    private const string NoCipherOfThisKey = "ECDHE-RSA-AES128-GCM-SHA256";

    [Fact]
    public void A_second_reload_behind_the_mark_shows_that_a_refusal_would_have_been_seen()
    {
        Assert.False(ServerLog.HasReloadBehind(Reload + "mark\n", "mark"));
        Assert.False(ServerLog.HasReloadBehind("mark\n" + Reload, "mark"));
        Assert.True(ServerLog.HasReloadBehind(Reload + "mark\n" + Reload, "mark"));
    }

    /// <summary>With log_statement, others' statements stand between the lines of the reload.</summary>
    [Theory]
    [InlineData("[7] LOG:  statement: ALTER ROLE app PASSWORD 's3cret'\n")]
    [InlineData("[7] STATEMENT:  ALTER ROLE app PASSWORD 's3cret'\n")]
    [InlineData("[1] LOG:  parameter \"ssl_passphrase_command\" changed to \"echo s3cret\"\n")]
    [InlineData("[1] LOG:  command \"echo s3cret; exit 3\" failed\n")]
    [InlineData("[1] LOG:  could not execute command \"echo s3cret\": No such file\n")]
    public void No_secret_of_others_is_shown(string line)
    {
        IReadOnlyList<string> reasons = ServerLog.FindReasons(Reload + line + "[1] LOG:  could not load server certificate file \"x\"\n" + Refusal)!;
        Assert.Contains("could not load server certificate file \"x\"", reasons);
        Assert.DoesNotContain(reasons, reason => reason.Contains("s3cret", StringComparison.Ordinal));
    }

    [Fact]
    public void That_the_passphrase_command_failed_is_said_without_the_command() =>
        Assert.Equal(["ssl_passphrase_command failed"], ServerLog.FindReasons(Reload + "[1] LOG:  command \"echo x\" failed\n" + Refusal));
}
