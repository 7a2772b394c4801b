namespace PgSsl.Patterns;

/// <summary>
/// Finds where a pattern can end, for all places at once where it may begin. It does not backtrack, so the effort is a polynomial of the
/// lengths of pattern and text. It is exact, except that back references match here whatever their group could match.
/// </summary>
internal sealed class PositionMatcher(uint[] text, WorkBudget budget)
{
    private const int PositionsPerStep = 4;

    private readonly Dictionary<RegexNode, PositionSet?[]> _endings = [];
    private readonly Dictionary<RegexNode.Look, PositionSet> _lookResults = [];

    /// <summary>The ends of all matches that begin at one of these.</summary>
    internal PositionSet Ends(RegexNode node, PositionSet starts)
    {
        while (!starts.IsEmpty && budget.TrySpend((text.Length / PositionsPerStep) + 1))
        {
            switch (node)
            {
                case RegexNode.Empty:
                    return starts;
                case RegexNode.Character character:
                    return Step(character.Set, starts);
                case RegexNode.Assertion assertion:
                    return Filter(starts, position => Holds(assertion.Kind, position));
                case RegexNode.Look look:
                    return FilterLook(look, starts);
                case RegexNode.Alternatives alternatives:
                    return EndsOfAny(alternatives, starts);
                case RegexNode.Repeat repeat:
                    return EndsOfRepeat(repeat.Inner, repeat.Count, starts);

                // These continue with their last part, because a long division is a chain of pairs.
                case RegexNode.Sequence { Items.Length: 0 }:
                    return starts;
                case RegexNode.Sequence sequence:
                    foreach (RegexNode item in sequence.Items.AsSpan(..^1))
                        starts = Ends(item, starts);
                    node = sequence.Items[^1];
                    break;
                case RegexNode.Group group:
                    node = group.Inner;
                    break;
                case RegexNode.BackReference reference:
                    node = reference.Approximation;
                    break;
                default:
                    throw new InvalidOperationException(node.GetType().Name);
            }
        }
        return new PositionSet(text.Length);
    }

    /// <summary>The ends of all matches that begin there. They are remembered.</summary>
    internal PositionSet EndsFrom(RegexNode node, int start)
    {
        if (!_endings.TryGetValue(node, out PositionSet?[]? known))
            _endings[node] = known = new PositionSet?[text.Length + 1];
        return known[start] ??= Ends(node, PositionSet.Of(text.Length, start));
    }

    private PositionSet Step(CharacterSet set, PositionSet starts)
    {
        var ends = new PositionSet(text.Length);
        for (int position = starts.Next(0); position >= 0 && position < text.Length; position = starts.Next(position + 1))
        {
            if (set.Contains(text[position]))
                ends.Add(position + 1);
        }
        return ends;
    }

    private PositionSet Filter(PositionSet starts, Func<int, bool> holds)
    {
        var kept = new PositionSet(text.Length);
        for (int position = starts.Next(0); position >= 0; position = starts.Next(position + 1))
        {
            if (holds(position))
                kept.Add(position);
        }
        return kept;
    }

    private bool Holds(AssertionKind kind, int position)
    {
        bool isAfterWord = position > 0 && CharacterClasses.IsWord(text[position - 1]);
        bool isBeforeWord = position < text.Length && CharacterClasses.IsWord(text[position]);
        return kind switch
        {
            AssertionKind.TextStart => position == 0,
            AssertionKind.TextEnd => position == text.Length,
            AssertionKind.LineStart => position == 0 || text[position - 1] == '\n',
            AssertionKind.LineEnd => position == text.Length || text[position] == '\n',
            AssertionKind.WordStart => !isAfterWord && isBeforeWord,
            AssertionKind.WordEnd => isAfterWord && !isBeforeWord,
            AssertionKind.WordBoundary => isAfterWord != isBeforeWord,
            _ => isAfterWord == isBeforeWord,
        };
    }

    private PositionSet FilterLook(RegexNode.Look look, PositionSet starts)
    {
        if (look.Kind is LookKind.Behind or LookKind.BehindNot)
        {
            // Where it can end after beginning anywhere.
            if (!_lookResults.TryGetValue(look, out PositionSet? ends))
                _lookResults[look] = ends = Ends(look.Inner, PositionSet.From(text.Length, 0));
            return Filter(starts, position => ends.Contains(position) == (look.Kind == LookKind.Behind));
        }
        return Filter(starts, position => !EndsFrom(look.Inner, position).IsEmpty == (look.Kind == LookKind.Ahead));
    }

    private PositionSet EndsOfAny(RegexNode.Alternatives alternatives, PositionSet starts)
    {
        var ends = new PositionSet(text.Length);
        foreach (RegexNode branch in alternatives.Branches)
            ends.UnionWith(Ends(branch, starts));
        return ends;
    }

    private PositionSet EndsOfRepeat(RegexNode inner, Repetition count, PositionSet starts)
    {
        PositionSet reached = starts;
        for (int done = 0; done < count.Min; done++)
        {
            PositionSet next = EndsOnce(inner, reached);
            if (next.IsSameAs(reached))
                break;
            reached = next;
        }

        // When a place is reached first, most repetitions are left: later visits add nothing.
        PositionSet all = reached.Copy();
        for (int done = count.Min; count.Max == Repetition.Infinite || done < count.Max; done++)
        {
            reached = EndsOnce(inner, reached).Without(all);
            if (reached.IsEmpty)
                break;
            all.UnionWith(reached);
        }
        return all;
    }

    /// <summary>Groups use the remembered ends of each place. Otherwise nested repetitions would multiply.</summary>
    private PositionSet EndsOnce(RegexNode inner, PositionSet starts)
    {
        if (inner is RegexNode.Character character)
            return budget.TrySpend((text.Length / PositionsPerStep) + 1) ? Step(character.Set, starts) : new PositionSet(text.Length);
        var ends = new PositionSet(text.Length);
        for (int position = starts.Next(0); position >= 0 && budget.TrySpend(starts.WordCount); position = starts.Next(position + 1))
            ends.UnionWith(EndsFrom(inner, position));
        return ends;
    }
}
