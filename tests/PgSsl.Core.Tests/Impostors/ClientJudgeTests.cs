using PgSsl.Impostors;
using PgSsl.Wire;

namespace PgSsl.Tests.Impostors;

/// <summary>The verdict goes by the farthest step, in one table.</summary>
[Fast]
public class ClientJudgeTests
{
    private static readonly TlsAlert UnknownCa = new(48, "unknown_ca");

    [Theory]
    [InlineData("OtherCa", "", "NoConnection")]
    [InlineData("OtherCa", "tcp", "NoConnection")]
    [InlineData("OtherCa", "ssl alert", "Refused")]
    [InlineData("OtherCa", "ssl", "RefusedSilently")]
    [InlineData("OtherCa", "direct", "RefusedSilently")]
    [InlineData("OtherCa", "ssl done", "RefusedAfterHandshake")]
    [InlineData("OtherCa", "ssl done alert", "Refused")]
    [InlineData("OtherCa", "ssl done start y", "Accepted")]
    [InlineData("OtherCa", "ssl done start", "ProtectedByChannelBinding")]
    [InlineData("OtherCa", "ssl done start cut", "Accepted")]
    [InlineData("Genuine", "ssl done start", "Accepted")]
    [InlineData("OtherCa", "ssl done start y | plain", "AcceptedPlaintext")]
    [InlineData("OtherCa", "ssl alert | plain", "AcceptedPlaintext")]
    [InlineData("OtherCa", "ssl done | ssl done", "RefusedAfterHandshake")]
    [InlineData("TlsRefused", "ssl", "Refused")]
    [InlineData("TlsRefused", "ssl plain", "AcceptedPlaintext")]
    [InlineData("ErrorAnswer", "ssl", "Refused")]
    [InlineData("Tls10Only", "ssl own", "Refused")]
    public void The_farthest_step_decides(string kind, string story, string expected) =>
        Assert.Equal(
            expected,
            ClientJudge.Judge(Attempt(Enum.Parse<ImpostorKind>(kind), story), Attempt(ImpostorKind.Genuine, "ssl done start p")).ToString());

    [Fact]
    public void A_client_without_a_password_is_not_taken_for_one_that_binds_its_login() =>
        Assert.Equal(
            ClientOutcome.Accepted,
            ClientJudge.Judge(Attempt(ImpostorKind.OtherCa, "ssl done start"), Attempt(ImpostorKind.Genuine, "ssl done start")));

    [Theory]
    [InlineData("ssl done start y | plain", true)]
    [InlineData("ssl plain", true)]
    [InlineData("plain", false)]
    [InlineData("plain | ssl done start y", false)]
    public void A_fallback_is_plaintext_after_TLS_was_wanted(string story, bool expected) =>
        Assert.Equal(expected, Attempt(ImpostorKind.OtherCa, story).FellBackToPlaintext);

    private static ClientAttempt Attempt(ImpostorKind kind, string story)
    {
        string[] connections = story.Length == 0 ? [] : story.Split('|');
        return new ClientAttempt(Impostor.Of(kind), [.. connections.Select((words, index) => Steps(index + 1, words.Split(' ')))]);
    }

    private static ClientSteps Steps(int number, string[] words) => new()
    {
        Number = number,
        AskedForTls = words.Contains("ssl"),
        BeganWithTls = words.Contains("direct"),
        Alert = words.Contains("alert") ? UnknownCa : null,
        OwnAlert = words.Contains("own") ? new TlsAlert(70, "protocol_version") : null,
        CompletedHandshake = words.Contains("done"),
        StartedInTls = words.Contains("start"),
        StartedInPlaintext = words.Contains("plain"),
        WasCutOff = words.Contains("cut"),
        Login = Array.Find(words, word => word is "p" or "y") is { } flag ? new SaslInitialResponse("SCRAM-SHA-256", flag[0]) : null,
    };
}
