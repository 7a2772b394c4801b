using System.Security.Authentication;
using PgSsl.Connections;
using PgSsl.Impostors;
using PgSsl.Probing;
using PgSsl.Wire;

namespace PgSsl.Tests.Impostors;

/// <summary>The module's own probe as the client: it accepts any certificate, and can speak what no driver speaks any more.</summary>
public class ProbedImpostorTests
{
    [Fact]
    public async Task TLS_1_0_is_spoken_with_a_client_that_has_it()
    {
        await using ImpostorRun run = ImpostorStage.Open();
#pragma warning disable CA5397, SYSLIB0039 // It is what the impostor speaks.
        (ConnectionFacts facts, ClientAttempt attempt) = await ProbeAsync(
            run, ImpostorKind.Tls10Only, request => request with { Protocols = SslProtocols.Tls | SslProtocols.Tls12, Stack = TlsStack.Portable });
#pragma warning restore CA5397, SYSLIB0039

        Assert.Equal("TLSv1", facts.Tls?.Protocol);
        Assert.True(Assert.Single(attempt.Connections).StartedInTls);
        Assert.Equal(["TLSv1.2 and older"], attempt.Hello!.Versions);
    }

    [Fact]
    public async Task Direct_TLS_is_answered_as_PostgreSQL_17_does()
    {
        await using ImpostorRun run = ImpostorStage.Open();
        (ConnectionFacts facts, ClientAttempt attempt) = await ProbeAsync(
            run, ImpostorKind.Genuine, request => request with { Negotiation = SslNegotiation.Direct });

        Assert.Equal("postgresql", facts.Tls?.ApplicationProtocol);
        Assert.True(Assert.IsType<StartupAnswer.Admitted>(facts.Answer).OffersChannelBinding);
        ClientSteps steps = Assert.Single(attempt.Connections);
        Assert.True(steps is { BeganWithTls: true, AskedForTls: false, StartedInTls: true });
        Assert.Equal(["user", "database", "application_name"], steps.Parameters);
    }

    [Fact]
    public async Task An_impostor_offers_no_channel_binding()
    {
        await using ImpostorRun run = ImpostorStage.Open();
        (ConnectionFacts facts, _) = await ProbeAsync(run, ImpostorKind.OtherCa, request => request);

        Assert.False(Assert.IsType<StartupAnswer.Admitted>(facts.Answer).OffersChannelBinding);
    }

    private static async Task<(ConnectionFacts Facts, ClientAttempt Attempt)> ProbeAsync(
        ImpostorRun run, ImpostorKind kind, Func<ProbeRequest, ProbeRequest> change)
    {
        var host = new ConnectionHost("localhost", "127.0.0.1", run.Address.Port);
        ProbeRequest request = change(new ProbeRequest(host, Transport.Tls, TimeSpan.FromSeconds(30)) { UserName = "u", ServerName = "localhost" });
        ConnectionFacts? facts = null;
        ClientAttempt attempt = await ImpostorStage.PlayAsync(
            run, kind, async () => facts = await ServerProbe.ConnectAsync(request, TestContext.Current.CancellationToken));
        return (facts!, attempt);
    }
}
