namespace PgSsl.Hba.Live;

/// <summary>A row of pg_hba_file_rules.</summary>
/// <param name="LineNumber">The line.</param>
/// <param name="Type">The connection type; null for a refused line, which may have no error in this view.</param>
internal sealed record ServerRule(int LineNumber, string? Type)
{
    /// <summary>Compares these rules with a document.</summary>
    /// <returns>The first difference, in words; null where there is none.</returns>
    public static string? Differs(IReadOnlyList<ServerRule> rules, HbaDocument document)
    {
        for (int i = 0; i < Math.Max(rules.Count, document.Entries.Count); i++)
        {
            if (i >= rules.Count || i >= document.Entries.Count)
                return $"the server sees {rules.Count} rules, and the file has {document.Entries.Count}";
            HbaEntry entry = document.Entries[i];
            if (rules[i].LineNumber != entry.Line.Number || rules[i].Type != entry.Record?.Type.ToWord())
                return $"the server sees {rules[i].Type ?? "an error"} in line {rules[i].LineNumber}, "
                    + $"where {document.PlaceOf(entry.Line)} has {entry.Record?.Type.ToWord() ?? $"an error ({entry.ShownError})"}";
        }
        return null;
    }
}
