using System.Diagnostics;
using PgSsl.Patterns;

namespace PgSsl.Tests.Patterns;

public class AdvancedRegexTests
{
    [Theory]
    [InlineData("^app_", "app_prod", true)]
    [InlineData("^app_", "myapp_prod", false)]
    [InlineData("prod", "app_prod_1", true)]
    [InlineData("^db[0-9]{1,3}$", "db12", true)]
    [InlineData("^db[0-9]{1,3}$", "db1234", false)]
    [InlineData(@"^\w+$", "app_1", true)]
    [InlineData(@"^\w+$", "app-1", false)]
    [InlineData("^(alice|bob)$", "bob", true)]
    [InlineData("^(alice|bob)$", "bobby", false)]
    [InlineData("", "anything", true)]
    [InlineData("a||b", "", true)]
    [InlineData("App", "app", false)]
    [InlineData("(?i)App", "aPP", true)]
    [InlineData("(?q)a.c", "a.c", true)]
    [InlineData("(?q)a.c", "abc", false)]
    [InlineData("***=a|b", "xa|by", true)]
    [InlineData("(?x) a b # comment", "ab", true)]
    [InlineData("(?b)a\\{2\\}|", "aa|", true)]
    [InlineData("(?e)a)", "a)", true)]
    [InlineData("a(?#comment)b", "ab", true)]
    [InlineData("a{,2}", "a{,2}", true)]
    [InlineData("[]a]", "]", true)]
    [InlineData("^[^]a]$", "]", false)]
    [InlineData("[[.hyphen.]-0]", ".", true)]
    [InlineData("^[[:word:]]+$", "a_1", true)]
    [InlineData(@"\mcat\M", "a cat sat", true)]
    [InlineData("[[:<:]]cat[[:>:]]", "concatenate", false)]
    [InlineData(@"na\x6d\u0065", "name", true)]
    [InlineData(@"^\D+$", "app", true)]
    [InlineData("^a(?!pp)", "app", false)]
    [InlineData("(?<=_)prod", "app_prod", true)]
    [InlineData(@"^(a|b)\1$", "bb", true)]
    [InlineData(@"^(a|b)\1$", "ab", false)]
    [InlineData("^a.c$", "a\nc", true)]
    [InlineData("(?n)^a.c$", "a\nc", false)]
    [InlineData("(?n)^c$", "a\nc", true)]
    public void Names_match_as_the_documentation_says(string pattern, string name, bool isMatch) =>
        Assert.Equal(isMatch, Parse(pattern).IsMatch(name));

    [Theory]
    [InlineData("(", "parentheses () not balanced")]
    [InlineData(")", "parentheses () not balanced")]
    [InlineData("[a", "brackets [] not balanced")]
    [InlineData("a{2", "braces {} not balanced")]
    [InlineData("*a", "quantifier operand invalid")]
    [InlineData("a**", "quantifier operand invalid")]
    [InlineData("^*", "quantifier operand invalid")]
    [InlineData("a(?i)b", "quantifier operand invalid")]
    [InlineData("a{2,1}", "invalid repetition count(s)")]
    [InlineData("a{256}", "invalid repetition count(s)")]
    [InlineData("[b-a]", "invalid character range")]
    [InlineData(@"[a-\d]", "invalid character range")]
    [InlineData("[[:foo:]]", "invalid character class")]
    [InlineData("[[.foo.]]", "invalid collating element")]
    [InlineData(@"\q", @"invalid escape \ sequence")]
    [InlineData("\\", @"invalid escape \ sequence")]
    [InlineData(@"[\y]", @"invalid escape \ sequence")]
    [InlineData(@"(a)\2", "invalid backreference number")]
    [InlineData(@"(a\1)", "invalid backreference number")]
    [InlineData("(?z)a", "invalid embedded option")]
    [InlineData("***?", "invalid regexp (reg version 0.8)")]
    public void What_the_server_refuses_is_refused_in_its_words(string pattern, string error)
    {
        Assert.Null(AdvancedRegex.TryParse(pattern, out string? actual));
        Assert.Equal(error, actual);
    }

    /// <summary>Measured with PostgreSQL 18: a role called é is admitted by the second of these in pg_hba.conf, not by the first.</summary>
    [Theory]
    [InlineData("^.$", "é", false, true)]
    [InlineData("^..$", "é", true, false)]
    [InlineData("^[é]$", "é", false, true)]
    [InlineData("^é$", "é", true, true)]
    [InlineData(@"\u00c3", "é", true, false)]
    [InlineData(@"\u00e9", "é", false, true)]
    [InlineData("^.$", "\U0001F600", false, true)]
    [InlineData("^[^a]{1}$", "\U0001F600", false, true)]
    [InlineData("(?i)É", "é", false, false)]
    public void Characters_are_bytes_unless_asked_for_otherwise(string pattern, string name, bool ofBytes, bool ofCodePoints)
    {
        Assert.Equal(ofBytes, Parse(pattern).IsMatch(name));
        Assert.Equal(ofCodePoints, AdvancedRegex.TryParse(pattern, RegexUnits.CodePoints, out _)!.IsMatch(name));
    }

