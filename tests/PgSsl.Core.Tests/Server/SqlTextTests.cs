using FsCheck;
using FsCheck.Fluent;
using PgSsl.Server;

namespace PgSsl.Tests.Server;

/// <summary>Arrays and times as PostgreSQL writes them; PgSsl.Npgsql.Tests sends them through servers.</summary>
[Fast]
public class SqlTextTests
{
    [Fact]
    public void An_array_that_is_written_is_read_again() => Prop.ForAll<string?[]>(elements =>
        SqlText.ParseArray(SqlText.Format(elements)!).SequenceEqual(elements)).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("{}", new string[0])]
    [InlineData("{a,\"b c\",NULL,\"NULL\",\"\"}", new[] { "a", "b c", null, "NULL", "" })]
    [InlineData("{192.0.2.0/24}", new[] { "192.0.2.0/24" })]
    public void Arrays_are_read_as_the_server_prints_them(string text, string?[] elements) => Assert.Equal(elements, SqlText.ParseArray(text));

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("{{1,2},{3,4}}")]
    [InlineData("[0:1]={1,2}")]
    public void What_is_no_list_is_refused(string text) => Assert.Throws<FormatException>(() => SqlText.ParseArray(text));

    [Fact]
    public void What_has_no_text_in_SQL_is_refused() => Assert.Throws<ArgumentException>(() => SqlText.Format(new object()));

    [Theory]
    [InlineData("2026-11-20 10:11:12.345+00", "2026-11-20T10:11:12.345Z")]
    [InlineData("2026-11-20 10:11:12+02", "2026-11-20T08:11:12Z")]
    [InlineData("2026-11-20 10:11:12.5", "2026-11-20T10:11:12.5Z")]
    [InlineData("2026-11-20", "2026-11-20T00:00:00Z")]
    public void Times_are_read_as_the_server_prints_them(string text, string expected) =>
        Assert.Equal(DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture), SqlText.ParseTime(text));
}
