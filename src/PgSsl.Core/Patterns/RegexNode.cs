namespace PgSsl.Patterns;

/// <summary>A piece of a parsed pattern.</summary>
internal abstract class RegexNode
{
    /// <summary>
    /// About how many states in a row PostgreSQL's automaton has for it. The compiler walks them recursively (regc_nfa.c, duptraverse), so
    /// their number, and not the length of the pattern, decides what is "too complex".
    /// </summary>
    internal required int Weight { get; init; }

    internal sealed class Empty : RegexNode
    {
        internal static readonly Empty Instance = new() { Weight = 0 };
    }

    internal sealed class Character(CharacterSet set) : RegexNode
    {
        internal CharacterSet Set { get; } = set;
    }

    internal sealed class Assertion(AssertionKind kind) : RegexNode
    {
        internal AssertionKind Kind { get; } = kind;
    }

    /// <summary>A lookahead or lookbehind constraint, which does not capture.</summary>
    internal sealed class Look(LookKind kind, RegexNode inner) : RegexNode
    {
        internal LookKind Kind { get; } = kind;

        internal RegexNode Inner { get; } = inner;
    }

    internal sealed class Sequence(RegexNode[] items) : RegexNode
    {
        internal RegexNode[] Items { get; } = items;
    }

    internal sealed class Alternatives(RegexNode[] branches) : RegexNode
    {
        internal RegexNode[] Branches { get; } = branches;
    }

    /// <summary>Parentheses.</summary>
    internal sealed class Group(int number, RegexNode inner) : RegexNode
    {
        /// <summary>1 and up; 0 where it does not capture.</summary>
        internal int Number { get; } = number;

        internal RegexNode Inner { get; } = inner;
    }

    /// <summary>An atom with a quantifier.</summary>
    internal sealed class Repeat(RegexNode inner, Repetition count) : RegexNode
    {
        internal RegexNode Inner { get; } = inner;

        internal Repetition Count { get; } = count;
    }

    internal sealed class BackReference(int number, RegexNode approximation) : RegexNode
    {
        internal int Number { get; } = number;

        /// <summary>
        /// Matches whatever the group could match, at any place: PostgreSQL's automaton has this in its place (regcomp.c, parseqatom,
        /// "replicate the subNFA", and removeconstraints).
        /// </summary>
        internal RegexNode Approximation { get; } = approximation;
    }
}

/// <summary>How often a quantifier repeats, and what it prefers.</summary>
/// <param name="Min">0 to 255.</param>
/// <param name="Max">0 to 255, or <see cref="Infinite"/>.</param>
/// <param name="Preference">Longer, shorter, or none of its own ({m}).</param>
internal readonly record struct Repetition(int Min, int Max, Preference Preference)
{
    /// <summary>The largest count that can be written (regguts.h, DUPMAX).</summary>
    internal const int Limit = 255;

    internal const int Infinite = Limit + 1;
}

/// <summary>The flags of regguts.h, struct subre, that decide how a match is divided among the parts of a pattern.</summary>
[Flags]
internal enum Preference
{
    None = 0,
    Longer = 1,
    Shorter = 2,
    Mixed = 4,
    Captures = 8,
    Refers = 16,
}

internal enum LookKind
{
    BehindNot,
    Behind,
    AheadNot,
    Ahead,
}

internal enum AssertionKind
{
    TextStart,
    TextEnd,
    LineStart,
    LineEnd,
    WordStart,
    WordEnd,
    WordBoundary,
    NotWordBoundary,
}
