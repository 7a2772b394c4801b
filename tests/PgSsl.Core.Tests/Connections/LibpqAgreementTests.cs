using FsCheck;
using FsCheck.Fluent;
using PgSsl.Connections;

namespace PgSsl.Tests.Connections;

/// <summary>The parsers beside PQconninfoParse: the same strings accepted, with the same values.</summary>
public class LibpqAgreementTests
{
    [Theory]
    [InlineData("")]
    [InlineData(" \t\n ")]
    [InlineData("host")]
    [InlineData("host=a port = 1\tuser\n=\nb")]
    [InlineData("host='a b' user='' dbname=''")]
    [InlineData("host='a'user=b")]
    [InlineData("host='a''b'")]
    [InlineData("host=a'b c'=d")]
    [InlineData(@"host=\'a\\b\ c user=\")]
    [InlineData(@"host='\'")]
    [InlineData("=")]
    [InlineData("= =")]
    [InlineData("host==")]
    [InlineData("host= user=b")]
    [InlineData("host=\u00a0a")]
    [InlineData("host=ä\u2003b")]
    [InlineData("requiressl=1")]
    [InlineData("requiressl=12")]
    [InlineData("requiressl=")]
    [InlineData("ssl=true")]
    [InlineData("HOST=a")]
    [InlineData("authtype=x")]
    [InlineData("tty=x")]
    [InlineData("postgresql:/x=y")]
    [InlineData("POSTGRES://x?user=y")]
    [InlineData("postgres://")]
    [InlineData("postgresql://a:1@b:2@c:3/d")]
    [InlineData("postgresql://a@b@c")]
    [InlineData("postgresql://a:b:c@d")]
    [InlineData("postgresql://a/b@c:d")]
    [InlineData("postgresql://a?b@c=d")]
    [InlineData("postgresql://:1")]
    [InlineData("postgresql://,")]
    [InlineData("postgresql://,,:1,/d")]
    [InlineData("postgresql://a,[::1]:2,c:3?user=x")]
    [InlineData("postgresql://[::1],b")]
    [InlineData("postgresql://[a]b")]
    [InlineData("postgresql://[a][b]")]
    [InlineData("postgresql://a[b]")]
    [InlineData("postgresql://[")]
    [InlineData("postgresql://[]")]
    [InlineData("postgresql://a:b:c")]
    [InlineData("postgresql://a%2Cb:1%2C2/c%3Fd")]
    [InlineData("postgresql://%41%")]
    [InlineData("postgresql://%4")]
    [InlineData("postgresql://%4g")]
    [InlineData("postgresql://a/%00")]
    [InlineData("postgresql://a/b?")]
    [InlineData("postgresql://a/b?&")]
    [InlineData("postgresql://a/b?user=c&")]
    [InlineData("postgresql://a/b?user=")]
    [InlineData("postgresql://a/b?=c")]
    [InlineData("postgresql://a/b?user=c=d")]
    [InlineData("postgresql://a/b?us%65r=%63")]
    [InlineData("postgresql://a/b?user%3Dc")]
    [InlineData("postgresql://a/b?ssl=true&ssl=true")]
    [InlineData("postgresql://a/b?ssl=tru%65")]
    [InlineData("postgresql://a/b?ssl=1")]
    [InlineData("postgresql://a/b?requiressl=1&sslmode=allow")]
    [InlineData("postgresql://a/b?user=c?password=d")]
    [InlineData("postgresql://a/b?host=c&host=d")]
    [InlineData("postgresql://a/b/c?dbname=d")]
    [InlineData("postgresql://a#b")]
    [InlineData("postgresql://+a+")]
    public void Odd_strings_mean_the_same_to_libpq(string text) => AssertAgreement(text);

    [Theory]
    [InlineData("postgresql://a/b ")]
    [InlineData("postgresql:// a : 1 / b ? user = c & port = 2 ")]
    [InlineData("postgresql://a/b c")]
    [InlineData("postgresql://a/b?user=%20c")]
    [InlineData("postgresql://a/b\t")]
    [InlineData("postgresql:// ")]
    public void Blanks_in_URIs_mean_the_same_to_libpq_18(string text)
    {
        Assert.SkipUnless(Libpq.Require().MajorVersion >= 18, "libpq before 18 takes blanks in URIs as they are.");
        AssertAgreement(text);
    }

    [Fact]
    public void Any_connection_string_means_the_same_to_libpq() =>
        Check(Texts("=", "'", "\\", " ", "\t", "host", "user", "sslmode=require", "password", "requiressl", "port=1", "a", "ä", "x'y"));

    /// <summary>Without hexadecimal letters: percent-encoded bytes that are no UTF-8 are refused here, and bytes to libpq.</summary>
    [Fact]
    public void Any_URI_means_the_same_to_libpq() =>
        Check(Texts(
            "@", ":", "/", "?", "&", "=", ",", "[", "]", "::1", "%", "%41", "%00", "%2C", "+", "k", "ä", "1",
            "host", "sslmode", "ssl=true", "requiressl").Select(text => "postgresql://" + text));

    [Fact]
    public void The_catalogue_is_that_of_libpq_as_far_as_its_version_goes()
    {
        Libpq libpq = Libpq.Require();
        var ours = ConnectionParameters.All.Where(parameter => (parameter.SinceVersion ?? 0) <= libpq.MajorVersion).ToList();
        var theirs = libpq.Defaults();
        Assert.Equal(theirs.Select(option => option.Keyword), ours.Select(parameter => parameter.Name));
        Assert.Equal(theirs.Select(option => option.EnvironmentVariable), ours.Select(parameter => parameter.EnvironmentVariable));
        foreach ((Libpq.Option option, ConnectionParameter parameter) in theirs.Zip(ours))
        {
            // Built without GSSAPI, libpq has another default.
            if (option.Keyword != "gssencmode") Assert.Equal(option.Compiled, parameter.DefaultValue);
            if (option.Display == "*") Assert.True(parameter.IsSecret, parameter.Name);
        }
    }

    private static void Check(Gen<string> texts)
    {
        Libpq.Require();
        Prop.ForAll(texts.ToArbitrary(), AssertAgreement).Check(Config.QuickThrowOnFailure.WithMaxTest(3000).WithEndSize(30));
    }

    private static Gen<string> Texts(params string[] pieces) =>
        Gen.Elements(pieces).ListOf().Select(chosen => string.Concat(chosen));

    private static void AssertAgreement(string text)
    {
        IReadOnlyDictionary<string, string>? theirs = Libpq.Require().Parse(text);
        IReadOnlyDictionary<string, string>? ours = Parse(text);
        Assert.Equal(theirs?.OrderBy(pair => pair.Key), ours?.OrderBy(pair => pair.Key));
    }

    /// <summary>Not PgEndpoint.Parse, which reads a text without an equals sign as a host.</summary>
    private static Dictionary<string, string>? Parse(string text)
    {
        try
        {
            return (ConnectionUriParser.IsUri(text) ? ConnectionUriParser.Parse(text) : ConninfoParser.Parse(text)).Parameters;
        }
        catch (PgSslException)
        {
            return null;
        }
    }
}
