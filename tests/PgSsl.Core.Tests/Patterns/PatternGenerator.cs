namespace PgSsl.Tests.Patterns;

/// <summary>Patterns that are valid, nearly valid and hostile, with names to match them against; the same ones for the same seed.</summary>
internal sealed class PatternGenerator(int seed)
{
    private const int SubjectCount = 10;

    private static readonly string[] Characters =
    [
        "a", "a", "a", "b", "b", "c", "A", "B", "z", "x", "0", "1", "7", "_", "-", " ", "#", ",", "]", "}", "=", ":", "<", ">", "@", "\n",
        "\t", "é", "ß", "Ä", "\u0085", "\u00a0", "\u2028", "K", "\U0001F600", "\U0001F601",
    ];

    private static readonly string[] Plain = ["a", "a", "a", "b", "b", "c", "A", "é", "\U0001F600", "\n", "_", "1", "-", "z"];

    private static readonly string[] Escapes =
    [
        @"\a", @"\b", @"\B", @"\cA", @"\c[", @"\cé", @"\e", @"\f", @"\n", @"\r", @"\t", @"\v", @"\x61", @"\x0000000061", @"\x1F600",
        @"\u0061", @"\u00e9", @"\U0001F600", @"\U0001f601", @"\0", @"\07", @"\101", @"\141", @"\12", @"\010", @"\351", @"\777", @"\.", @"\*",
        @"\\", @"\é", @"\-", @"\ ", @"\_",
    ];

    private static readonly string[] Classes = [@"\d", @"\s", @"\w", @"\D", @"\S", @"\W"];

    private static readonly string[] Assertions = ["^", "$", @"\A", @"\Z", @"\m", @"\M", @"\y", @"\Y", "[[:<:]]", "[[:>:]]"];

    private static readonly string[] ClassNames =
        ["alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper", "xdigit", "word"];

    private static readonly string[] Elements =
        ["a", "-", "]", "é", "hyphen", "NUL", "tab", "newline", "underscore", "low-line", "left-brace", "one", "comma"];

    private static readonly string[] Quantifiers =
    [
        "*", "*", "+", "+", "?", "?", "*?", "+?", "??", "{0}", "{1}", "{2}", "{3}?", "{0,}", "{1,}", "{2,}?", "{0,1}", "{1,1}?", "{1,2}",
        "{2,3}?", "{0,0}", "{02,003}", "{0,5}",
    ];

    // With nested counts above these, the server may work for minutes.
    private static readonly string[] FewQuantifiers = ["*", "*", "+", "?", "*?", "+?", "??", "{0}", "{1}", "{2}", "{1,2}", "{1,1}?", "{2,}?"];

    private static readonly string[] Pieces =
    [
        "(", "(", ")", ")", "(?:", "(?=", "(?!", "(?<=", "(?<!", "(?#", "(?", "(?<", "[", "[", "]", "]", "[^", "[]", "[^]", "a-", "-", "-z",
        "[:", ":]", "[:alpha:]", "[:word:]", "[:bad:]", "[.", ".]", "[.-.]", "[.hyphen.]", "[.bad.]", "[=", "=]", "[=a=]", "[[:<:]]",
        "[[:>:]]", "[:<:]", "{", "{2", "{2}", "{2,", "{2,1}", "{,2}", "{256}", "{255}", "{1,256}", "{0}", "{1x}", "}", ",", "*", "*", "+",
        "?", "??", "*?", "|", "|", "^", "$", ".", ".", "a", "a", "b", "b", "c", "A", "1", "2", "é", "\U0001F600", "\n", " ", "#", "\\", "\\(",
        "\\)", "\\{", "\\}", "\\<", "\\>", "\\|", "\\1", "\\2", "\\3", "\\9", "\\10", "\\12", "\\80", "\\0", "\\u12", "\\uD800",
        "\\UFFFFFFFF", "\\U7FFFFFFF", "\\U7FFFFFFE", "\\U12345", "\\x", "\\xg", "\\x80000000", "\\x180000061", "\\c", "\\d", "\\D", "\\w",
        "\\W", "\\s", "\\S", "\\y", "\\Y", "\\m", "\\M", "\\A", "\\Z", "\\q", "\\z", "\\B", "\\b", "***", "***=", "***:", "***?", "(?i)",
        "(?q)", "(?x)", "(?n)", "(?z)", "(?i",
    ];

    private static readonly string[] BasicPieces =
    [
        "\\(", "\\)", "\\(a\\)", "\\(a*\\)", "\\(b\\|a\\)", "\\{1\\}", "\\{,2\\}", "\\{2,\\}", "\\{1,2\\}", "\\{", "*", "*", "^", "$", "a",
        "a", "b", ".", "[ab]", "[^a]", "\\<", "\\>", "\\1", "\\2", "\\n", "\\*", "+", "?", "|", "(", ")", "{1}", "[[:<:]]", "[\\d]", "\\",
        "é",
    ];

    private static readonly string[] DividedAtoms =
    [
        "a", "a", "a", "b", "b", ".", "[ab]", "A", "(?:a*)", "(?:b*?)", "(?:a?)", "(?:)", "(?:^)", "(?:$)", @"(?:\y)", "(?:(?=a))",
        "(?:a|ab)",
    ];

