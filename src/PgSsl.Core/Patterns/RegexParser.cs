namespace PgSsl.Patterns;

/// <summary>
/// Reads a pattern as src/backend/regex/regcomp.c does (parse, parsebranch, parseqatom), so that it refuses the same patterns for the same
/// reason.
/// </summary>
internal sealed partial class RegexParser
{
    /// <summary>
    /// Deeper nesting is "too complex" here. PostgreSQL takes about 8,000 levels in the 2 MB of its max_stack_depth. On some systems .NET threads
    /// have less, and a pattern that somebody wrote has far fewer levels.
    /// </summary>
    internal const int MaxDepth = 250;

    /// <summary>
    /// States in a row that PostgreSQL 15 and 18 still walk with the default max_stack_depth of 2 MB: measured as 43,359 for patterns of
    /// single characters, and within 1 % of it for counted groups.
    /// </summary>
    internal const int MaxWeight = 43_359;

    private const int GroupWeight = 4;
    private const int LoopWeight = 2;

    private readonly RegexLexer _lexer;
    private readonly List<RegexNode?> _groups = [null];
    private readonly Dictionary<int, RegexNode> _approximations = [];
    private bool _refersBack;
    private int _depth;

    private RegexParser(uint[] pattern) => _lexer = new RegexLexer(pattern);

    /// <returns>Null where PostgreSQL would refuse the pattern.</returns>
    internal static ParsedRegex? Parse(uint[] pattern, out string? error)
    {
        var parser = new RegexParser(pattern);
        RegexNode root = parser.ReadAlternatives(RegexToken.End, isLook: false);
        error = parser._lexer.Error ?? (root.Weight > MaxWeight ? RegexErrors.TooComplex : null);
        return error is null
            ? new ParsedRegex(root, parser._groups.Count, parser._refersBack, parser._lexer.IgnoresCase)
            : null;
    }

    private RegexNode ReadAlternatives(RegexToken stopper, bool isLook)
    {
        if (++_depth > MaxDepth)
            _lexer.Fail(RegexErrors.TooComplex);
        List<RegexNode> branches = [];
        do
        {
            branches.Add(ReadBranch(stopper, isLook));
        }
        while (_lexer.Accept(RegexToken.Bar));
        if (_lexer.Token != stopper)
            _lexer.Fail(RegexErrors.Parentheses);
        _depth--;
        return branches.Count == 1
            ? branches[0]
            : new RegexNode.Alternatives([.. branches]) { Weight = branches.Max(branch => branch.Weight) };
    }

    private RegexNode ReadBranch(RegexToken stopper, bool isLook)
    {
        List<RegexNode> items = [];
        long weight = 0;
        while (_lexer.Token != RegexToken.Bar && _lexer.Token != stopper && _lexer.Token != RegexToken.End)
        {
            RegexNode item = ReadQuantified(isLook);
            weight += item.Weight;
            items.Add(item);
        }
        return items.Count switch
        {
            0 => RegexNode.Empty.Instance,
            1 => items[0],
            _ => new RegexNode.Sequence([.. items]) { Weight = Cap(weight) },
        };
    }

    /// <summary>A constraint, which cannot be repeated, or an atom with its quantifier.</summary>
    private RegexNode ReadQuantified(bool isLook)
    {
        switch (_lexer.Token)
        {
            case RegexToken.Caret:
                return TakeAssertion(_lexer.Has(RegexSyntax.NewlineAnchors) ? AssertionKind.LineStart : AssertionKind.TextStart);
            case RegexToken.Dollar:
                return TakeAssertion(_lexer.Has(RegexSyntax.NewlineAnchors) ? AssertionKind.LineEnd : AssertionKind.TextEnd);
            case RegexToken.Assertion:
                return TakeAssertion((AssertionKind)_lexer.Value);
            case RegexToken.Look:
                return ReadLook();
            case RegexToken.Star or RegexToken.Plus or RegexToken.Question or RegexToken.OpenBrace:
                _lexer.Fail(RegexErrors.Quantifier);
                return RegexNode.Empty.Instance;
            default:
                RegexNode atom = ReadAtom(isLook);
                return ReadQuantifier() is { } count ? RepeatOf(atom, count) : atom;
        }
    }

    private RegexNode.Assertion TakeAssertion(AssertionKind kind)
    {
        _lexer.Next();
        return new RegexNode.Assertion(kind) { Weight = 1 };
    }

    private RegexNode.Look ReadLook()
    {
        var kind = (LookKind)_lexer.Value;
        _lexer.Next();
        RegexNode inner = ReadAlternatives(RegexToken.CloseParenthesis, isLook: true);
        _lexer.Next();
        // It has an automaton of its own, with a limit of its own.
        return new RegexNode.Look(kind, inner) { Weight = inner.Weight > MaxWeight ? inner.Weight : 1 };
    }

    private RegexNode ReadAtom(bool isLook)
    {
        switch (_lexer.Token)
        {
            // A parenthesis that closes nothing is ordinary in EREs only, "due to specification botch".
            case RegexToken.CloseParenthesis when !_lexer.Has(RegexSyntax.Extended) || _lexer.Has(RegexSyntax.AdvancedFeatures):
                _lexer.Fail(RegexErrors.Parentheses);
                return RegexNode.Empty.Instance;
            case RegexToken.Plain or RegexToken.CloseParenthesis:
                return TakeCharacter(CharacterSet.Of(_lexer.Value, _lexer.IgnoresCase));
            case RegexToken.OpenBracket:
                return TakeCharacter(ReadBrackets());
            case RegexToken.ClassEscape:
                return TakeCharacter(CharacterClasses.Get((CharacterClass)_lexer.Value, _lexer.IgnoresCase));
            case RegexToken.ComplementEscape:
                return TakeCharacter(EverythingBut(CharacterClasses.Get((CharacterClass)_lexer.Value, _lexer.IgnoresCase)));
            case RegexToken.Any:
                var line = new CharacterSet();
                if (_lexer.Has(RegexSyntax.NewlineStops))
                    line.Add('\n');
                return TakeCharacter(EverythingBut(line));
            case RegexToken.OpenParenthesis:
                return ReadGroup(isLook);
            default:
                return ReadBackReference(isLook);
        }
    }

