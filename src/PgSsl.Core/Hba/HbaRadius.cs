namespace PgSsl.Hba;

/// <summary>The options of method radius: lists that belong together (hba.c; varlena.c, SplitGUCList). PostgreSQL 19 does not have it.</summary>
internal static class HbaRadius
{
    /// <summary>Checks the value of one option.</summary>
    /// <exception cref="HbaRefusal">The server refuses it.</exception>
    public static void Check(HbaOption option, HbaDialect dialect)
    {
        if (Split(option.Value, dialect) is not { } values)
            throw new HbaRefusal("could not parse RADIUS list \"", option.IsSecret ? "***" : option.Value, "\"")
            {
                IsSilent = option.Name != "radiusports",
            };
        if (option.Name == "radiusports" && values.Any(port => HbaLdap.LeadingInteger(port) == 0))
            throw new HbaRefusal("invalid RADIUS port number: \"", option.Value, "\"") { IsSilent = true };
    }

    /// <summary>Checks the lists together.</summary>
    /// <exception cref="HbaRefusal">The server refuses them.</exception>
    public static void CheckTogether(IReadOnlyList<HbaOption> options, HbaDialect dialect)
    {
        int servers = Count("radiusservers"), secrets = Count("radiussecrets");
        if (servers == 0)
            throw new HbaRefusal("authentication method \"radius\" requires argument \"radiusservers\" to be set");
        if (secrets == 0)
            throw new HbaRefusal("authentication method \"radius\" requires argument \"radiussecrets\" to be set");
        CheckCount("secrets", secrets);
        CheckCount("ports", Count("radiusports"));
        CheckCount("identifiers", Count("radiusidentifiers"));

        void CheckCount(string what, int count)
        {
            if (count > 1 && count != servers)
                throw new HbaRefusal($"the number of RADIUS {what} ({count}) must be 1 or the same as the number of RADIUS servers ({servers})");
        }

        int Count(string name) =>
            options.LastOrDefault(option => option.Name == name) is { Name: not null } option ? Split(option.Value, dialect)!.Count : 0;
    }

    /// <summary>Names, quoted or not, separated by commas; null where the syntax is wrong.</summary>
    private static List<string>? Split(string text, HbaDialect dialect)
    {
        // scansup.c, scanner_isspace.
        string blanks = dialect.HasVerticalTabs ? " \t\n\r\f\v" : " \t\n\r\f";
        var values = new List<string>();
        int i = SkipBlanks(text, blanks, 0);
        if (i == text.Length)
            return values;
        while (true)
        {
            int start = i;
            if (text[i] == '"')
            {
                do
                {
                    i = text.IndexOf('"', i + 1);
                    if (i < 0)
                        return null;
                    i++;
                }
                while (i < text.Length && text[i] == '"');
                values.Add(text[(start + 1)..(i - 1)].Replace("\"\"", "\"", StringComparison.Ordinal));
            }
            else
            {
                while (i < text.Length && text[i] != ',' && !blanks.Contains(text[i], StringComparison.Ordinal))
                    i++;
                if (i == start)
                    return null;
                values.Add(text[start..i]);
            }
            i = SkipBlanks(text, blanks, i);
            if (i == text.Length)
                return values;
            if (text[i] != ',')
                return null;
            i = SkipBlanks(text, blanks, i + 1);
            if (i == text.Length)
                return null;
        }
    }

    private static int SkipBlanks(string text, string blanks, int i)
    {
        while (i < text.Length && blanks.Contains(text[i], StringComparison.Ordinal))
            i++;
        return i;
    }
}
