namespace PgSsl.Hba.Policy;

/// <summary>Which rules changed, came or went between two states of a file.</summary>
internal static class RuleComparison
{
    // How far ahead a rule that is the same again is looked for.
    private const int Reach = 24;

    /// <summary>The rules that differ, in the order of the file.</summary>
    public static IReadOnlyList<HbaEntryChange> Compare(HbaDocument before, HbaDocument after)
    {
        var changes = new List<HbaEntryChange>();
        int i = 0, j = 0;
        while (i < before.Entries.Count || j < after.Entries.Count)
        {
            (int removed, int added) = Differing(before.Entries, after.Entries, i, j);
            for (int k = 0; k < Math.Max(removed, added); k++)
                changes.Add(new HbaEntryChange(
                    k < removed ? before.Entries[i + k] : null, k < added ? after.Entries[j + k] : null));
            i += removed;
            j += added;
            if (removed == 0 && added == 0)
                (i, j) = (i + 1, j + 1);
        }
        return changes;
    }

    /// <summary>How many rules go and come before the next one that both have; one and one for a rule that changed.</summary>
    private static (int Removed, int Added) Differing(IReadOnlyList<HbaEntry> old, IReadOnlyList<HbaEntry> @new, int i, int j)
    {
        for (int distance = 0; distance <= 2 * Reach; distance++)
        {
            for (int removed = 0; removed <= distance; removed++)
            {
                int added = distance - removed;
                if (i + removed == old.Count && j + added == @new.Count)
                    return (removed, added);
                if (i + removed < old.Count && j + added < @new.Count && AreAboutTheSame(old[i + removed], @new[j + added]))
                    return distance > 0 || AreSame(old[i], @new[j]) ? (removed, added) : (1, 1);
            }
        }
        return (i < old.Count ? 1 : 0, j < @new.Count ? 1 : 0);
    }

    private static bool AreSame(HbaEntry one, HbaEntry other) => Bytes(one, Whole(one)).SequenceEqual(Bytes(other, Whole(other)));

    // Databases, users and addresses are as they were, and perhaps nothing else.
    private static bool AreAboutTheSame(HbaEntry one, HbaEntry other) =>
        one.Line.File.Path == other.Line.File.Path
        && (one.Record is { } record && other.Record is { } otherRecord
            ? Bytes(record, record.Subject).SequenceEqual(Bytes(otherRecord, otherRecord.Subject))
            : AreSame(one, other));

    private static Range Whole(HbaEntry entry) => entry.Line.Start..entry.Line.End;

    private static ReadOnlySpan<byte> Bytes(HbaEntry entry, Range range) => entry.Line.File.Content.AsSpan(range);
}
