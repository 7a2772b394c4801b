using System.Runtime.CompilerServices;

namespace PgSsl.Patterns;

/// <summary>
/// Matches patterns with back references (regexec.c, cfindloop and cdissect). In bad cases the effort grows exponentially, as in PostgreSQL.
/// The budget limits it.
/// </summary>
internal sealed class Dissector(ParsedRegex pattern, Dissection root, uint[] text, WorkBudget budget)
{
    private readonly PositionMatcher _matcher = new(text, budget);
    private readonly (int Start, int End)?[] _groups = new (int, int)?[pattern.GroupCount];

    internal bool IsMatch()
    {
        int from = 0;
        do
        {
            // The first end that an automaton finds: PostgreSQL tries every start before it, and then continues behind it. It never tries the
            // end of the text as a start, which makes a difference where only an empty match is possible there.
            int close = _matcher.Ends(root.Span, PositionSet.From(text.Length, from)).Next(0);
            if (close < 0)
                return false;
            for (int start = from; start <= close; start++)
            {
                if (IsMatchAt(start))
                    return true;
            }
            from = close + 1;
        }
        while (from < text.Length && !budget.IsSpent);
        return false;
    }

    private bool IsMatchAt(int start)
    {
        PositionSet ends = _matcher.EndsFrom(root.Span, start);
        for (int end = ends.Next(start); end >= 0; end = ends.Next(end + 1))
        {
            if (Dissect(root, start, end))
                return true;
        }
        return false;
    }

    /// <summary>If it fails, the groups in it are unset again.</summary>
    private bool Dissect(Dissection part, int start, int end)
    {
        if (!budget.TrySpend(1) || !_matcher.EndsFrom(part.Span, start).Contains(end))
            return false;
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            budget.TrySpend(int.MaxValue);
            return false;
        }
        bool isMatch = part switch
        {
            Dissection.Reference reference => DissectReference(reference, start, end),
            Dissection.Pair pair => DissectPair(pair, start, end),
            Dissection.Choice choice => Array.Exists(choice.Branches, branch => Dissect(branch, start, end)),
            Dissection.Iteration iteration => DissectIteration(iteration, start, end),
            Dissection.Wrapper wrapper => Dissect(wrapper.Inner, start, end),
            _ => true,
        };
        if (isMatch && part.Group > 0)
            _groups[part.Group] = (start, end);
        return isMatch;
    }

    private bool DissectPair(Dissection.Pair pair, int start, int end)
    {
        PositionSet middles = _matcher.EndsFrom(pair.Left.Span, start);
        bool isShortFirst = pair.Left.PrefersShorter;
        for (int middle = First(middles, start, end, isShortFirst);
            middle >= start && middle <= end;
            middle = Following(middles, middle, isShortFirst))
        {
            // The right side first, as far as possible without its groups: it is looked up, not divided.
            if (!_matcher.EndsFrom(pair.Right.Span, middle).Contains(end) || !Dissect(pair.Left, start, middle))
                continue;
            if (Dissect(pair.Right, middle, end))
                return true;
            Clear(pair.Left);
        }
        return false;
    }

    private bool DissectReference(Dissection.Reference reference, int start, int end)
    {
        // A group that has not matched cannot be repeated, not even zero times.
        if (_groups[reference.Number] is not (int groupStart, int groupEnd))
            return false;
        int length = groupEnd - groupStart;
        if (length == 0)
            return start == end;
        if (start == end)
            return reference.Count.Min == 0;
        if ((end - start) % length != 0)
            return false;
        int copies = (end - start) / length;
        if (copies < reference.Count.Min || (copies > reference.Count.Max && reference.Count.Max != Repetition.Infinite))
            return false;
        for (int offset = 0; offset < end - start; offset++)
        {
            if (Fold(text[start + offset]) != Fold(text[groupStart + (offset % length)]))
                return false;
        }
        return true;
    }

    private uint Fold(uint character) => pattern.IgnoresCase && character is >= 'A' and <= 'Z' ? character | 0x20 : character;

    private bool DissectIteration(Dissection.Iteration iteration, int start, int end)
    {
        bool mayBeNone = iteration.Count.Min == 0 && start == end;
        if (mayBeNone && iteration.Inner.PrefersShorter)
            return true;
        // One repetition is preferred to none, so that groups are set.
        int least = Math.Max(iteration.Count.Min, 1);
        int most = iteration.Count.Max == Repetition.Infinite ? end - start : Math.Min(end - start, iteration.Count.Max);
        return Iterate(iteration, start, end, 1, least, Math.Max(least, most)) || mayBeNone;
    }

    /// <summary>
    /// The next repetition and those after it. A repetition may match nothing only if too few characters are left for the least number of
    /// repetitions (regexec.c, citerdissect).
    /// </summary>
    private bool Iterate(Dissection.Iteration iteration, int start, int end, int number, int least, int most)
    {
        Dissection inner = iteration.Inner;
        PositionSet ends = _matcher.EndsFrom(inner.Span, start);
        bool mayBeEmpty = start == end || (number < least && least - number >= end - start);
        for (int next = First(ends, start, end, inner.PrefersShorter);
            next >= start && next <= end && !budget.IsSpent;
            next = Following(ends, next, inner.PrefersShorter))
        {
            bool isLast = next == end;
            if ((next == start && !mayBeEmpty) || (isLast ? number < least : number >= most))
                continue;
            Clear(inner);
            if (Dissect(inner, start, next) && (isLast || Iterate(iteration, next, end, number + 1, least, most)))
                return true;
        }
        Clear(inner);
        return false;
    }

    private static int First(PositionSet set, int start, int end, bool isShortFirst) => isShortFirst ? set.Next(start) : set.Previous(end);

    private static int Following(PositionSet set, int position, bool isShortFirst) =>
        isShortFirst ? set.Next(position + 1) : set.Previous(position - 1);

    private void Clear(Dissection part)
    {
        while (true)
        {
            if (part.Group > 0)
                _groups[part.Group] = null;
            switch (part)
            {
                case Dissection.Pair pair:
                    Clear(pair.Left);
                    part = pair.Right;
                    break;
                case Dissection.Choice choice:
                    Array.ForEach(choice.Branches, Clear);
                    return;
                case Dissection.Iteration iteration:
                    part = iteration.Inner;
                    break;
                case Dissection.Wrapper wrapper:
                    part = wrapper.Inner;
                    break;
                default:
                    return;
            }
        }
    }
}
