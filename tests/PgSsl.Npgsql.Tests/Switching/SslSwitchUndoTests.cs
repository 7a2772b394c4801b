using PgSsl.Sandbox;
using PgSsl.Server.Live;
using PgSsl.Switching;
using PgSsl.Tests.Hba.Live;

namespace PgSsl.Tests.Switching;

/// <summary>What no preflight saw, and the server refuses: everything is as it was, and served as it was.</summary>
[Collection(SwitchServer.Collection)]
public class SslSwitchUndoTests
{
    public static TheoryData<int> Majors => SwitchServer.Majors;

    [Theory, MemberData(nameof(Majors))]
    public async Task A_key_that_does_not_match(int major)
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(major);
        string key = server.Write("other.key", SwitchServer.Issue().KeyPem);

        PgSslException failure = await AssertUndoneAsync(server, await server.UncheckedAsync(server.On with { KeyPath = key }));

        // PostgreSQL 18 has its log where SQL can read it.
        if (major >= 18)
            Assert.Contains("key values mismatch", failure.Message);
        Assert.DoesNotContain("ssl", server.AutoText);
        Assert.Null(await server.ServedAsync());
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task A_key_that_others_can_read(int major)
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(major);
        server.ExposeKey();

        PgSslException failure = await AssertUndoneAsync(server, await server.UncheckedAsync(server.On));

        if (major >= 18)
            Assert.Contains("has group or world access", failure.Message);
        Assert.Null(await server.ServedAsync());
    }

    /// <summary>The trap of a reload: the server says yes, shows the new settings, and serves the old certificate.</summary>
    [Theory, MemberData(nameof(Majors))]
    public async Task A_reload_that_keeps_the_old_certificate(int major)
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(major);
        await server.ApplyAsync(server.On);
        (string auto, string? served) = (server.AutoText, await server.ServedAsync());
        TestCertificate next = SwitchServer.Issue();
        string certificate = server.Write("next.crt", next.ChainPem), key = server.Write("next.key", next.EncryptedKeyPem("a passphrase"));

        PgSslException failure =
            await AssertUndoneAsync(server, await server.UncheckedAsync(server.On with { CertificatePath = certificate, KeyPath = key }));

        Assert.Contains("and not the certificate", failure.Message);
        Assert.Equal(Assignments(auto), Assignments(server.AutoText));
        Assert.Equal(served, await server.ServedAsync());
    }

    [Fact]
    public async Task A_file_is_put_back_byte_for_byte()
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(15);
        byte[] old = File.ReadAllBytes(server.MainPath);
        // Other tests share the server, and what they changed left backups.
        string[] Backups() => [.. Directory.GetFiles(server.Cluster.DataDirectory, "*.bak").Order(StringComparer.Ordinal)];
        string[] backups = Backups();
        SslSwitch planned =
            await server.PrepareAsync(server.On, server.MainPath, Faulty(server, "SELECT pg_reload_conf", new OperationCanceledException()));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => planned.ApplyAsync(TestContext.Current.CancellationToken));

        Assert.Equal(old, File.ReadAllBytes(server.MainPath));
        Assert.Equal(backups, Backups());
        Assert.Null(await server.ServedAsync());
    }

    [Fact]
    public async Task A_reload_that_does_not_happen()
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(15);
        AlterSystemChange change =
            await server.UncheckedAsync(server.On, Faulty(server, "SELECT pg_reload_conf", failure: null), TimeSpan.FromSeconds(1));

        PgSslException failure = await AssertUndoneAsync(server, change);

        Assert.Contains("still uses", failure.Message);
        Assert.DoesNotContain("ssl", server.AutoText);
    }

    [Fact]
    public async Task The_second_of_several_statements_that_fails()
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(15);
        AlterSystemChange change = await server.UncheckedAsync(
            server.On with { MinimumProtocol = "TLSv1.3" }, Faulty(server, "SET ssl = ", new PgSslException(PgSslError.SqlFailed, "no", null)));

        Assert.Equal(
            PgSslError.SqlFailed, (await Assert.ThrowsAsync<PgSslException>(() => change.ApplyAsync(TestContext.Current.CancellationToken))).Error);

        Assert.DoesNotContain("ssl", server.AutoText);
    }

    [Fact]
    public async Task What_cannot_be_undone_is_said_with_the_statements_that_do_it()
    {
        await using SwitchServer server = await SwitchServer.OpenAsync(15);
        var broken = new PgSslException(PgSslError.ConnectionClosed, "the connection broke.", null);
        AlterSystemChange change = await server.UncheckedAsync(
            server.On with { KeyPath = server.Write("other.key", SwitchServer.Issue().KeyPem) }, Faulty(server, "RESET", broken, isForGood: true));

        var failure = await Assert.ThrowsAsync<PgSslException>(() => change.ApplyAsync(TestContext.Current.CancellationToken));

        Assert.Equal(PgSslError.FileNotRestored, failure.Error);
        Assert.Contains("ALTER SYSTEM RESET ssl", failure.Remedy);
        Assert.Contains("ssl = 'on'", server.AutoText);
    }

    private static LiveServer Faulty(SwitchServer server, string statement, Exception? failure, bool isForGood = false) =>
        server.Live with { Session = new FaultySession(server.Session, statement, failure, isForGood: isForGood) };

    private static async Task<PgSslException> AssertUndoneAsync(SwitchServer server, SslChange change)
    {
        var failure = await Assert.ThrowsAsync<PgSslException>(() => change.ApplyAsync(TestContext.Current.CancellationToken));
        Assert.True(failure.Error == PgSslError.ChangeNotProven, failure.ToString());
        Assert.Equal("t", (await server.Cluster.QueryAsync("SELECT count(*) = 0 FROM pg_file_settings WHERE error IS NOT NULL"))[0][0]);
        return failure;
    }

    private static IEnumerable<string> Assignments(string text) => text.Split('\n').Where(line => line.Contains('=')).Order(StringComparer.Ordinal);
}
