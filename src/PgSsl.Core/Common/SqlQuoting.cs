using System.Globalization;
using System.Text;

namespace PgSsl.Common;

/// <summary>Writes names and values into SQL, for statements that are sent, and for those that are shown to be copied.</summary>
internal static class SqlQuoting
{
    /// <summary>
    /// A name as SQL takes it, always in quotes: without them a keyword such as <c>user</c> is a syntax error (ruleutils.c, quote_identifier),
    /// and which words are keywords differs by version. Characters that a terminal acts on are written as numbers (scan.l, U&amp;"…").
    /// </summary>
    public static string Identifier(string name)
    {
        if (CommandText.IsVisible(name))
            return $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        var quoted = new StringBuilder("U&\"");
        foreach (Rune rune in name.EnumerateRunes())
        {
            if (CommandText.IsHidden(rune) || rune.Value == '\\')
                quoted.Append(CultureInfo.InvariantCulture, $"\\+{rune.Value:x6}");
            else
                quoted.Append(rune.Value == '"' ? "\"\"" : rune.ToString());
        }
        return quoted.Append('"').ToString();
    }

    /// <summary>
    /// A value as quote_literal writes it, so that it does not matter what standard_conforming_strings is (quote.c). Characters that a terminal
    /// acts on are written as numbers.
    /// </summary>
    public static string Literal(string value)
    {
        if (!value.Contains('\\') && CommandText.IsVisible(value))
            return $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";
        var quoted = new StringBuilder("E'");
        foreach (Rune rune in value.EnumerateRunes())
        {
            if (CommandText.IsHidden(rune))
                quoted.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:x8}");
            else
                quoted.Append(rune.Value switch { '\\' => @"\\", '\'' => "''", _ => rune.ToString() });
        }
        return quoted.Append('\'').ToString();
    }
}
