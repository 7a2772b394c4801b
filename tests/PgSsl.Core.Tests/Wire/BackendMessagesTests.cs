using System.Buffers.Binary;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using PgSsl.Wire;

namespace PgSsl.Tests.Wire;

[Fast]
public class BackendMessagesTests
{
    private static readonly byte[] NoPgHbaEntry =
        Message('E', "SFATAL\0VFATAL\0C28000\0Mno pg_hba.conf entry for host \"10.0.0.1\"\0Fauth.c\0\0");

    public static TheoryData<byte[], string, bool> AuthenticationRequests() => new()
    {
        { Message('R', "\0\0\0\0"), "none", false },
        { Message('R', "\0\0\0\x03"), "password", false },
        { Message('R', "\0\0\0\x05salt"), "md5", false },
        { Message('R', "\0\0\0\x07"), "gss", false },
        { Message('R', "\0\0\0\x09"), "sspi", false },
        { Message('R', "\0\0\0\x0ASCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0"), "scram-sha-256", true },
        { Message('R', "\0\0\0\x0ASCRAM-SHA-256\0\0"), "scram-sha-256", false },
        { Message('R', "\0\0\0\x0AOAUTHBEARER\0\0"), "oauth", false },
        { Message('R', "\0\0\0\x63"), "99", false },
    };

    [Theory, MemberData(nameof(AuthenticationRequests))]
    public void An_authentication_request_names_its_method(byte[] message, string method, bool channelBinding) =>
        Assert.Equal(new StartupAnswer.Admitted(method, channelBinding), BackendMessages.ReadStartupAnswer(message));

    [Fact]
    public void An_error_has_severity_SQLSTATE_and_message() =>
        Assert.Equal(
            new StartupAnswer.Refused("FATAL", "28000", "no pg_hba.conf entry for host \"10.0.0.1\""),
            BackendMessages.ReadStartupAnswer(NoPgHbaEntry));

    [Fact]
    public void The_severity_that_is_not_translated_wins() =>
        Assert.Equal(
            "FATAL", Assert.IsType<StartupAnswer.Refused>(BackendMessages.ReadStartupAnswer(Message('E', "SFATALE\0VFATAL\0Mx\0\0"))).Severity);

    [Fact]
    public void Terminal_escapes_in_an_error_are_shown_as_codes() =>
        Assert.Equal(
            "<U+001B>[2Jgone",
            Assert.IsType<StartupAnswer.Refused>(BackendMessages.ReadStartupAnswer(Message('E', "M\x1b[2Jgone\0\0"))).Message);

    [Fact]
    public void A_notice_about_protocol_options_is_passed_over() =>
        Assert.Equal(
            new StartupAnswer.Admitted("none", false),
            BackendMessages.ReadStartupAnswer([.. Message('v', "\0\x03\0\0\0\0\0\0"), .. Message('R', "\0\0\0\0")]));

    [Fact]
    public void An_error_from_before_the_protocol_is_agreed_is_text_up_to_its_end() =>
        Assert.Equal(
            new StartupAnswer.Refused("FATAL", "", "could not fork new process for connection: out of memory"),
            BackendMessages.ReadStartupAnswer("Ecould not fork new process for connection: out of memory\n\0"u8));

    [Fact]
    public void Each_part_of_a_message_asks_for_more() =>
        Assert.All(
            Enumerable.Range(0, NoPgHbaEntry.Length),
            length => Assert.Null(BackendMessages.ReadStartupAnswer(NoPgHbaEntry.AsSpan(0, length))));

    [Theory]
    [InlineData('R', int.MaxValue)]
    [InlineData('R', 7)]
    [InlineData('R', -1)]
    [InlineData('v', 2_001)]
    public void An_impossible_length_is_refused_before_a_byte_of_it_is_awaited(char type, int length)
    {
        byte[] header = [(byte)type, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(1), length);

        Assert.Equal(PgSslError.ProtocolViolation, Assert.Throws<PgSslException>(() => BackendMessages.ReadStartupAnswer(header)).Error);
    }

    [Fact]
    public void An_error_that_never_ends_ends_at_the_limit()
    {
        byte[] endless = new byte[BackendMessages.MaxAnswerLength];
        Array.Fill(endless, (byte)'E');

        Assert.Null(BackendMessages.ReadStartupAnswer(endless.AsSpan(0, endless.Length - 1)));
        Assert.IsType<StartupAnswer.Refused>(BackendMessages.ReadStartupAnswer(endless));
    }

    [Fact]
    public void Whatever_arrives_gives_an_answer_a_wait_or_a_refusal() =>
        Prop.ForAll<byte[]>(bytes =>
        {
            foreach (byte type in "REvNS"u8)
            {
                Exception? thrown = Record.Exception(() => BackendMessages.ReadStartupAnswer([type, .. bytes]));
                Assert.True(thrown is null or PgSslException, thrown?.ToString());
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Whatever_a_well_framed_message_holds_gives_an_answer_or_a_refusal() =>
        Prop.ForAll<byte[]>(body =>
        {
            foreach (char type in "REv")
            {
                byte[] message = Message(type, "\0\0\0\x0A" + Encoding.Latin1.GetString(body));
                Exception? thrown = Record.Exception(() => BackendMessages.ReadStartupAnswer(message));
                Assert.True(thrown is null or PgSslException, thrown?.ToString());
            }
        }).QuickCheckThrowOnFailure();

    private static byte[] Message(char type, string body)
    {
        byte[] content = Encoding.Latin1.GetBytes(body);
        byte[] message = [(byte)type, 0, 0, 0, 0, .. content];
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), content.Length + 4);
        return message;
    }
}
