namespace PgSsl.Patterns;

/// <summary>
/// Divides a pattern as regcomp.c does (parse, parsebranch, parseqatom): everything that an automaton can match becomes a leaf, together with
/// its neighbours.
/// </summary>
internal static class DissectionBuilder
{
    private const Preference Direction = Preference.Longer | Preference.Shorter;
    private const Preference Messy = Preference.Mixed | Preference.Captures | Preference.Refers;
    private static readonly Repetition Once = new(1, 1, Preference.None);

    internal static Dissection Build(RegexNode node) =>
        node is RegexNode.Alternatives alternatives ? BuildChoice(alternatives) : BuildBranch(Items(node));

    private static RegexNode[] Items(RegexNode node) => node switch
    {
        RegexNode.Sequence sequence => sequence.Items,
        RegexNode.Empty => [],
        _ => [node],
    };

    private static Dissection BuildChoice(RegexNode.Alternatives alternatives)
    {
        Dissection[] branches = Array.ConvertAll(alternatives.Branches, branch => BuildBranch(Items(branch)));
        Preference flags = Preference.Longer;
        foreach (Dissection branch in branches)
            flags |= Up(flags | branch.Flags);
        return (flags & Messy) == 0
            ? new Dissection.Leaf { Span = alternatives, Flags = flags }
            : new Dissection.Choice(branches) { Span = alternatives, Flags = flags };
    }

    /// <summary>
    /// Cuts a branch at each of its messy atoms (those that capture, refer back, or prefer another length than what precedes them), and
    /// joins the pieces from the last one on, each with all that follows it.
    /// </summary>
    private static Dissection BuildBranch(RegexNode[] items)
    {
        List<Cut> cuts = [];
        var prefixFlags = Preference.None;
        int start = 0;
        for (int index = 0; index < items.Length; index++)
        {
            if (TryAbsorb(items[index], ref prefixFlags, out Atom atom))
                continue;
            Dissection? prefix = start < index ? LeafOf(items[start..index], prefixFlags) : null;
            cuts.Add(new Cut(prefix, atom));
            start = index + 1;
            prefixFlags = Preference.None;
        }

        Dissection? rest = start < items.Length || cuts.Count == 0 ? LeafOf(items[start..], prefixFlags) : null;
        for (int index = cuts.Count - 1; index >= 0; index--)
            rest = Join(cuts[index], rest);
        return rest!;
    }

    /// <summary>
    /// Whether an item joins the leaf of the items before it; if not, it becomes an atom of its own. An item with {0} counts as absent: its
    /// groups have never matched.
    /// </summary>
    private static bool TryAbsorb(RegexNode item, ref Preference prefixFlags, out Atom atom)
    {
        atom = default;
        (RegexNode inner, Repetition count) = item is RegexNode.Repeat repeat ? (repeat.Inner, repeat.Count) : (item, Once);
        if (item is RegexNode.Assertion or RegexNode.Look || count.Max == 0)
            return true;

        Dissection single = BuildAtom(inner);
        Preference flags = prefixFlags | count.Preference | single.Flags;
        if (inner is not (RegexNode.Group { Number: > 0 } or RegexNode.BackReference) && (Up(flags) & Messy) == 0)
        {
            prefixFlags = flags;
            return true;
        }
        Dissection whole = inner is RegexNode.BackReference reference ? ReferenceTo(reference, count) : Quantify(single, count);
        atom = new Atom(whole, Combine(count.Preference, single.Flags));
        return false;
    }

    private static Dissection BuildAtom(RegexNode node)
    {
        switch (node)
        {
            case RegexNode.Group { Number: > 0 } group:
                return Capture(Build(group.Inner), group.Number);
            case RegexNode.Group group:
                return Build(group.Inner);
            case RegexNode.BackReference reference:
                return ReferenceTo(reference, Once);
            default:
                return new Dissection.Leaf { Span = node, Flags = Preference.None };
        }
    }

    /// <summary>A back reference is repeated by itself, without an iteration around it.</summary>
    private static Dissection.Reference ReferenceTo(RegexNode.BackReference reference, Repetition count) =>
        new(reference.Number, count)
        {
            Span = RepeatOf(reference.Approximation, count),
            Flags = Preference.Refers | Combine(count.Preference, Preference.Refers),
        };

