namespace PgSsl.Patterns;

/// <summary>
/// How PostgreSQL divides a match to find out what the groups have matched (regguts.h, struct subre). This matters only with back references.
/// Then the division decides whether the pattern matches: for each part of the text PostgreSQL keeps the first division that works, even
/// where a later back reference would need another one.
/// </summary>
internal abstract class Dissection
{
    /// <summary>What an automaton can tell about it in advance; back references are approximated.</summary>
    internal required RegexNode Span { get; init; }

    internal required Preference Flags { get; init; }

    /// <summary>The group whose whole content this is; 0 where there is none.</summary>
    internal int Group { get; init; }

    internal bool PrefersShorter => (Flags & Preference.Shorter) != 0;

    /// <summary>Nothing in it needs to be divided.</summary>
    internal sealed class Leaf : Dissection;

    internal sealed class Reference(int number, Repetition count) : Dissection
    {
        internal int Number { get; } = number;

        internal Repetition Count { get; } = count;
    }

    internal sealed class Pair(Dissection left, Dissection right) : Dissection
    {
        internal Dissection Left { get; } = left;

        internal Dissection Right { get; } = right;
    }

    internal sealed class Choice(Dissection[] branches) : Dissection
    {
        internal Dissection[] Branches { get; } = branches;
    }

    internal sealed class Iteration(Dissection inner, Repetition count) : Dissection
    {
        internal Dissection Inner { get; } = inner;

        internal Repetition Count { get; } = count;
    }

    /// <summary>A group that is the whole content of another one.</summary>
    internal sealed class Wrapper(Dissection inner) : Dissection
    {
        internal Dissection Inner { get; } = inner;
    }
}
