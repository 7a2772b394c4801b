using PgSsl.Hba.Policy;

namespace PgSsl.Hba.Live;

/// <summary>Which rule after a change is which rule before it.</summary>
internal sealed class RulePairs
{
    private readonly Dictionary<HbaEntry, HbaEntry> _before = [];
    private readonly HashSet<HbaEntry> _changed = [];
    private readonly HbaPlan? _plan;

    private RulePairs(HbaPlan? plan) => _plan = plan;

    /// <summary>No rule changes.</summary>
    public static RulePairs Same { get; } = new(null);

    /// <summary>The pairs of a plan: what is not changed is in the same order in both states.</summary>
    public static RulePairs Of(HbaPlan plan)
    {
        var pairs = new RulePairs(plan);
        foreach (HbaEntryChange change in plan.Changes)
        {
            if (change is { Before: { } old, After: { } @new })
                pairs._before[@new] = old;
            foreach (HbaEntry? entry in (HbaEntry?[])[change.Before, change.After])
                if (entry is not null)
                    pairs._changed.Add(entry);
        }
        IEnumerable<HbaEntry> Kept(HbaDocument document) => document.Entries.Where(entry => !pairs._changed.Contains(entry));
        foreach ((HbaEntry old, HbaEntry @new) in Kept(plan.Before).Zip(Kept(plan.After)))
            pairs._before[@new] = old;
        return pairs;
    }

    /// <summary>Whether clients may get in with less than before because the user asked for that.</summary>
    public bool MayLoosen => _plan is { MayLoosen: true };

    /// <summary>Whether no rule changes.</summary>
    public bool AreSame => _plan is null;

    /// <summary>Whether a rule of either state is changed, added or removed.</summary>
    public bool IsChanged(HbaEntry rule) => _changed.Contains(rule);

    /// <summary>Whether two rules are the same one, before and after.</summary>
    public bool IsSameRule(HbaEntry before, HbaEntry? after) =>
        after is not null && (_plan is null ? before == after : _before.GetValueOrDefault(after) == before);

    /// <summary>Whether what differs between two rules is what the user asked for.</summary>
    public bool IsAsked(HbaEntry before, HbaEntry? after) => _plan is not { IsRestored: true } && IsSameRule(before, after);
}
