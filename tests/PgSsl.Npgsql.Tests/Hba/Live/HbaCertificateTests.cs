using PgSsl.Changes;
using PgSsl.Hba;
using PgSsl.Hba.Live;
using PgSsl.Hba.Policy;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Hba.Live;

/// <summary>A rule with verify-full lets nobody in whose certificate has another name than its role.</summary>
public class HbaCertificateTests
{
    private static readonly HbaPolicy VerifyFull =
        new() { ClientCertificate = ClientCertificateDemand.VerifyFull, Selection = new() { IncludesLoopback = true, Users = ["app"] } };

    private static readonly TestAuthority Ca = TestAuthority.CreateRoot("Client CA");

    public static TheoryData<int> Majors => HbaServer.Majors;

    [Theory, MemberData(nameof(Majors))]
    public async Task A_certificate_for_another_role_locks_nobody_out(int major)
    {
        using var files = new ClientFiles(Ca, "app");
        await using HbaServer server = await OpenAsync(major);
        (WaitingClient right, _) = await WaitingClient.ConnectAsync($"{ConnInfo(server)} user=app {files.ConnInfo}");
        (WaitingClient wrong, _) = await WaitingClient.ConnectAsync($"{ConnInfo(server)} user=replicator {files.ConnInfo}");
        await using (right)
        await using (wrong)
        {
            PlannedHbaChange change = await PrepareAsync(server);
            var refused = Assert.Throws<PgSslException>(() => change.Check(isForced: false));

            Assert.Equal(PgSslError.LockOut, refused.Error);
            Assert.Contains("role replicator: none of its sessions (1) could come back", refused.Message);
            Assert.DoesNotContain("role app", refused.Message);
            Assert.StartsWith("Have these clients use certificates for their roles first.", refused.Remedy);
            change.Check(isForced: true);
            HbaSslChange forced = (await change.ApplyAsync(TestContext.Current.CancellationToken)).Output;
            Assert.False(forced.IsProven);
            Assert.Equal(
                ["1 session of role replicator from 127.0.0.1 is over TLS and could not come back: "
                    + "its certificate is for 'app' and not for its role."],
                forced.CutOff);
            PsqlJudge judge = (await PsqlJudge.ForLibpqAsync(15)).OrSkip(Assert.Skip);
            IReadOnlyList<PsqlOutcome> psql = await judge.ConnectAsync(
                [$"{ConnInfo(server)} user=app {files.ConnInfo}", $"{ConnInfo(server)} user=replicator {files.ConnInfo}"]);
            Assert.Equal([true, false], psql.Select(outcome => outcome.Connected));
        }
    }

    /// <summary>A standby that uses TLS already is not told to use TLS.</summary>
    [Theory, MemberData(nameof(Majors))]
    public async Task Whoever_lacks_a_certificate_is_told_to_use_one(int major)
    {
        await using HbaServer server = await OpenAsync(major);
        (WaitingClient client, _) = await WaitingClient.ConnectAsync($"{ConnInfo(server)} user=replicator");
        await using (client)
        {
            PlannedHbaChange change = await PrepareAsync(server);
            var refused = Assert.Throws<PgSslException>(() => change.Check(isForced: false));

            Assert.Equal(PgSslError.LockOut, refused.Error);
            Assert.StartsWith("Give these clients certificates for their roles first (sslcert and sslkey", refused.Remedy);
            Assert.DoesNotContain("use TLS first", refused.Remedy);
            Assert.Contains(change.Warnings, line => line.Contains("over TLS without a client certificate", StringComparison.Ordinal));
        }
    }

    /// <summary>The server shows 63 bytes of a name.</summary>
    [Theory, MemberData(nameof(Majors))]
    public async Task A_name_that_is_cut_is_not_guessed(int major)
    {
        using var files = new ClientFiles(Ca, new string('x', 64));
        await using HbaServer server = await OpenAsync(major);
        (WaitingClient client, _) = await WaitingClient.ConnectAsync($"{ConnInfo(server)} user=app {files.ConnInfo}");
        await using (client)
        {
            PlannedHbaChange change = await PrepareAsync(server);
            change.Check(isForced: false);

            Assert.Contains("perhaps could not come back: the name in its certificate is not known as a whole", Assert.Single(change.Warnings));
            Assert.False((await change.ApplyAsync(TestContext.Current.CancellationToken)).Output.IsProven);
        }
    }

    /// <summary>The server asks for certificates, and has nothing that verifies one.</summary>
    [Fact]
    public async Task Certificates_that_no_CA_verifies_are_not_demanded()
    {
        await using HbaServer server = await OpenAsync(15);
        server.Write("root.crt", Ca.Issue(new LeafOptions { CommonNames = ["no CA"] }).CertificatePem);
        await server.Cluster.ReloadAsync();

        var refused = await Assert.ThrowsAsync<PgSslException>(() => PrepareAsync(server));

        Assert.Equal(PgSslError.LockOut, refused.Error);
        Assert.Contains("no CA in", refused.Message);
    }

    private static async Task<HbaServer> OpenAsync(int major)
    {
        HbaServer server = await HbaServer.StartAsync(major, "host all app,replicator 127.0.0.1/32 trust", "host all all 127.0.0.1/32 trust");
        await server.TrustAsync(Ca);
        return server;
    }

    private static string ConnInfo(HbaServer server) =>
        $"host=127.0.0.1 port={server.Cluster.Port} dbname=postgres sslmode=require gssencmode=disable";

    private static async Task<PlannedHbaChange> PrepareAsync(HbaServer server)
    {
        HbaLive live = await server.ObserveAsync();
        return await PlannedHbaChange.PrepareAsync(
            HbaServer.Plan(live, server.Cluster.HbaPath, VerifyFull), live, TestContext.Current.CancellationToken);
    }
}
