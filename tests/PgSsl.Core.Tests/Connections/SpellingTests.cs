using PgSsl.Connections;

namespace PgSsl.Tests.Connections;

[Fast]
public class SpellingTests
{
    [Fact]
    public void Every_sslmode_reads_back_what_it_writes()
    {
        foreach (SslMode mode in Enum.GetValues<SslMode>())
        {
            Assert.True(SslModeText.TryParseLibpq(mode.ToLibpq(), out SslMode exact));
            Assert.True(SslModeText.TryParse(mode.ToString(), out SslMode lenient));
            Assert.Equal((mode, mode), (exact, lenient));
        }
    }

    [Fact]
    public void The_catalogue_lists_the_sslmodes_in_the_order_of_the_enumeration() =>
        Assert.Equal(Enum.GetValues<SslMode>().Select(SslModeText.ToLibpq), ConnectionParameters.Find("sslmode")!.AllowedValues!);

    [Theory]
    [InlineData("Verify-Full")]
    [InlineData("verifyfull")]
    [InlineData("")]
    [InlineData(null)]
    public void libpqs_spelling_of_sslmode_is_exact(string? text) => Assert.False(SslModeText.TryParseLibpq(text, out _));

    [Theory]
    [InlineData("verify_full")]
    [InlineData("3")]
    [InlineData(null)]
    public void What_is_no_sslmode_stays_none(string? text) => Assert.False(SslModeText.TryParse(text, out _));

    [Theory]
    [InlineData("Direct", SslNegotiation.Direct)]
    [InlineData("postgres", SslNegotiation.Postgres)]
    public void Reads_sslnegotiation_in_any_case(string text, Enum expected)
    {
        Assert.True(SslNegotiationText.TryParse(text, out SslNegotiation negotiation));
        Assert.Equal(expected, negotiation);
        Assert.Equal(text.ToLowerInvariant(), negotiation.ToLibpq());
    }

    [Theory]
    [InlineData("Direct")]
    [InlineData("tls")]
    public void libpqs_spelling_of_sslnegotiation_is_exact(string text) => Assert.False(SslNegotiationText.TryParseLibpq(text, out _));
}
