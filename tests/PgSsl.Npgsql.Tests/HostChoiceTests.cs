using System.Diagnostics;
using System.Net;
using PgSsl.Connections;
using PgSsl.Sandbox;
using PgSsl.Server;

namespace PgSsl.Tests;

/// <summary>Which host a session is opened with, what is said of those that do not answer, and where no password goes.</summary>
public sealed class HostChoiceTests
{
    [Theory]
    [InlineData("any", "postgres", null)]
    [InlineData("read-write", "postgres", null)]
    [InlineData("primary", "read_only", null)]
    [InlineData("prefer-standby", "postgres", null)]
    [InlineData("read-only", "read_only", null)]
    [InlineData("read-write", "read_only", PgSslError.NoSuitableServer)]
    [InlineData("standby", "postgres", PgSslError.NoSuitableServer)]
    public async Task The_next_host_follows_until_one_is_suitable(string wanted, string database, PgSslError? error)
    {
        SqlServer server = await SqlServer.GetAsync(15);
        string conninfo = $"host=nowhere.invalid,127.0.0.1,localhost port=5432,{LoopbackPort.FindFree()},{server.Cluster.Port} " +
            $"user=anyone dbname={database} sslmode=require target_session_attrs={wanted}";
        if (error is not null)
        {
            Assert.Equal(error, (await Sessions.RefusedAsync(conninfo)).Error);
            return;
        }
        await using IServerSession session = await Sessions.OpenAsync(conninfo);
        Assert.Equal("localhost", session.Host.Host);
    }

    [Fact]
    public async Task A_refusal_ends_the_search()
    {
        SqlServer server = await SqlServer.GetAsync(15);
        string conninfo = $"host=localhost,localhost port={server.Cluster.Port},{LoopbackPort.FindFree()} user=unlisted dbname=postgres";
        Assert.Equal(PgSslError.ConnectionRejected, (await Sessions.RefusedAsync(conninfo)).Error);
    }

    [Fact]
    public async Task Servers_that_are_none_are_told_as_by_a_probe()
    {
        SqlServer plain = await SqlServer.GetWithoutTlsAsync(15);
        (string Server, PgSslError Error)[] cases =
        [
            ($"host=localhost port={plain.Cluster.Port}", PgSslError.TlsNotOffered),
            ($"host=localhost port={LoopbackPort.FindFree()}", PgSslError.ConnectionRefused),
            ("host=nowhere.invalid", PgSslError.HostNotFound),
            ("host=/nonexistent", PgSslError.ConnectionRefused),
        ];
        foreach ((string server, PgSslError error) in cases)
        {
            PgSslException failure = await Sessions.RefusedAsync($"{server} user=anyone dbname=postgres sslmode=require", SqlServer.Password);
            Assert.True(error == failure.Error, $"{server}: {failure.Error} {failure.Message}");
        }
    }

    [Theory]
    [InlineData("SSH-2.0-OpenSSH_9.2p1\r\n", PgSslError.NotPostgreSql)]
    [InlineData("Supper", PgSslError.UnencryptedDataAfterSslResponse)]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n", PgSslError.NotPostgreSql)]
    [InlineData("", PgSslError.ConnectionTimedOut)]
    public async Task What_hostile_servers_do_is_told_as_by_a_probe(string answer, PgSslError error)
    {
        await using HostileServer hostile = HostileServer.Start(HostileScripts.Send(System.Text.Encoding.ASCII.GetBytes(answer)));
        ConnectionSettings settings = Sessions.Resolve($"host=127.0.0.1 port={hostile.Port} user=x sslmode=require");
        PgSslException failure = await Assert.ThrowsAsync<PgSslException>(() => Sessions.Factory.OpenAsync(
            new SqlSessionRequest(settings, settings.Hosts[0], TimeSpan.FromMilliseconds(500)), TestContext.Current.CancellationToken));
        Assert.True(error == failure.Error, $"{failure.Error} {failure.Message}");
    }

    [Fact]
    public async Task Silence_ends_with_the_timeout_and_with_a_cancellation()
    {
        await using HostileServer silent = HostileServer.Start(HostileScripts.Send([]));
        ConnectionSettings settings = Sessions.Resolve($"host=127.0.0.1 port={silent.Port} user=x sslmode=require");
        var start = Stopwatch.StartNew();
        PgSslException failure = await Assert.ThrowsAsync<PgSslException>(() => Sessions.Factory.OpenAsync(
            new SqlSessionRequest(settings, settings.Hosts[0], TimeSpan.FromMilliseconds(500)), TestContext.Current.CancellationToken));
        Assert.Equal(PgSslError.ConnectionTimedOut, failure.Error);

        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Sessions.Factory.OpenAsync(
            new SqlSessionRequest(settings, settings.Hosts[0], TimeSpan.FromSeconds(60)), stop.Token));
        Assert.InRange(start.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }

    [Theory]
    // Other machines: never silently in plaintext.
    [InlineData("192.0.2.1", "prefer", true, false, "require")]
    [InlineData("192.0.2.1", "prefer", false, false, "require")]
    [InlineData("192.0.2.1", "allow", true, false, "require")]
    [InlineData("192.0.2.1", "disable", true, false, "InsecurePassword")]
    [InlineData("192.0.2.1", "disable", false, false, "disable")]
    [InlineData("192.0.2.1", "verify-full", true, false, "verify-full")]
    [InlineData("10.0.0.1", "disable", true, false, "InsecurePassword")]
    [InlineData("2001:db8::1", "prefer", true, false, "require")]
    [InlineData("::ffff:192.0.2.1", "prefer", true, false, "require")]
    // Told otherwise.
    [InlineData("192.0.2.1", "prefer", true, true, "prefer")]
    [InlineData("192.0.2.1", "disable", true, true, "disable")]
    // This machine: as libpq.
    [InlineData("127.0.0.1", "prefer", true, false, "prefer")]
    [InlineData("127.0.0.1", "disable", true, false, "disable")]
    [InlineData("127.1.2.3", "allow", true, false, "allow")]
    [InlineData("::1", "prefer", true, false, "prefer")]
    [InlineData(null, "disable", true, false, "disable")]
    public void A_password_goes_to_another_machine_over_TLS_only(
        string? address, string mode, bool hasPassword, bool allowPlaintext, string expected)
    {
        Assert.True(SslModeText.TryParseLibpq(mode, out SslMode given));
        var host = new ConnectionHost("db1.example.com", null, 5432);
        IPAddress? parsed = address is null ? null : IPAddress.Parse(address);
        string decided;
        try
        {
            decided = PlaintextRule.Decide(given, host, parsed, hasPassword, allowPlaintext).ToLibpq();
        }
        catch (PgSslException refusal)
        {
            decided = refusal.Error.ToString();
        }
        Assert.Equal(expected, decided);
    }
}
