namespace PgSsl.Hba;

/// <summary>Finds records that are never reached, because an earlier record matches every client that they are for.</summary>
internal static class HbaShadows
{
    /// <summary>For each entry, the earlier one that always wins; null for none.</summary>
    public static HbaEntry?[] Find(IReadOnlyList<HbaEntry> entries)
    {
        var earlier = new HbaCoverIndex((record, other) => record.Type.Covers(other.Type));
        var found = new HbaEntry?[entries.Count];
        for (int i = 0; i < found.Length; i++)
        {
            if (entries[i].Record is not { } record)
                continue;
            found[i] = earlier.FirstCovering(record);
            // If A shadows B and B shadows C, A shadows C, so B need not be indexed. A record with an error matches nobody.
            if (found[i] is null && record.Error is null)
                earlier.Add(record);
        }
        return found;
    }
}
