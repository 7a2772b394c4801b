using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using FsCheck;
using FsCheck.Fluent;
using PgSsl.Requests;
using PgSsl.Tests.Certificates;

namespace PgSsl.Tests.Requests;

/// <summary>Random subjects, beside openssl: it encodes what it is given as we do, and what it prints we read as it was.</summary>
public sealed class SubjectNamePropertyTests
{
    private const int Count = 150;

    private static readonly string[] Pieces =
        ["a", "B", "9", " ", "  ", ",", "+", "\"", "\\", "/", "=", ";", "#", "<", ">", "'", "*", "ä", "ß", "日本", "🐘", ".", "CN=", "\\2C"];

    private static readonly string[] Keywords = ["CN", "O", "OU", "L", "ST", "GN", "SN", "title"];

    // Relative names in the order of the encoding, each with one attribute or two.
    private static readonly Gen<(string Keyword, string Value)[][]> Names =
        Several(
            4,
            Several(
                2,
                from keyword in Gen.Elements(Keywords)
                from pieces in Several(12, Gen.Elements(Pieces))
                select (Keyword: keyword, Value: string.Concat(pieces)))
            .Select(pair => pair.DistinctBy(attribute => attribute.Keyword).ToArray()));

    [Fact]
    public void Openssls_form_means_what_it_means_to_openssl()
    {
        Assert.SkipUnless(OpenSslJudge.IsAvailable, "openssl 3 is needed.");
        string[] arguments = [.. Sample().Select(WriteForOpenSsl)];

        IReadOnlyList<byte[]> expected = OpenSslNames.Encode(arguments);

        Assert.All(
            arguments.Zip(expected),
            pair => Assert.Equal(Convert.ToHexString(pair.Second), Convert.ToHexString(SubjectName.Parse(pair.First).Encoded.Span)));
    }

    [Fact]
    public void What_openssl_prints_reads_as_it_was()
    {
        Assert.SkipUnless(OpenSslJudge.IsAvailable, "openssl 3 is needed.");
        SubjectName[] subjects = [.. Sample().Select(WriteForOpenSsl).Select(SubjectName.Parse)];

        IReadOnlyList<string> printed = OpenSslNames.Print(subjects);

        Assert.All(subjects.Zip(printed), pair => AssertSame(pair.First, SubjectName.Parse(pair.Second)));
    }

    [Fact]
    public void Rfc_4514_reads_as_it_is_written() => Prop.ForAll(Names.ToArbitrary(), names =>
    {
        SubjectName subject = SubjectName.Parse(WriteForOpenSsl(names));

        AssertSame(subject, SubjectName.Parse(string.Join(',', Enumerable.Reverse(names).Select(name => Join(name, EscapeAsRfc4514)))));
        AssertSame(subject, SubjectName.Parse(string.Join(',', Enumerable.Reverse(names).Select(name => Join(name, EscapeAsHex)))));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void DotNet_reads_the_values_that_were_given() => Prop.ForAll(Names.ToArbitrary(), names =>
    {
        var read = new X500DistinguishedName(SubjectName.Parse(WriteForOpenSsl(names)).Encoded.Span);

        // .NET enumerates from the last to the first, and only names of one attribute.
        IEnumerable<string> single = names.Where(name => name.Length == 1).Select(name => name[0].Value);
        Assert.Equal(single, read.EnumerateRelativeDistinguishedNames(reversed: false)
            .Where(name => !name.HasMultipleElements).Select(name => name.GetSingleElementValue()));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void No_text_does_anything_but_parse_or_be_refused()
    {
        Gen<string> texts = Gen.Elements([.. Pieces, "/", "CN=", ",O=", "+OU=", "\\", "\"", "#04", "\0", "\ud83d", "OID.", "2.5.4.3="])
            .ListOf().Select(pieces => string.Concat(pieces));
        Prop.ForAll(texts.ToArbitrary(), text =>
        {
            if (Record.Exception(() => SubjectName.Parse(text)) is { } exception)
                Assert.Equal(PgSslError.InvalidSubject, Assert.IsType<PgSslException>(exception).Error);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    private static Gen<T[]> Several<T>(int most, Gen<T> one) => Gen.Choose(1, most).SelectMany(count => one.ArrayOf(count));

    private static (string Keyword, string Value)[][][] Sample() => [.. Names.Sample(Count, 8)];

    private static string WriteForOpenSsl((string, string)[][] names) =>
        "/" + string.Join('/', names.Select(name => Join(name, value => Escape(value, @"\/+"))));

    private static string Join((string Keyword, string Value)[] name, Func<string, string> escape) =>
        string.Join('+', name.Select(attribute => $"{attribute.Keyword}={escape(attribute.Value)}"));

    private static string Escape(string value, string special) =>
        string.Concat(value.Select(c => special.Contains(c) ? $"\\{c}" : $"{c}"));

    private static string EscapeAsRfc4514(string value)
    {
        string escaped = Escape(value, "\\\",+;<>");
        if (escaped[0] is ' ' or '#')
            escaped = "\\" + escaped;
        return escaped.EndsWith(' ') && escaped is not "\\ " ? escaped[..^1] + "\\ " : escaped;
    }

    private static string EscapeAsHex(string value) =>
        string.Concat(System.Text.Encoding.UTF8.GetBytes(value).Select(b => "\\" + b.ToString("x2", CultureInfo.InvariantCulture)));

    private static void AssertSame(SubjectName expected, SubjectName actual) =>
        Assert.Equal(Convert.ToHexString(expected.Encoded.Span), Convert.ToHexString(actual.Encoded.Span));
}
