namespace PgSsl.Hba.Policy;

/// <summary>Finds the rules that were changed, added or removed between two states of a file.</summary>
internal static class RuleComparison
{
    // How far ahead the next equal rule is searched.
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

    /// <summary>How many rules were removed and added before the next one that both have; one and one for a rule that changed.</summary>
    private static (int Removed, int Added) Differing(IReadOnlyList<HbaEntry> old, IReadOnlyList<HbaEntry> @new, int i, int j)
    {
        for (int distance = 0; distance <= 2 * Reach; distance++)
        {
            for (int removed = 0; removed <= distance; removed++)
            {
                int added = distance - removed;
                if (i + removed == old.Count && j + added == @new.Count)
                    return (removed, added);
                if (i + removed < old.Count && j + added < @new.Count && HaveSameSubject(old[i + removed], @new[j + added]))
                    return distance > 0 || AreSame(old[i], @new[j]) ? (removed, added) : (1, 1);
            }
        }
        return (i < old.Count ? 1 : 0, j < @new.Count ? 1 : 0);
    }

    private static bool AreSame(HbaEntry entry, HbaEntry other) => Bytes(entry, Whole(entry)).SequenceEqual(Bytes(other, Whole(other)));

    // Databases, users and addresses are equal; the rest may differ.
    private static bool HaveSameSubject(HbaEntry entry, HbaEntry other) =>
        entry.Line.File.Path == other.Line.File.Path
        && (entry.Record is { } record && other.Record is { } otherRecord
            ? Bytes(record, record.Subject).SequenceEqual(Bytes(otherRecord, otherRecord.Subject))
            : AreSame(entry, other));

    private static Range Whole(HbaEntry entry) => entry.Line.Start..entry.Line.End;

    private static ReadOnlySpan<byte> Bytes(HbaEntry entry, Range range) => entry.Line.File.Content.AsSpan(range);
}
