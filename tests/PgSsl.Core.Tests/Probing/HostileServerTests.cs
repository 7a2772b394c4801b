using PgSsl.Connections;
using PgSsl.Probing;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Probing;

/// <summary>
/// Servers that break the rules: the probe ends within its timeout, says what it saw under a stable error, throws nothing, and keeps
/// its memory bounded.
/// </summary>
public class HostileServerTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(700);
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);
    private static readonly TestCertificate Certificate = TestAuthority.CreateRoot("Hostile Root").Issue(LeafOptions.ForLoopback());

    private static readonly Dictionary<string, PgSslError> Expected = new()
    {
        { nameof(HostileScripts.Silence), PgSslError.ConnectionTimedOut },
        { nameof(HostileScripts.Garbage), PgSslError.NotPostgreSql },
        { nameof(HostileScripts.CloseAtOnce), PgSslError.ConnectionClosed },
        { nameof(HostileScripts.RefuseTls), PgSslError.TlsNotOffered },
        { nameof(HostileScripts.AcceptThenSilence), PgSslError.ConnectionTimedOut },
        { nameof(HostileScripts.AcceptThenPlaintext), PgSslError.TlsHandshakeFailed },
        { nameof(HostileScripts.TlsAlert), PgSslError.TlsHandshakeFailed },
        { nameof(HostileScripts.OneByteAMinute), PgSslError.ConnectionTimedOut },
        { nameof(HostileScripts.EndlessErrorResponse), PgSslError.ServerRejectedSslRequest },
        { nameof(HostileTls.MalformedDerCertificate), PgSslError.TlsHandshakeFailed },
        { "OldErrorResponse", PgSslError.ServerRejectedSslRequest },
        { "ErrorResponse", PgSslError.ServerRejectedSslRequest },
        { "StuffedBytes", PgSslError.UnencryptedDataAfterSslResponse },
        { "ManyCertificates", PgSslError.TlsHandshakeFailed },
        { "EmptyCertificateList", PgSslError.TlsHandshakeFailed },
        { "ClosesInTls", PgSslError.ConnectionClosed },
        { "GarbageInTls", PgSslError.NotPostgreSql },
        { "HugeLengthInTls", PgSslError.ProtocolViolation },
        { "Renegotiates", PgSslError.TlsHandshakeFailed },
    };

    public static TheoryData<string, Enum> Scripts() =>
        [.. from script in Expected.Keys from stack in Enum.GetValues<TlsStack>() select new TheoryDataRow<string, Enum>(script, stack)];

    [Theory, MemberData(nameof(Scripts))]
    public async Task A_hostile_server_gives_an_error_that_names_what_it_did(string script, Enum stack)
    {
        PgSslError expected = Expected[script];
        await using HostileServer server = HostileServer.Start(ScriptOf(script));
        TimeSpan timeout = expected == PgSslError.ConnectionTimedOut ? Short : Long;

        ConnectionFacts facts = await ProbeAsync(server, Transport.Tls, timeout, (TlsStack)stack);

        Assert.Equal(expected, facts.Failure?.Error);
        Assert.NotNull(facts.Failure!.Remedy);
        Assert.DoesNotContain(facts.Failure.Message, char.IsControl);
    }

    [Theory]
    [InlineData('R', PgSslError.ProtocolViolation)]
    [InlineData('v', PgSslError.ProtocolViolation)]
    public async Task A_message_of_two_gigabytes_is_not_awaited(char type, PgSslError expected)
    {
        await using HostileServer server = HostileServer.Start(HostileScripts.HugeLength(type));

        ConnectionFacts facts = await ProbeAsync(server, Transport.Plaintext, Long);

        Assert.Equal(expected, facts.Failure?.Error);
    }

    [Theory]
    [InlineData(TlsStack.Platform)]
    [InlineData(TlsStack.Portable)]
    public async Task A_server_that_closes_at_any_byte_of_the_dialogue_gives_a_failure_or_the_whole_answer(Enum stack)
    {
        TlsCluster cluster = (await ClusterPool.GetTlsAsync(15)).OrSkip(Assert.Skip);
        int length = 0;
        await using (HostileServer counter = HostileServer.Start(
            HostileRelay.Count(cluster.Cluster.Port, bytes => Interlocked.Add(ref length, bytes))))
            await ProbeAsync(counter, Transport.Tls, Long, (TlsStack)stack);
        Assert.InRange(length, 500, 10_000);

        await Parallel.ForAsync(0, length, TestContext.Current.CancellationToken, async (offset, _) =>
        {
            await using HostileServer relay = HostileServer.Start(HostileRelay.CloseAfter(cluster.Cluster.Port, offset));
            ConnectionFacts facts = await ProbeAsync(relay, Transport.Tls, Long, (TlsStack)stack);
            Assert.True(
                facts.Answer is not null || facts.Failure?.Error is PgSslError.ConnectionClosed or PgSslError.TlsHandshakeFailed,
                $"closed after {offset} of {length} bytes: {facts.Failure?.Error} {facts.Failure?.Message}");
        });
    }

    [Fact]
    public async Task A_cancelled_probe_ends_at_once_and_says_so()
    {
        await using HostileServer server = HostileServer.Start(HostileScripts.Silence);
        using var cancellation = new CancellationTokenSource();

        Task<ConnectionFacts> probe = ServerProbe.ConnectAsync(
            new ProbeRequest(new ConnectionHost(server.Host, null, server.Port), Transport.Tls, Long), cancellation.Token);
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => probe);
    }

    private static ServerScript ScriptOf(string name) => name switch
    {
        nameof(HostileScripts.Silence) => HostileScripts.Silence,
        nameof(HostileScripts.Garbage) => HostileScripts.Garbage,
        nameof(HostileScripts.CloseAtOnce) => HostileScripts.CloseAtOnce,
        nameof(HostileScripts.RefuseTls) => HostileScripts.RefuseTls,
        nameof(HostileScripts.AcceptThenSilence) => HostileScripts.AcceptThenSilence,
        nameof(HostileScripts.AcceptThenPlaintext) => HostileScripts.AcceptThenPlaintext,
        nameof(HostileScripts.TlsAlert) => HostileScripts.TlsAlert,
        nameof(HostileScripts.OneByteAMinute) => HostileScripts.OneByteAMinute,
        nameof(HostileScripts.EndlessErrorResponse) => HostileScripts.EndlessErrorResponse,
        nameof(HostileTls.MalformedDerCertificate) => HostileTls.MalformedDerCertificate,
        "OldErrorResponse" => HostileScripts.OldErrorResponse("could not fork new process"),
        "ErrorResponse" => HostileScripts.ErrorResponse("sorry,\x1b[31m too many clients already"),
        "StuffedBytes" => HostileTls.StuffedBytes(Certificate),
        "ManyCertificates" => HostileTls.ManyCertificates(Certificate, 1_000),
        "EmptyCertificateList" => HostileTls.CertificateList([]),
        "ClosesInTls" => HostileTls.TlsThen(Certificate, HostileScripts.CloseAtOnce),
        "GarbageInTls" => HostileTls.TlsThen(Certificate, HostileScripts.AfterStartup(HostileScripts.Send("HTTP/1.1 400"u8.ToArray()))),
        "HugeLengthInTls" => HostileTls.TlsThen(
            Certificate, HostileScripts.AfterStartup(HostileScripts.Send([(byte)'R', 0x7F, 0xFF, 0xFF, 0xFF]))),
        "Renegotiates" when OperatingSystem.IsLinux() || OperatingSystem.IsWindows() => HostileTls.Renegotiate(Certificate),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
    };

    private static Task<ConnectionFacts> ProbeAsync(HostileServer server, Transport transport, TimeSpan timeout, TlsStack? stack = null) =>
        ServerProbe.ConnectAsync(
            new ProbeRequest(new ConnectionHost(server.Host, null, server.Port), transport, timeout) { UserName = "postgres", Stack = stack },
            TestContext.Current.CancellationToken);
}
