using System.Text.RegularExpressions;

namespace PgSsl.Hba;

/// <summary>
/// What a template or a script should have replaced: <c>{{ name }}</c>, <c>{% … %}</c>, <c>${NAME}</c>, <c>$(command)</c>,
/// <c>&lt;%= name %&gt;</c> anywhere in a field, and <c>$NAME</c>, <c>%NAME%</c>, <c>&lt;name&gt;</c>, <c>@NAME@</c> as a whole field.
/// Inside other text, $, % and @ may belong to a real name.
/// </summary>
internal static partial class HbaPlaceholders
{
    // Its value has $username, which the server itself replaces (auth.c, FormatSearchFilter).
    private const string SearchFilter = "ldapsearchfilter";

    /// <summary>The first one in a part of a field; null for none.</summary>
    /// <param name="text">A name, an address or the value of an option.</param>
    /// <param name="isQuoted">Whether it is in quotes: then <c>$NAME</c> is a name.</param>
    public static string? In(string text, bool isQuoted) =>
        Find(AnywhereForm(), text) ?? (isQuoted ? null : Find(WholeForm(), text));

    /// <summary>The first one in the value of an option that a rule may have; null for none.</summary>
    public static string? In(HbaOption option) =>
        option.Display != option.Token.Text || option.Name == SearchFilter ? null : In(option.Value, option.Token.IsQuoted);

    /// <summary>The first one in a whole line, whose parts the server may take for several fields; null for none.</summary>
    public static string? In(HbaEntry entry)
    {
        // The server looks for a file with the rest of such a name (hba.c, next_field_expand).
        if (FileError().Match(entry.ShownError ?? "") is { Success: true } file)
            return $"@{file.Groups["name"].Value}@";
        ReadOnlySpan<HbaToken> tokens = entry.Line.Tokens;
        string text = string.Join(' ', tokens[..HbaSecrets.FirstIn(tokens)].ToArray().Select(Shown));
        return Find(AnywhereForm(), text) ?? Find(WholeForm(), text);
    }

    // A regular expression may contain all of these characters.
    private static string Shown(HbaToken token) => token switch
    {
        { IsFromFile: true } or { Text: ['/', ..] } => "",
        _ when token.Text.StartsWith(SearchFilter, StringComparison.OrdinalIgnoreCase) => SearchFilter,
        { IsQuoted: true } => $"\"{token.Text}\"",
        _ => token.Text,
    };

    private static string? Find(Regex form, string text) => form.Match(text) is { Success: true } match ? match.Groups["it"].Value : null;

    [GeneratedRegex(@"(?<it>\{\{[^{}]*\}\}|\{%[^{}]*%\}|\$\{[^{}]*\}|\$\([^()]*\)|<%[^<>]*%>)", RegexOptions.ExplicitCapture)]
    private static partial Regex AnywhereForm();

    [GeneratedRegex(
        """(?<!\S)\+?(?<it>\$[A-Za-z_]\w*|%[A-Za-z_]\w*%|<[A-Za-z][^<>"=]*>|@\w+@)(?=/[0-9]|\s|$)""", RegexOptions.ExplicitCapture)]
    private static partial Regex WholeForm();

    [GeneratedRegex("""^could not open file "[^"]*?(?<name>\w+)@(/[0-9]+)?": """, RegexOptions.ExplicitCapture)]
    private static partial Regex FileError();
}
