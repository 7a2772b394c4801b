using PgSsl.Server.Settings;

namespace PgSsl.Tests.Server.Settings;

/// <summary>Values of parameters as the server compares them.</summary>
[Fast]
public class ServerSettingTests
{
    /// <summary>src/backend/utils/adt/bool.c, parse_bool.</summary>
    [Theory]
    [InlineData("on", true)]
    [InlineData("TRUE", true)]
    [InlineData("y", true)]
    [InlineData("1", true)]
    [InlineData("of", false)]
    [InlineData("n", false)]
    [InlineData("f", false)]
    [InlineData("o", null)]
    [InlineData("onn", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void A_boolean_may_be_shortened(string? text, bool? value) => Assert.Equal(value, ServerSetting.ParseBoolean(text));

    [Theory]
    [InlineData("bool", "on", "yes", true)]
    [InlineData("bool", "on", "0", false)]
    [InlineData("enum", "TLSv1.2", "tlsv1.2", true)]
    [InlineData("string", "Server.crt", "server.crt", false)]
    public void Spellings_of_one_value_are_the_same(string kind, string one, string other, bool same) =>
        Assert.Equal(same, new ServerSetting("ssl", one) { Kind = kind }.MeansSame(one, other));
}
