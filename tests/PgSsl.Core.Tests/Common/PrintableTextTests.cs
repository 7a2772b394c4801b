using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using PgSsl.Common;

namespace PgSsl.Tests.Common;

public class PrintableTextTests
{
    [Theory]
    [InlineData("\u001b[31mred", "<U+001B>[31mred")]
    [InlineData("bell\a, delete\u007f, next line\u0085, csi\u009b", "bell<U+0007>, delete<U+007F>, next line<U+0085>, csi<U+009B>")]
    [InlineData("one\r\ntwo", "one<U+000D><U+000A>two")]
    [InlineData("a\tb", "a b")]
    [InlineData("cod\u202Egpj.exe\u202C", "cod<U+202E>gpj.exe<U+202C>")]
    [InlineData("\u2066x\u2069\u200E\u200F\u061C", "<U+2066>x<U+2069><U+200E><U+200F><U+061C>")]
    [InlineData("ad\u200Bmin\u200C\u200D\u2060\uFEFF\u00AD", "ad<U+200B>min<U+200C><U+200D><U+2060><U+FEFF><U+00AD>")]
    [InlineData("tag\U000E0041", "tag<U+E0041>")]
    [InlineData("line\u2028paragraph\u2029", "line<U+2028>paragraph<U+2029>")]
    [InlineData("private\uE000\U000F0000", "private<U+E000><U+F0000>")]
    [InlineData("unassigned\u0378\uFFFF", "unassigned<U+0378><U+FFFF>")]
    [InlineData("admin\u3164\uFFA0\u115F\u2800", "admin<U+3164><U+FFA0><U+115F><U+2800>")]
    [InlineData("a\u034Fb\uFE0F\U000E0100", "a<U+034F>b<U+FE0F><U+E0100>")]
    public void What_a_terminal_obeys_and_what_nobody_sees_is_shown_as_its_code(string text, string shown) =>
        Assert.Equal(shown, PrintableText.Of(text));

    [Fact]
    public void A_half_of_a_surrogate_pair_is_shown_as_its_code()
    {
        Assert.Equal("a<U+D83D>b", PrintableText.Of("a\uD83Db"));
        Assert.Equal("<U+DCA0>", PrintableText.Of("\uDCA0"));
        Assert.Equal("<U+D83D>", PrintableText.Of("\uD83D"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("CN=db1.example.com, O=\"Müller & Søn\"")]
    [InlineData("Ελληνικά, Русский, עברית, العربية, हिन्दी, 日本語, 한국어, ไทย")]
    [InlineData("e\u0301, 👍🏽, 𝒳, no-break\u00A0space, … and <U+202E>")]
    public void Text_of_all_languages_stays_the_very_same_object(string text) => Assert.Same(text, PrintableText.Of(text));

    [Fact]
    public void Lines_stay_lines_and_only_those_that_were_given() =>
        Assert.Equal(
            "one\ntwo<U+000A>three\nfour",
            PrintableText.Join(["one\r", "two\nthree", "four"]));

    [Fact]
    public void Nothing_of_any_text_stays_that_is_not_printable() => Prop.ForAll(
        ArbMap.Default.ArbFor<string?>(),
        text => PrintableText.Of(text ?? "").EnumerateRunes().All(IsPrintable)).QuickCheckThrowOnFailure();

    [Fact]
    public void Code_points_that_are_not_printable_are_replaced_where_they_are() => Prop.ForAll(
        Gen.Choose(0, 0x10FFFF).Where(Rune.IsValid).Select(code => new Rune(code)).ArrayOf().ToArbitrary(),
        runes => PrintableText.Of(string.Concat(runes)) == string.Concat(runes.Select(
            rune => rune.Value == '\t' ? " " : IsPrintable(rune) ? $"{rune}" : string.Create(null, $"<U+{rune.Value:X4}>"))))
        .QuickCheckThrowOnFailure();

    [Fact]
    public void What_is_printable_is_not_changed_again() => Prop.ForAll(
        Gen.Choose(0, 0xFFFF).Select(code => (char)code).ArrayOf().ToArbitrary(),
        letters =>
        {
            string shown = PrintableText.Of(new string(letters));
            return ReferenceEquals(shown, PrintableText.Of(shown));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void No_character_of_the_basic_plane_slips_through()
    {
        for (int code = 0; code <= 0xFFFF; code++)
        {
            string shown = PrintableText.Of($"a{(char)code}b");
            bool stays = Rune.IsValid(code) && IsPrintable(new Rune(code));
            Assert.Equal(stays ? $"a{(char)code}b" : code == '\t' ? "a b" : $"a<U+{code:X4}>b", shown);
        }
    }

    // Hangul fillers, variation selectors, the grapheme joiner …
    private static readonly HashSet<int> Invisible =
    [
        0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180E, 0x180F, 0x2800, 0x3164, 0xFFA0,
        .. Enumerable.Range(0xFE00, 16), .. Enumerable.Range(0xE0100, 240),
    ];

    private static bool IsPrintable(Rune rune) => !Invisible.Contains(rune.Value) && Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.Surrogate);
}
