using System.Text.RegularExpressions;

namespace PgSsl.Hba;

/// <summary>What is probably wrong in a line that the server refuses, as the first sentence of a remedy.</summary>
internal static partial class HbaHints
{
    private static readonly string[] Methods =
        ["trust", "reject", "md5", "password", "scram-sha-256", "gss", "sspi", "ident", "peer", "pam", "ldap", "radius", "cert", "bsd", "oauth"];

    // Words that begin comments in other languages.
    private static readonly string[] CommentMarks = ["//", "--", ";", "/*", "rem", "!"];

    /// <summary>What to do about a line that is refused.</summary>
    public static string For(HbaEntry entry)
    {
        string[] words = [.. entry.Line.Tokens.ToArray().Select(token => token.Text)];
        if (PlaceholderIn(HbaSecrets.MaskRest(string.Join(' ', words))) is { } placeholder)
            return $"Fill in {placeholder}: whatever writes this file (a template, a script) did not.";
        if (words is [var type, var database, ..] && Is(type, "type") && Is(database, "database"))
            return "This is the header of the columns, and not a rule: put a # before it.";
        if (words is [var first, ..] && CommentMarks.Any(mark => first.StartsWith(mark, StringComparison.OrdinalIgnoreCase)))
            return "Comments begin with #: put it before the line if it is one.";
        if (Quoted().Match(entry.Error ?? "") is not { Success: true } match)
            return "Fix the line.";
        string word = match.Groups["word"].Value;
        return match.Groups["what"].Value switch
        {
            "invalid connection type" => HintForType(word),
            "invalid authentication method" => HintForMethod(word),
            "invalid IP mask" when Methods.Contains(word) => "An address needs a mask: write /32 behind it for the one address.",
            "specifying both host name and CIDR mask is invalid:" =>
                "Only an address can have a mask, and one of IPv4 has four numbers from 0 to 255.",
            _ => "Fix the line.",
        };
    }

    /// <summary>What a template or a script should have replaced; null for none: <c>{{ name }}</c>, <c>${NAME}</c>, <c>$(command)</c>.</summary>
    public static string? PlaceholderIn(string text) => PlaceholderForm().Match(text) is { Success: true } match ? match.Value : null;

    private static string HintForType(string word)
    {
        string lower = word.ToLowerInvariant().TrimEnd(':', '.', ';');
        return HbaConnectionTypes.FromWord(lower) is not null
            ? $"Write {lower}, in lower case and with a blank behind it."
            : "A rule begins with local, host, hostssl, hostnossl, hostgssenc or hostnogssenc. If the line is a comment, put a # before it.";
    }

    private static string HintForMethod(string word)
    {
        string bare = word.TrimEnd('.', ':', ';', ',', '\'', '`').TrimStart('\'', '`').ToLowerInvariant();
        if (bare == word && Methods.Contains(bare))
            return "Use another method: this version or build of PostgreSQL does not have it.";
        if (Methods.Contains(bare))
            return bare.Length < word.Length ? $"Write {bare}, without anything beside it." : $"Write {bare}, in lower case.";
        return bare.StartsWith("scram", StringComparison.Ordinal) || bare.StartsWith("sha", StringComparison.Ordinal)
            ? "The method is called scram-sha-256."
            : "Fix the line.";
    }

    private static bool Is(string text, string word) => string.Equals(text, word, StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex("^(?<what>[^\"]+?) \"(?<word>[^\"]*)\"", RegexOptions.ExplicitCapture)]
    private static partial Regex Quoted();

    [GeneratedRegex(@"\{\{[^{}]*\}\}|\{%[^{}]*%\}|\$\{[^{}]*\}|\$\([^()]*\)|<%[^<>]*%>", RegexOptions.ExplicitCapture)]
    private static partial Regex PlaceholderForm();
}
