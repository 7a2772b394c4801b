using System.Buffers.Binary;
using System.Text;
using PgSsl.Wire;

namespace PgSsl.Tests.Wire;

[Fast]
public class StartupMessageTests
{
    [Fact]
    public void Is_its_length_the_protocol_and_parameters()
    {
        byte[] message = StartupMessage.Encode("alice", "sales", "PgSsl");

        Assert.Equal(message.Length, BinaryPrimitives.ReadInt32BigEndian(message));
        Assert.Equal(0x0003_0000, BinaryPrimitives.ReadInt32BigEndian(message.AsSpan(4)));
        Assert.Equal("user\0alice\0database\0sales\0application_name\0PgSsl\0\0", Encoding.UTF8.GetString(message.AsSpan(8)));
    }

    [Fact]
    public void Names_are_UTF8() => Assert.Contains("größe", Encoding.UTF8.GetString(StartupMessage.Encode("größe", "db", "PgSsl")));

    [Fact]
    public void A_NUL_in_a_name_is_refused_by_parameter_name()
    {
        PgSslException error = Assert.Throws<PgSslException>(() => StartupMessage.Encode("ali\0ce", "sales", "PgSsl"));

        Assert.Equal(PgSslError.InvalidParameterValue, error.Error);
        Assert.Contains("\"user\"", error.Message);
    }

    [Theory]
    [InlineData(9_900, true)]
    [InlineData(10_000, false)]
    public void A_message_that_a_server_would_refuse_is_not_made(int nameLength, bool fits)
    {
        Exception? error = Record.Exception(() => StartupMessage.Encode(new string('x', nameLength), "d", "PgSsl"));

        Assert.Equal(fits, error is null);
    }
}