    [Fact]
    public void A_range_of_letters_beyond_ASCII_is_one_of_bytes()
    {
        Assert.NotNull(AdvancedRegex.TryParse("[é-à]", out _));
        Assert.Null(AdvancedRegex.TryParse("[é-à]", RegexUnits.CodePoints, out _));
        Assert.Null(AdvancedRegex.TryParse("[ü-z]", out _));
    }

    public static TheoryData<string> HostilePatterns { get; } =
    [
        "(a*)*$", "^(a|a|aa)*b", "(((((a*)*)*)*)*)*b", "^(((((b*c|a)*c|a)*c|a)*c|a)*c|a)*$", "^(?:(?:(?:a{0,255}){0,9}){0,9})$",
        string.Concat(Enumerable.Repeat("(?:a?b?){3,250}", 20)) + "c", string.Concat(Enumerable.Repeat("(?=.*a)", 2000)) + "x",
        string.Concat(Enumerable.Repeat("(?<!a+b)", 500)) + "x", Nest("(?:", ".?)*", 200) + "x", Nest("(?:a|", "){1,2}", 13), Nest("(?=", "a*)", 200),
        @"^(a*)*\1\1$x", @"(a+)+(a+)+(a+)+\1\2\3x", @"^((a?)*)*\2{2,}x", @"(?:(a*)(a*)(a*)(a*)(a*)(a*)\6\5\4\3\2\1)*x", new string('a', 40_000) + "b",
        string.Concat(Enumerable.Repeat("(a*)", 8000)) + @"\1", "(" + string.Concat(Enumerable.Repeat("(a?)", 8000)) + @")*\1",
        Nest("(", ")*", 240) + @"\240",
    ];

    [Theory]
    [MemberData(nameof(HostilePatterns))]
    public void Hostile_patterns_neither_hang_nor_end_the_process(string pattern)
    {
        var clock = Stopwatch.StartNew();
        // With as little stack as secondary threads have on macOS.
        var thread = new Thread(() => Match(pattern), 512 * 1024);
        thread.Start();
        thread.Join();
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30), $"{clock.Elapsed} for {pattern}");
        TestContext.Current.TestOutputHelper?.WriteLine($"{clock.ElapsedMilliseconds} ms");
    }

    private static void Match(string pattern)
    {
        var regex = AdvancedRegex.TryParse(pattern, out _);
        regex?.IsMatch(new string('a', 63));
        regex?.IsMatch(string.Concat(Enumerable.Repeat("ab", 31)));
        regex?.IsMatch(new string('a', AdvancedRegex.MaxTextLength));
    }

    [Fact]
    public void Too_much_work_is_given_up()
    {
        // Divisible by three only where it matches, and 61 is not: every division fails, and only in its end.
        AdvancedRegex regex = Parse(@"^(a+)(a+)(a+)(a+)(a+)(a+)\1\2\3\4\5\6\1\2\3\4\5\6$");
        Assert.False(regex.TryMatch(new string('a', 61), out bool isMatch));
        Assert.False(isMatch);
    }

    [Theory]
    [InlineData("(", ")")]
    [InlineData("(?:", ")*")]
    [InlineData("(?=", ")")]
    public void Deep_nesting_is_too_complex(string open, string close)
    {
        Assert.NotNull(AdvancedRegex.TryParse(Nest(open, close, 249), out _));
        foreach (int depth in new[] { 250, 100_000 })
        {
            Assert.Null(AdvancedRegex.TryParse(Nest(open, close, depth), out string? error));
            Assert.Equal("regular expression is too complex", error);
        }
    }

    /// <summary>Where PostgreSQL 15 and 18 draw the line.</summary>
    [Theory]
    [InlineData("(?:a{166}){255}", "(?:a{167}){255}")]
    [InlineData("(?:(?:ab){27}){255}", "(?:(?:ab){29}){255}")]
    public void So_many_repetitions_are_too_complex(string accepted, string refused)
    {
        Assert.NotNull(AdvancedRegex.TryParse(accepted, out _));
        Assert.Null(AdvancedRegex.TryParse(refused, out string? error));
        Assert.Equal("regular expression is too complex", error);
    }

    [Fact]
    public void Ten_thousand_patterns_take_no_time()
    {
        var clock = Stopwatch.StartNew();
        for (int number = 0; number < 10_000; number++)
            Assert.False(Parse($@"^tenant_{number}_[a-z]+(_ro|_rw)?$").IsMatch("tenant_x_abc_ro"));
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), clock.Elapsed.ToString());
        TestContext.Current.TestOutputHelper?.WriteLine($"{clock.ElapsedMilliseconds} ms");
    }

    [Fact]
    public void No_name_is_longer_than_a_startup_packet() =>
        Assert.False(Parse("a").IsMatch(new string('a', AdvancedRegex.MaxTextLength + 1)));

    private static string Nest(string open, string close, int depth) =>
        string.Concat(Enumerable.Repeat(open, depth)) + string.Concat(Enumerable.Repeat(close, depth));

    private static AdvancedRegex Parse(string pattern)
    {
        var regex = AdvancedRegex.TryParse(pattern, out string? error);
        Assert.Null(error);
        return regex!;
    }
}
