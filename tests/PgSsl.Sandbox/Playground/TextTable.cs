namespace PgSsl.Sandbox.Playground;

/// <summary>Columns of text, as wide as what is in them; the last one folds between words.</summary>
internal static class TextTable
{
    private const int NarrowestLastColumn = 20;

    /// <summary>The lines of the table: the headings, a rule, the rows.</summary>
    public static IEnumerable<string> Format(int width, IReadOnlyList<string> headings, IEnumerable<IReadOnlyList<string>> rows)
    {
        IReadOnlyList<string>[] all = [headings, [.. headings.Select(heading => new string('-', heading.Length))], .. rows];
        int last = headings.Count - 1;
        int[] widths = [.. Enumerable.Range(0, last).Select(column => all.Max(row => row[column].Length))];
        int left = widths.Sum() + widths.Length;
        foreach (IReadOnlyList<string> row in all)
        {
            string start = string.Concat(widths.Select((columnWidth, column) => row[column].PadRight(columnWidth) + " "));
            foreach (string line in Fold(row[last], Math.Max(width - left, NarrowestLastColumn)))
            {
                yield return (start + line).TrimEnd();
                start = new string(' ', left);
            }
        }
    }

    private static IEnumerable<string> Fold(string text, int width)
    {
        string line = "";
        foreach (string word in text.Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line;
                line = "";
            }
            line = line.Length == 0 ? word : $"{line} {word}";
        }
        yield return line;
    }
}
