using System.Data.Common;
using FsCheck;
using FsCheck.Fluent;
using PgSsl.Connections.Dialects;

namespace PgSsl.Tests.Connections.Dialects;

/// <summary>ADO.NET's pairs, as .NET itself reads them.</summary>
[Fast]
public class AdoNetTextTests
{
    [Theory]
    [InlineData("Host=db1;Port=5433", "host=db1|port=5433")]
    [InlineData(" ; Host = db1 ; ", "host=db1")]
    [InlineData("Password=\"a;b\"\"c\"; Host='it''s'", "password=a;b\"c|host=it's")]
    [InlineData("a==b=c", "a=b=c")]
    [InlineData("Password=p=q", "password=p=q")]
    [InlineData("Host=db 1;", "host=db 1")]
    public void Finds_the_pairs(string text, string expected) => Assert.Equal(expected, Join(AdoNetText.Scan(text)));

    [Theory]
    [InlineData("Host")]
    [InlineData("=x")]
    [InlineData("Password=\"abc")]
    [InlineData("Password=\"a\"b;Host=c")]
    [InlineData("Password=abc\"")]
    public void Refuses_what_dotnet_refuses_and_repeats_nothing_of_it(string text)
    {
        PgSslException failure = Assert.Throws<PgSslException>(() => AdoNetText.Scan(text));

        Assert.Equal(PgSslError.InvalidEndpoint, failure.Error);
        Assert.DoesNotContain("abc", failure.Message);
        Assert.Throws<ArgumentException>(() => new DbConnectionStringBuilder { ConnectionString = text });
    }

    [Fact]
    public void A_value_stands_where_it_says()
    {
        const string text = "Host = db1 ;Password=\"x;y\" ; Port=1";

        Assert.Equal(["db1", "\"x;y\"", "1"], AdoNetText.Scan(text).Select(pair => text[pair.Start..pair.End]));
    }

    [Fact]
    public void Dotnet_reads_the_same() => Prop.ForAll(Texts, text =>
    {
        string? expected = DotNet(text);
        string? actual = null;
        try
        {
            // The last of a name counts, and an empty one removes it.
            actual = Join(AdoNetText.Scan(text).GroupBy(pair => pair.Name.ToLowerInvariant()).Select(pairs => pairs.Last())
                .Where(pair => pair.Value.Length > 0).OrderBy(pair => pair.Name.ToLowerInvariant(), StringComparer.Ordinal));
        }
        catch (PgSslException)
        {
        }
        Assert.Equal(expected, actual);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(30000));

    private static Arbitrary<string> Texts =>
        Gen.Elements("a", "Host", "b c", "=", "==", ";", "\"", "'", " ", "\t", "x", "\u0001", "é")
            .ArrayOf().Select(parts => string.Concat(parts.Take(14))).ToArbitrary();

    private static string? DotNet(string text)
    {
        try
        {
            var builder = new DbConnectionStringBuilder { ConnectionString = text };
            return string.Join('|', builder.Keys!.Cast<string>().Where(key => (string)builder[key] != "").Order(StringComparer.Ordinal)
                .Select(key => $"{key}={builder[key]}"));
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static string Join(IEnumerable<WrittenParameter> pairs) =>
        string.Join('|', pairs.Select(pair => $"{pair.Name.ToLowerInvariant()}={pair.Value}"));
}