    private static CharacterSet EverythingBut(CharacterSet excluded)
    {
        var set = new CharacterSet();
        set.AddClass(excluded, isInverted: true);
        return set;
    }

    private RegexNode.Character TakeCharacter(CharacterSet set)
    {
        _lexer.Next();
        return new RegexNode.Character(set) { Weight = 1 };
    }

    private RegexNode.Group ReadGroup(bool isLook)
    {
        int number = 0;
        if (!isLook && _lexer.Value != 0)
        {
            number = ++_lexer.Captures;
            _groups.Add(null);
        }
        _lexer.Next();
        RegexNode inner = ReadAlternatives(RegexToken.CloseParenthesis, isLook);
        _lexer.Next();
        var group = new RegexNode.Group(number, inner) { Weight = Cap((long)inner.Weight + GroupWeight) };
        // Only now, because a group cannot refer to itself.
        if (number > 0)
            _groups[number] = inner;
        return group;
    }

    private RegexNode ReadBackReference(bool isLook)
    {
        uint number = _lexer.Value;
        if (isLook || number >= _groups.Count || _groups[(int)number] is null)
        {
            _lexer.Fail(RegexErrors.BackReference);
            return RegexNode.Empty.Instance;
        }
        _lexer.Next();
        _refersBack = true;
        RegexNode approximation = Approximate((int)number);
        return new RegexNode.BackReference((int)number, approximation) { Weight = approximation.Weight };
    }

    /// <summary>Made once for each group. Otherwise many references to long groups would take long.</summary>
    private RegexNode Approximate(int number) => _approximations.TryGetValue(number, out RegexNode? known)
        ? known
        : _approximations[number] = WithoutConstraints(_groups[number]!);

    private RegexNode WithoutConstraints(RegexNode node) => node switch
    {
        RegexNode.Assertion or RegexNode.Look => RegexNode.Empty.Instance,
        RegexNode.Group { Number: > 0 } group => Approximate(group.Number),
        RegexNode.Group group => WithoutConstraints(group.Inner),
        RegexNode.BackReference reference => reference.Approximation,
        RegexNode.Repeat repeat =>
            new RegexNode.Repeat(WithoutConstraints(repeat.Inner), repeat.Count) { Weight = repeat.Weight },
        RegexNode.Sequence sequence =>
            new RegexNode.Sequence(Array.ConvertAll(sequence.Items, WithoutConstraints)) { Weight = sequence.Weight },
        RegexNode.Alternatives alternatives =>
            new RegexNode.Alternatives(Array.ConvertAll(alternatives.Branches, WithoutConstraints)) { Weight = alternatives.Weight },
        _ => node,
    };

    private Repetition? ReadQuantifier()
    {
        Preference preference = _lexer.Value != 0 ? Preference.Longer : Preference.Shorter;
        switch (_lexer.Token)
        {
            case RegexToken.Star:
                _lexer.Next();
                return new Repetition(0, Repetition.Infinite, preference);
            case RegexToken.Plus:
                _lexer.Next();
                return new Repetition(1, Repetition.Infinite, preference);
            case RegexToken.Question:
                _lexer.Next();
                return new Repetition(0, 1, preference);
            case RegexToken.OpenBrace:
                return ReadBound();
            default:
                return null;
        }
    }

    private Repetition? ReadBound()
    {
        _lexer.Next();
        int min = ReadCount();
        int max = min;
        var preference = Preference.None;
        if (_lexer.Accept(RegexToken.Comma))
        {
            max = _lexer.Token == RegexToken.Digit ? ReadCount() : Repetition.Infinite;
            if (min > max)
            {
                _lexer.Fail(RegexErrors.RepetitionCount);
                return null;
            }
            // Even {m,m} has a preference, unlike {m}.
            preference = _lexer.Value != 0 ? Preference.Longer : Preference.Shorter;
        }
        if (_lexer.Token != RegexToken.CloseBrace)
        {
            _lexer.Fail(RegexErrors.RepetitionCount);
            return null;
        }
        _lexer.Next();
        return new Repetition(min, max, preference);
    }

    private int ReadCount()
    {
        int count = 0;
        while (_lexer.Token == RegexToken.Digit && count < Repetition.Limit)
        {
            count = (count * 10) + (int)_lexer.Value;
            _lexer.Next();
        }
        if (_lexer.Token != RegexToken.Digit && count <= Repetition.Limit)
            return count;
        _lexer.Fail(RegexErrors.RepetitionCount);
        return 0;
    }

    private static RegexNode.Repeat RepeatOf(RegexNode atom, Repetition count)
    {
        int copies = count.Max == Repetition.Infinite ? Math.Max(count.Min, 1) : count.Max;
        int loop = count.Max == Repetition.Infinite ? LoopWeight : 0;
        return new RegexNode.Repeat(atom, count) { Weight = Cap(((long)atom.Weight * copies) + loop) };
    }

    private static int Cap(long weight) => (int)Math.Min(weight, MaxWeight + 1);
}
