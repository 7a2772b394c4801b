using System.Diagnostics;
using Org.BouncyCastle.Tls;
using PgSsl.Connections;
using PgSsl.Probing;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Probing;

/// <summary>
/// Servers that make a handshake endless, huge or expensive: with each TLS client, the probe keeps its time limit and its memory, says what it saw
/// under a stable error, and closes the connection.
/// </summary>
[Collection(Alone.Name)]
public class HostileHandshakeTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(700);
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);
    // What a busy machine adds.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(4);
    private static readonly TestAuthority Root = TestAuthority.CreateRoot("Hostile Root");
    private static readonly TestCertificate Ecdsa = Root.Issue(LeafOptions.ForLoopback());
    private static readonly TestCertificate Rsa = Root.Issue(LeafOptions.ForLoopback() with { Key = KeyAlgorithm.Rsa2048 });

    private static readonly Dictionary<string, ServerScript> Scripts = new()
    {
        { nameof(HostileHandshakes.EndlessHelloRequests), HostileHandshakes.EndlessHelloRequests },
        { nameof(HostileHandshakes.EndlessEmptyRecords), HostileHandshakes.EndlessEmptyRecords },
        { nameof(HostileHandshakes.EndlessWarnings), HostileHandshakes.EndlessWarnings },
        { nameof(HostileHandshakes.EndlessChangeCipherSpecs), HostileHandshakes.EndlessChangeCipherSpecs },
        { nameof(HostileHandshakes.HugeCookie), HostileHandshakes.HugeCookie },
        { nameof(HostileHandshakes.CloseNotifyInTheMiddle), HostileHandshakes.CloseNotifyInTheMiddle },
        { nameof(HostileHandshakes.AlertInTheMiddle), HostileHandshakes.AlertInTheMiddle },
        { nameof(HostileHandshakes.LargestRecord), HostileHandshakes.LargestRecord },
        { nameof(HostileHandshakes.RetriesWithoutEnd), HostileHandshakes.RetriesWithoutEnd },
        { "HugeServerHello", HostileHandshakes.HugeMessage(2) },
        { "HugeCertificate", HostileHandshakes.HugeMessage(11) },
        { "HugeFinished", HostileHandshakes.HugeMessage(20) },
        { "HugeNewMessage", HostileHandshakes.HugeMessage(99) },
        { "LargeGroup", HostileHandshakes.LargeGroup(Rsa, 10_000) },
        { "TooLargeGroup", HostileHandshakes.LargeGroup(Rsa, 16_384) },
        { "EmptyRecordsInTls12", FloodingServer.Flood(Ecdsa, ProtocolVersion.TLSv12, ContentType.application_data, []) },
        { "EmptyRecordsInTls13", FloodingServer.Flood(Ecdsa, ProtocolVersion.TLSv13, ContentType.application_data, []) },
        { "WarningsInTls12", FloodingServer.Flood(Ecdsa, ProtocolVersion.TLSv12, ContentType.alert, [1, 112]) },
        { "TicketsInTls13", FloodingServer.Flood(Ecdsa, ProtocolVersion.TLSv13, ContentType.handshake, Ticket()) },
        { "KeyUpdatesInTls13", FloodingServer.FloodOfKeyUpdates(Ecdsa) },
        { "CertificateRequestInTls13", FloodingServer.Flood(Ecdsa, ProtocolVersion.TLSv13, ContentType.handshake, [13, 0, 0, 3, 0, 0, 0]) },
        { "HelloRequestsInTls12", FloodingServer.Flood(Ecdsa, ProtocolVersion.TLSv12, ContentType.handshake, [0, 0, 0, 0]) },
    };

    public static TheoryData<string, Enum> Cases() =>
        [.. from script in Scripts.Keys from stack in Enum.GetValues<TlsStack>() select new TheoryDataRow<string, Enum>(script, stack)];

    [Theory, MemberData(nameof(Cases))]
    public async Task A_hostile_handshake_ends_in_time_with_a_clear_error(string script, Enum stack)
    {
        await using HostileServer server = HostileServer.Start(Scripts[script]);
        // Whatever is loaded and compiled on first use is not the server's doing.
        await ProbeAsync(server, (TlsStack)stack, Short);
        long start = Stopwatch.GetTimestamp();

        ConnectionFacts facts = await ProbeAsync(server, (TlsStack)stack, Short);

        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, Short + Grace);
        PgSslException failure = Assert.IsType<PgSslException>(facts.Failure);
        TestContext.Current.TestOutputHelper?.WriteLine($"{script} {stack}: {failure.Error} {failure.Message} {Stopwatch.GetElapsedTime(start)}");
        Assert.Contains(failure.Error, (PgSslError[])[PgSslError.TlsHandshakeFailed, PgSslError.ConnectionTimedOut, PgSslError.ConnectionClosed]);
        Assert.NotNull(failure.Remedy);
        for (int i = 0; i < 100 && server.OpenConnections > 0; i++)
            await Task.Delay(50, TestContext.Current.CancellationToken);
        Assert.Equal(0, server.OpenConnections);
    }

    [Theory]
    [InlineData(TlsStack.Platform)]
    [InlineData(TlsStack.Portable)]
    public async Task A_server_that_drips_is_given_up_in_time(Enum stack)
    {
        TlsCluster cluster = (await ClusterPool.GetTlsAsync(15)).OrSkip(Assert.Skip);
        await using HostileServer server = HostileServer.Start(HostileRelay.SlowRelay(cluster.Cluster.Port, TimeSpan.FromMilliseconds(10)));
        long start = Stopwatch.GetTimestamp();

        ConnectionFacts facts = await ProbeAsync(server, (TlsStack)stack, Short);

        Assert.Equal(PgSslError.ConnectionTimedOut, facts.Failure?.Error);
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, Short + Grace);
    }

    /// <summary>What is kept is measured in the middle of the flood, after a collection.</summary>
    [Theory]
    [InlineData("EndlessHelloRequests")]
    [InlineData("EndlessWarnings")]
    [InlineData("HugeCertificate")]
    [InlineData("EmptyRecordsInTls13")]
    [InlineData("TicketsInTls13")]
    [InlineData("KeyUpdatesInTls13")]
    public async Task A_flood_is_not_kept_and_a_cancelled_probe_leaves_it_at_once(string script)
    {
        await using HostileServer server = HostileServer.Start(Scripts[script]);
        await ProbeAsync(server, TlsStack.Portable, Short);
        using var cancellation = new CancellationTokenSource();
        long before = GC.GetTotalMemory(forceFullCollection: true);
        Task<ConnectionFacts> probe = ServerProbe.ConnectAsync(Request(server, TlsStack.Portable, Long), cancellation.Token);
        await Task.Delay(Short, TestContext.Current.CancellationToken);

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 8 << 20);
        await cancellation.CancelAsync();
        Task ended = await Task.WhenAny(probe, Task.Delay(Grace, TestContext.Current.CancellationToken));

        Assert.Same(probe, ended);
        Assert.True(probe.IsCanceled || (await probe).Failure is not null);
    }

    /// <summary>RFC 8446 4.6.1, with as long a ticket as fits into a record.</summary>
    private static byte[] Ticket()
    {
        byte[] body = [0, 0, 0, 10, 0, 0, 0, 0, 1, 7, 0x20, 0, .. new byte[0x2000], 0, 0];
        return [4, (byte)(body.Length >> 16), (byte)(body.Length >> 8), (byte)body.Length, .. body];
    }

    private static Task<ConnectionFacts> ProbeAsync(HostileServer server, TlsStack stack, TimeSpan timeout) =>
        ServerProbe.ConnectAsync(Request(server, stack, timeout), TestContext.Current.CancellationToken);

    private static ProbeRequest Request(HostileServer server, TlsStack stack, TimeSpan timeout) =>
        new(new ConnectionHost(server.Host, null, server.Port), Transport.Tls, timeout) { UserName = "postgres", Stack = stack };
}
