using System.Text;
using PgSsl.Wire;

namespace PgSsl.Tests.Wire;

[Fast]
public class SslRequestTests
{
    [Theory]
    [InlineData("S", SslResponse.Accepted)]
    [InlineData("N", SslResponse.NotOffered)]
    [InlineData("E", SslResponse.Error)]
    [InlineData("E\0\0\0\x10SFATAL", SslResponse.Error)]
    public void The_first_byte_is_the_answer(string answer, Enum expected) =>
        Assert.Equal(expected, SslRequest.ReadAnswer(Encoding.Latin1.GetBytes(answer)));

    [Fact]
    public void Plaintext_after_S_is_an_attack()
    {
        Assert.Equal(SslResponse.Accepted, SslRequest.ReadAnswer("S\0\0\0\x08"u8));
        Assert.Equal(PgSslError.UnencryptedDataAfterSslResponse, SslRequest.Injected("S\0\0\0\x08"u8)!.Error);
        Assert.Null(SslRequest.Injected("S"u8));
    }

    [Theory]
    [InlineData("SSH-2.0-OpenSSH_9.2p1\r\n")]
    [InlineData("HTTP/1.1 400 Bad Request\r\n")]
    [InlineData("NO")]
    [InlineData("\x15\x03\x01")]
    public void Another_protocol_is_not_PostgreSQL(string banner) => Assert.Equal(PgSslError.NotPostgreSql, ErrorOf(banner));

    [Fact]
    public void What_a_stranger_sent_is_shown_without_control_characters()
    {
        PgSslException error = Assert.Throws<PgSslException>(() => SslRequest.ReadAnswer("\x1b[31mred"u8));

        Assert.Contains("\\x1B[31mred", error.Message);
        Assert.DoesNotContain('\x1b', error.Message);
    }

    private static PgSslError ErrorOf(string answer) =>
        Assert.Throws<PgSslException>(() => SslRequest.ReadAnswer(Encoding.Latin1.GetBytes(answer))).Error;
}
