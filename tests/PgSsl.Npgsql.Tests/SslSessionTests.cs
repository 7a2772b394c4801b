using System.Numerics;
using PgSsl.Sandbox;
using PgSsl.Server;
using PgSsl.Server.Sessions;

namespace PgSsl.Tests;

/// <summary>Who is connected, and how, beside what the clients themselves say; and how sessions are ended.</summary>
public sealed class SslSessionTests
{
    public static TheoryData<int> Majors => SessionServer.Majors;

    [Theory, MemberData(nameof(Majors))]
    public async Task A_session_over_TLS_has_the_protocol_and_the_cipher_that_psql_tells(int major)
    {
        SessionServer server = await SessionServer.GetAsync(major);
        (WaitingClient client, string shown) = await WaitingClient.ConnectAsync(server.ConnInfo("app"));
        await using (client)
        {
            SslSession session = await server.FindAsync(client.Application);
            Assert.Equal(("tls", "app", "postgres", "127.0.0.1"), (session.Transport, session.UserName, session.Database, session.ClientAddress));
            Assert.Contains($"protocol: {session.Protocol}, cipher: {session.CipherSuite},", shown);
            Assert.Equal((256, "client backend", "active"), (session.Bits, session.BackendType, session.State));
            Assert.True(session.ClientPort > 0);
            Assert.True(session is { IsLoopback: true, IsReplication: false, IsOwn: false, ClientDn: null, ClientSerial: null, IsTerminated: null });
            Assert.Equal(DateTimeKind.Utc, session.BackendStart.Kind);
            Assert.InRange(DateTime.UtcNow - session.BackendStart, TimeSpan.Zero, TimeSpan.FromMinutes(2));
        }
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task Plaintext_and_sockets_are_told_apart(int major)
    {
        SessionServer server = await SessionServer.GetAsync(major);
        (WaitingClient plaintext, _) = await WaitingClient.ConnectAsync(server.ConnInfo("app", "disable"));
        (WaitingClient socket, string shown) = await WaitingClient.ConnectAsync(server.SocketConnInfo("app"));
        await using (plaintext)
        await using (socket)
        {
            SslSession one = await server.FindAsync(plaintext.Application), other = await server.FindAsync(socket.Application);
            Assert.Equal(("plaintext", "127.0.0.1"), (one.Transport, one.ClientAddress));
            Assert.True(one is { Protocol: null, CipherSuite: null, Bits: null });
            Assert.Contains("via socket", shown);
            Assert.True(other is { Transport: "socket", ClientAddress: null, ClientPort: null, IsLoopback: false });
        }
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task A_client_certificate_is_told_as_it_is(int major)
    {
        SessionServer server = await SessionServer.GetAsync(major);
        string directory = SandboxDirectory.Create();
        string certificate = Path.Combine(directory, "client.crt"), key = Path.Combine(directory, "client.key");
        SandboxDirectory.WritePrivate(certificate, SessionServer.ClientCertificate.CertificatePem);
        SandboxDirectory.WritePrivate(key, SessionServer.ClientCertificate.KeyPem);
        (WaitingClient client, _) = await WaitingClient.ConnectAsync($"{server.ConnInfo("by_certificate")} sslcert={certificate} sslkey={key}");
        await using (client)
        {
            SslSession session = await server.FindAsync(client.Application);
            var serial = new BigInteger(SessionServer.ClientCertificate.Certificate.SerialNumberBytes.Span, isUnsigned: true, isBigEndian: true);
            Assert.Equal(("/CN=by_certificate", "/CN=Sessions Client CA", $"{serial}"), (session.ClientDn, session.IssuerDn, session.ClientSerial));
        }
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task Replication_is_told_with_its_state()
    {
        SessionServer server = await SessionServer.GetAsync(15);
        string directory = SandboxDirectory.Create();
        await using (WaitingClient client = WaitingClient.Receive(server.Cluster.Installation, server.ConnInfo("replicator", "disable"), directory))
        {
            SslSession session = await server.FindAsync(client.Application);
            for (; session.ReplicationState != "streaming"; session = await server.FindAsync(client.Application))
                Assert.True(client.IsThere);
            Assert.True(session is { IsReplication: true, BackendType: "walsender", Database: null, Transport: "plaintext" });
        }
        Directory.Delete(directory, recursive: true);
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task What_a_role_may_not_see_is_counted_and_the_grant_shows_it(int major)
    {
        SessionServer server = await SessionServer.GetAsync(major);
        (WaitingClient client, _) = await WaitingClient.ConnectAsync(server.ConnInfo("app"));
        await using (client)
        {
            await server.FindAsync(client.Application);
            SessionList list = await server.ReadAsync("No.1");
            Assert.True(list.HiddenCount >= 1);
            Assert.True(Assert.Single(list.Sessions).IsOwn);
            string hidden = list.DescribeHidden("db1", "No.1")!;
            Assert.Contains($"{list.HiddenCount} session", hidden);

            const string Grant = "GRANT pg_read_all_stats TO \"No.1\"";
            Assert.EndsWith(Grant, hidden);
            await server.Cluster.QueryAsync(Grant);
            list = await server.ReadAsync("No.1");
            Assert.Equal((0, null), (list.HiddenCount, list.DescribeHidden("db1", "No.1")));
            Assert.Contains(list.Sessions, session => session.ApplicationName == client.Application);
            await server.Cluster.QueryAsync("REVOKE pg_read_all_stats FROM \"No.1\"");
        }
    }

    [Fact]
    public async Task A_session_whose_role_was_dropped_is_there_still()
    {
        SessionServer server = await SessionServer.GetAsync(18);
        await server.Cluster.QueryAsync("CREATE ROLE leaving LOGIN");
        (WaitingClient client, _) = await WaitingClient.ConnectAsync(server.ConnInfo("leaving", "disable"));
        await using (client)
        {
            await server.Cluster.QueryAsync("DROP ROLE leaving");
            SslSession session = await server.FindAsync(client.Application);
            Assert.StartsWith("unknown (OID=", session.UserName);
            Assert.Equal("plaintext", session.Transport);
        }
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task A_session_that_is_ended_is_gone(int major)
    {
        SessionServer server = await SessionServer.GetAsync(major);
        (WaitingClient client, _) = await WaitingClient.ConnectAsync(server.ConnInfo("app", "disable"));
        await using (client)
        {
            SslSession victim = await server.FindAsync(client.Application);
            await using IServerSession session = await OpenAsync(server.SocketConnInfo("postgres"));

            Assert.Equal(TerminationResult.Ended, await EndAsync(session, victim));
            await client.WaitForEndAsync();
            Assert.Equal(TerminationResult.AlreadyGone, await EndAsync(session, victim));
        }
    }

    [Fact]
    public async Task Who_has_a_process_id_that_was_another_s_is_left()
    {
        SessionServer server = await SessionServer.GetAsync(15);
        (WaitingClient client, _) = await WaitingClient.ConnectAsync(server.ConnInfo("app", "disable"));
        await using (client)
        {
            SslSession now = await server.FindAsync(client.Application);
            SslSession earlier = now with { BackendStart = now.BackendStart.AddMicroseconds(-1) };
            await using IServerSession session = await OpenAsync(server.SocketConnInfo("postgres"));

            Assert.Equal(TerminationResult.AlreadyGone, await EndAsync(session, earlier));
            Assert.Equal(now.BackendStart, (await server.FindAsync(client.Application)).BackendStart);
        }
    }

    [Fact]
    public async Task Nobody_ends_the_session_that_asks()
    {
        SessionServer server = await SessionServer.GetAsync(15);
        await using IServerSession session = await OpenAsync(server.SocketConnInfo("postgres"));
        SessionList list = await SessionReader.ReadAsync(session, "db1", TestContext.Current.CancellationToken);

        Assert.Equal(TerminationResult.AlreadyGone, await EndAsync(session, list.Sessions.Single(one => one.IsOwn)));
        Assert.Single(await session.QueryAsync("SELECT 1", null, TestContext.Current.CancellationToken));
    }

    [Theory, MemberData(nameof(Majors))]
    public async Task Who_may_not_end_a_session_is_told_the_grant_that_works(int major)
    {
        SessionServer server = await SessionServer.GetAsync(major);
        (WaitingClient client, _) = await WaitingClient.ConnectAsync(server.ConnInfo("app", "disable"));
        (WaitingClient other, _) = await WaitingClient.ConnectAsync(server.ConnInfo("postgres", "disable"));
        await using (client)
        await using (other)
        {
            SslSession victim = await server.FindAsync(client.Application), superuser = await server.FindAsync(other.Application);
            await using IServerSession session = await OpenAsync(server.ConnInfo("ender"));

            PgSslException failure = await Assert.ThrowsAsync<PgSslException>(() => EndAsync(session, victim));
            Assert.Equal((PgSslError.InsufficientPrivilege, "As a superuser: GRANT pg_signal_backend TO \"ender\""), (failure.Error, failure.Remedy));

            await server.Cluster.QueryAsync("GRANT pg_signal_backend TO ender");
            Assert.Equal(TerminationResult.Ended, await EndAsync(session, victim));
            failure = await Assert.ThrowsAsync<PgSslException>(() => EndAsync(session, superuser));
            Assert.Contains("only superusers", failure.Remedy);
            Assert.True(other.IsThere);
            await server.Cluster.QueryAsync("REVOKE pg_signal_backend FROM ender");
        }
    }

    private static Task<IServerSession> OpenAsync(string conninfo) => Sessions.OpenAsync(conninfo);

    private static Task<TerminationResult> EndAsync(IServerSession session, SslSession victim) =>
        SessionEnd.EndAsync(session, victim, TestContext.Current.CancellationToken);
}