    private static Dissection Capture(Dissection content, int number)
    {
        Preference flags = content.Flags | Preference.Captures;
        if (content.Group != 0)
            return new Dissection.Wrapper(content) { Span = content.Span, Flags = flags, Group = number };
        return content switch
        {
            Dissection.Reference it => new Dissection.Reference(it.Number, it.Count) { Span = it.Span, Flags = flags, Group = number },
            Dissection.Pair it => new Dissection.Pair(it.Left, it.Right) { Span = it.Span, Flags = flags, Group = number },
            Dissection.Choice it => new Dissection.Choice(it.Branches) { Span = it.Span, Flags = flags, Group = number },
            Dissection.Iteration it => new Dissection.Iteration(it.Inner, it.Count) { Span = it.Span, Flags = flags, Group = number },
            _ => new Dissection.Leaf { Span = content.Span, Flags = flags, Group = number },
        };
    }

    private static Dissection Quantify(Dissection single, Repetition count)
    {
        Preference flags = Combine(count.Preference, single.Flags);
        RegexNode span = RepeatOf(single.Span, count);
        Preference ownDirection = single.Flags & (Direction | Preference.Mixed);
        if (count is { Min: 1, Max: 1 }
            && (count.Preference == Preference.None || ownDirection == Preference.None || ownDirection == count.Preference))
            return single;
        if ((single.Flags & (Preference.Captures | Preference.Refers)) == 0)
            return new Dissection.Leaf { Span = span, Flags = flags };
        if (count.Min == 0 || (single.Flags & Preference.Refers) != 0)
            return new Dissection.Iteration(single, count) { Span = span, Flags = flags };

        // Only the last repetition is remembered, so those before it need not be divided.
        int most = count.Max == Repetition.Infinite ? count.Max : count.Max - 1;
        RegexNode before = RepeatOf(single.Span, new Repetition(count.Min - 1, most, count.Preference));
        return PairOf(new Dissection.Leaf { Span = before, Flags = flags & Direction }, single, flags);
    }

    private static Dissection Join(Cut cut, Dissection? rest)
    {
        (Dissection? prefix, (Dissection atom, Preference flags)) = cut;
        if (rest is null)
            return prefix is null ? atom : PairOf(prefix, atom, prefix.Flags | Combine(prefix.Flags, atom.Flags));

        flags |= Combine(flags, rest.Flags);
        if (prefix is null)
            return PairOf(atom, rest, Combine(Preference.None, flags));
        Dissection right = atom is Dissection.Leaf && rest is Dissection.Leaf && (Up(atom.Flags | rest.Flags) & Messy) == 0
            ? new Dissection.Leaf { Span = Concatenate(atom.Span, rest.Span), Flags = Combine(atom.Flags, rest.Flags) }
            : PairOf(atom, rest, flags);
        return PairOf(prefix, right, prefix.Flags | Combine(prefix.Flags, flags));
    }

    private static Dissection.Leaf LeafOf(RegexNode[] items, Preference flags) => new() { Span = Concatenate(items), Flags = flags };

    private static Dissection.Pair PairOf(Dissection left, Dissection right, Preference flags) =>
        new(left, right) { Span = Concatenate(left.Span, right.Span), Flags = flags };

    // Weights decide whether a pattern is accepted. This one was.
    private static RegexNode Concatenate(params RegexNode[] items) =>
        items.Length == 1 ? items[0] : new RegexNode.Sequence(items) { Weight = 0 };

    private static RegexNode.Repeat RepeatOf(RegexNode node, Repetition count) => new(node, count) { Weight = 0 };

    /// <summary>The flags that a whole takes from its parts; parts of both directions make it mixed (regguts.h, UP).</summary>
    private static Preference Up(Preference flags) =>
        (flags & Messy) | ((flags & Direction) == Direction ? Preference.Mixed : Preference.None);

    /// <summary>The direction is that of the first part that has one (regguts.h, COMBINE).</summary>
    private static Preference Combine(Preference first, Preference second) =>
        Up(first | second) | ((first & Direction) != 0 ? first & Direction : second & Direction);

    private readonly record struct Atom(Dissection Node, Preference Flags);

    private readonly record struct Cut(Dissection? Prefix, Atom Atom);
}