    private static readonly string[] Prefixes =
    [
        "(?i)", "(?i)", "(?n)", "(?p)", "(?w)", "(?x)", "(?xi)", "(?e)", "(?b)", "(?q)", "(?s)", "(?m)", "(?t)", "(?c)", "(?in)", "(?be)",
        "(?eb)", "(?qe)", "(?qb)", "(?bx)", "(?ex)", "(?bi)", "(?bn)", "(?en)", "(?qi)", "(?qn)", "(?xq)", "(?)", "(?ix", "(?iz)", "(?i)(?x)",
        "***:", "***:(?i)", "***=", "***=(?i)", "***", "***a", "***?", "(?#c)", "(?#c)(?i)", " ", "*", "^*", "(*",
    ];

#pragma warning disable CA5394 // The same patterns are wanted in each run.
    private readonly Random _random = new(seed);

    private int _groups;

    public (string Pattern, string[] Subjects) Next()
    {
        string pattern = Any(10) switch
        {
            0 or 1 => Soup(Pieces, 10),
            2 or 3 => Mutate(Pattern(3)),
            4 => Basic(3),
            5 or 6 => Referring(),
            _ => Pattern(3),
        };
        if (Any(4) == 0)
            pattern = Pick(Prefixes) + pattern;
        return (pattern, [.. Enumerable.Range(0, SubjectCount).Select(Subject)]);
    }

    private int Any(int below) => _random.Next(below);

    private string Pick(string[] from) => from[Any(from.Length)];
#pragma warning restore CA5394

    private string Soup(string[] pieces, int most) => string.Concat(Enumerable.Range(0, Any(most)).Select(_ => Pick(pieces)));

    private string Subject(int index) => index switch
    {
        0 => "",
        < 5 => Soup(["a", "a", "a", "b", "b", "c", "A"], 9),
        < 8 => Soup(Plain, 7),
        _ => Soup(Characters, 9),
    };

    private string Pattern(int depth)
    {
        _groups = 0;
        return Alternatives(depth);
    }

    private string Alternatives(int depth) =>
        string.Join('|', Enumerable.Range(0, Any(5) == 0 ? 2 + Any(2) : 1).Select(_ => Branch(depth)));

    private string Branch(int depth) => string.Concat(Enumerable.Range(0, Any(5)).Select(_ => Quantified(depth)));

    private string Quantified(int depth) => Any(8) switch
    {
        0 => Pick(Assertions),
        1 when depth > 0 => Pick(["(?=", "(?!", "(?<=", "(?<!"]) + Alternatives(depth - 1) + ")",
        _ => Atom(depth) + (Any(3) == 0 ? Pick(Quantifiers) : ""),
    };

    private string Atom(int depth)
    {
        switch (Any(14))
        {
            case 0 or 1 when depth > 0:
                _groups++;
                return "(" + Alternatives(depth - 1) + ")";
            case 2 or 3 when depth > 0:
                return "(?:" + Alternatives(depth - 1) + ")";
            case 4 when _groups > 0:
                return "\\" + (1 + Any(_groups));
            case 5 or 6:
                return Brackets();
            case 7:
                return ".";
            case 8:
                return Pick(Classes);
            case 9:
                return Pick(Escapes);
            default:
                return Pick(Plain);
        }
    }

    private string Brackets()
    {
        string parts = string.Concat(Enumerable.Range(0, 1 + Any(3)).Select(_ => BracketPart()));
        return Pick(["[", "[", "[^"]) + Pick(["", "", "]", "-"]) + parts + Pick(["", "", "", "-"]) + "]";
    }

    private string BracketPart() => Any(12) switch
    {
        0 => "[:" + Pick(ClassNames) + ":]",
        1 => "[." + Pick(Elements) + ".]",
        2 => "[=" + Pick(Elements) + "=]",
        3 => Pick(Classes),
        4 => Pick(Escapes),
        5 or 6 => Pick(["a", "A", "0", " ", "+", "[.a.]", @"\x20", @"\t"]) + "-"
            + Pick(["b", "z", "é", "\U0001F600", "[.z.]", @"\u00ff", "-", @"\d"]),
        _ => Pick(Characters),
    };

    /// <summary>One more, one less, or another character.</summary>
    private string Mutate(string pattern)
    {
        int at = Any(pattern.Length + 1);
        return Any(3) switch
        {
            0 => pattern.Insert(at, Pick(Pieces)),
            1 when at < pattern.Length => pattern.Remove(at, 1),
            _ => pattern[..at] + Pick(Pieces) + (at < pattern.Length ? pattern[(at + 1)..] : ""),
        };
    }

    private string Basic(int depth) => "(?b)" + Soup(BasicPieces, depth * 3);

    /// <summary>Back references in and after whatever can divide a match in several ways.</summary>
    private string Referring()
    {
        _groups = 0;
        string text = Pick(["", "", "^"]);
        for (int left = 2 + Any(3); left > 0; left--)
            text += ReferringAtom(2) + (Any(2) == 0 ? Pick(FewQuantifiers) : "");
        return text + Pick(["", "", "$"]);
    }

    private string ReferringAtom(int depth)
    {
        switch (Any(6))
        {
            case 0 when depth > 0:
            case 1 when depth > 0:
                string inner = ReferringBranches(depth - 1);
                _groups++;
                return "(" + inner + ")";
            case 2 when depth > 0:
                return "(?:" + ReferringBranches(depth - 1) + ")";
            case 3 or 4 when _groups > 0:
                return "\\" + (1 + Any(_groups));
            default:
                return Pick(DividedAtoms);
        }
    }

    private string ReferringBranches(int depth) =>
        string.Join('|', Enumerable.Range(0, 1 + Any(2)).Select(_ => ReferringBranch(depth)));

    private string ReferringBranch(int depth) => string.Concat(
        Enumerable.Range(0, 1 + Any(2)).Select(_ => ReferringAtom(depth) + (Any(2) == 0 ? Pick(FewQuantifiers) : "")));
}
