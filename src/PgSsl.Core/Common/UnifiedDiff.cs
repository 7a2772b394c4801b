using System.Globalization;

namespace PgSsl.Common;

/// <summary>The difference of two texts, as diff -u shows it.</summary>
internal static class UnifiedDiff
{
    private const int Context = 3;

    // How far ahead the next equal lines are searched for. If they are further apart, everything up to the end is shown as changed.
    private const int Reach = 24;

    /// <summary>The lines of the difference; empty where the texts are equal.</summary>
    /// <param name="path">The file, for the heading.</param>
    /// <param name="before">Its old content.</param>
    /// <param name="after">Its new content.</param>
    public static IReadOnlyList<string> Between(string path, byte[] before, byte[] after) =>
        Between(path, ServerText.Decode(before), ServerText.Decode(after));

    /// <summary>The same for texts.</summary>
    public static IReadOnlyList<string> Between(string path, string before, string after)
    {
        string[] old = Lines(before), @new = Lines(after);
        List<(char Kind, int Old, int New)> script = Compare(old, @new);
        if (script.TrueForAll(step => step.Kind == ' '))
            return [];
        var lines = new List<string> { $"--- {PrintableText.Of(path)}", $"+++ {PrintableText.Of(path)}" };
        foreach ((int from, int to) in Hunks(script))
        {
            List<(char Kind, int Old, int New)> hunk = script[from..to];
            string oldRange = Place(hunk[0].Old, hunk.Count(step => step.Kind != '+'));
            string newRange = Place(hunk[0].New, hunk.Count(step => step.Kind != '-'));
            lines.Add($"@@ -{oldRange} +{newRange} @@");
            lines.AddRange(hunk.SelectMany(step => (step.Kind + (step.Kind == '+' ? @new[step.New] : old[step.Old])).Split('\n')));
        }
        return lines;
    }

    // A missing line break at the end, and carriage returns, belong to the line.
    private static string[] Lines(string text)
    {
        string[] lines = text.Split('\n');
        return text.EndsWith('\n') ? lines[..^1] : text.Length == 0 ? [] : [.. lines[..^1], lines[^1] + "\n\\ No newline at end of file"];
    }

    private static List<(char Kind, int Old, int New)> Compare(string[] old, string[] @new)
    {
        var script = new List<(char, int, int)>(old.Length + 16);
        int i = 0, j = 0;
        while (i < old.Length || j < @new.Length)
        {
            if (i < old.Length && j < @new.Length && old[i] == @new[j])
            {
                script.Add((' ', i++, j++));
                continue;
            }
            // With as many lines before as after, each line is compared with the one at its place.
            (int removed, int added) = old.Length == @new.Length ? (1, 1) : Resynchronize(old.AsSpan(i), @new.AsSpan(j));
            for (; removed > 0; removed--)
                script.Add(('-', i++, j));
            for (; added > 0; added--)
                script.Add(('+', i, j++));
        }
        return Group(script);
    }

    /// <summary>In a run of changed lines the old ones come first, and then the new ones, as diff shows them.</summary>
    private static List<(char Kind, int Old, int New)> Group(List<(char Kind, int Old, int New)> script)
    {
        for (int from = 0, to; from < script.Count; from = to + 1)
        {
            for (to = from; to < script.Count && script[to].Kind != ' '; to++)
            {
            }
            (int old, int @new) = from < to ? (script[from].Old, script[from].New) : (0, 0);
            int removed = script.GetRange(from, to - from).Count(step => step.Kind == '-');
            for (int k = from; k < to; k++)
                script[k] = k < from + removed ? ('-', old++, @new) : ('+', old, @new++);
        }
        return script;
    }

    /// <summary>How many lines are removed and added until two lines are equal again.</summary>
    private static (int Removed, int Added) Resynchronize(ReadOnlySpan<string> old, ReadOnlySpan<string> @new)
    {
        for (int distance = 1; distance <= 2 * Reach; distance++)
        {
            for (int removed = Math.Max(0, distance - Reach); removed <= Math.Min(distance, Reach); removed++)
            {
                int added = distance - removed;
                bool isEnd = removed == old.Length && added == @new.Length;
                if (isEnd || (removed < old.Length && added < @new.Length && old[removed] == @new[added]))
                    return (removed, added);
            }
        }
        return (Math.Min(1, old.Length), Math.Min(1, @new.Length));
    }

    private static IEnumerable<(int From, int To)> Hunks(List<(char Kind, int Old, int New)> script)
    {
        int from = -1, to = 0;
        for (int k = 0; k < script.Count; k++)
        {
            if (script[k].Kind == ' ')
                continue;
            if (from >= 0 && k - Context > to)
            {
                yield return (from, to);
                from = -1;
            }
            if (from < 0)
                from = Math.Max(0, k - Context);
            to = Math.Min(script.Count, k + Context + 1);
        }
        if (from >= 0)
            yield return (from, to);
    }

    private static string Place(int first, int count) =>
        string.Create(CultureInfo.InvariantCulture, $"{(count == 0 ? first : first + 1)}{(count == 1 ? "" : $",{count}")}");
}
