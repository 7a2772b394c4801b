using System.Text.RegularExpressions;
using PgSsl.Common;

namespace PgSsl.Hba;

/// <summary>What is probably wrong in a line that the server refuses, as the first sentences of a remedy.</summary>
internal static partial class HbaHints
{
    private const string Unknown = "Fix the line.";
    private const char ByteOrderMark = '\uFEFF';

    // Words that begin comments in other languages.
    private static readonly string[] CommentMarks = ["//", "--", ";", "/*", "rem", "!"];

    private static readonly string[] MergeMarks = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"];

    /// <summary>What to do about a line that is refused.</summary>
    /// <param name="document">The file.</param>
    /// <param name="index">Which of its entries.</param>
    public static string For(HbaDocument document, int index)
    {
        HbaEntry entry = document.Entries[index];
        string[] words = WordsOf(entry);
        return ForWholeLine(entry, words) ?? ForBrokenLine(document, index) ?? ForFields(FieldsOf(entry)) ?? ForError(entry, words) ?? Unknown;
    }

    /// <summary>Lines in which no single field is wrong.</summary>
    private static string? ForWholeLine(HbaEntry entry, string[] words)
    {
        string first = words.FirstOrDefault("");
        if (first.StartsWith(ByteOrderMark) && entry.Line.Start == 0)
            return "Save the file without a byte order mark: as UTF-8, and not as \"UTF-8 with BOM\".";
        if (MergeMarks.Contains(first))
            return "This is left from a merge that was not finished: choose one of the two versions, and remove the lines with "
                + "<<<<<<<, ======= and >>>>>>>.";
        if (HbaCommentInValue.In(entry) is { } comment)
            return comment.Remedy;
        if (entry.Line.Tokens is [{ IsQuoted: true }, { IsQuoted: true }, ..])
            return "This seems to be a line of a list of passwords, and not a rule.";
        if (HbaPlaceholders.In(entry) is { } placeholder)
            return $"Fill in {placeholder}: whatever writes this file (a template, a script) did not.";
        if (HbaOddCharacter.In(entry) is { } odd)
            return $"{odd.What}. {odd.Remedy}";
        if (words is [var type, var database, ..] && Is(type, "type") && Is(database, "database"))
            return "This is the header of the columns, and not a rule: put a # before it.";
        return CommentMarks.Any(mark => first.StartsWith(mark, StringComparison.OrdinalIgnoreCase))
            ? "Comments begin with #: put it before the line if it is one."
            : null;
    }

    /// <summary>A rule in two lines: the first one ends too early, and the second one does not begin with a type.</summary>
    private static string? ForBrokenLine(HbaDocument document, int index)
    {
        if (index + 1 < document.Entries.Count && IsBroken(document.Entries[index], document.Entries[index + 1]))
            return $"Write the rule in one line: it seems to go on in line {document.Entries[index + 1].Line.Number}.";
        return index > 0 && IsBroken(document.Entries[index - 1], document.Entries[index])
            ? $"Write the rule in one line: this seems to be the rest of line {document.Entries[index - 1].Line.Number}."
            : null;
    }

    private static bool IsBroken(HbaEntry first, HbaEntry second) =>
        first.Error?.StartsWith("end-of-line", StringComparison.Ordinal) == true
        && second.Error?.StartsWith("invalid connection type", StringComparison.Ordinal) == true
        && first.Line.File == second.Line.File
        && second.Line.File.Content.AsSpan(first.Line.End, second.Line.Start - first.Line.End).Count((byte)'\n') == 1
        && HbaConnectionTypes.FromWord(WordsOf(second)[0].ToLowerInvariant()) is null
        && ForWholeLine(second, WordsOf(second)) is null;

    /// <summary>A rule with a field too few, or too many.</summary>
    private static string? ForFields(string[][] fields)
    {
        if (fields is not [[var type], ..] || HbaConnectionTypes.FromWord(type) is not { } kind)
            return null;
        if (kind == HbaConnectionType.Local)
            return fields switch
            {
                [_, _, [var method], ..] when HbaHintWords.IsMethod(method) && IsLast(fields, 2) =>
                    "A field is missing: a local rule has a type, a database, a user and a method.",
                [_, _, _, [var address, ..], ..]
                    when HbaAddressHints.IsAddressField(address) || address is "all" or "samehost" or "samenet" =>
                    $"Remove {address}: a local rule is for Unix-domain sockets, and has no address.",
                _ => null,
            };
        return fields switch
        {
            [_, _, _, [var method], ..] when HbaHintWords.IsMethod(method) && IsLast(fields, 3) =>
                "A field is missing: a rule has a type, a database, a user, an address and a method.",
            [_, _, _, [var address], [var mask], ..]
                when address.Contains('/', StringComparison.Ordinal) && HbaAddressHints.IsAddressField(mask) =>
                    $"Remove {mask}: the address has its mask behind the slash.",
            _ => null,
        };
    }

    private static bool IsLast(string[][] fields, int index) =>
        fields.Length == index + 1 || fields[index + 1][0].Contains('=', StringComparison.Ordinal);

    private static string? ForError(HbaEntry entry, string[] words)
    {
        string error = entry.ShownError ?? "";
        if (HbaHintWords.ForError(error) is { } remedy)
            return remedy;
        if (error.StartsWith("authentication option not in name=value format", StringComparison.Ordinal))
            return Array.Find(CommentMarks, mark => words.Skip(4).Any(word => word.StartsWith(mark, StringComparison.OrdinalIgnoreCase))) is { } mark
                ? $"A comment begins with #: write # instead of {mark}."
                : "Write each option as name=value, without blanks around the equals sign. A comment begins with #.";
        if (Quoted().Match(error) is not { Success: true } match)
            return null;
        string word = match.Groups["word"].Value;
        return match.Groups["what"].Value switch
        {
            "invalid connection type" => HbaHintWords.ForType(word),
            "invalid authentication method" => HbaHintWords.ForMethod(word),
            "invalid value for clientcert:" => HbaHintWords.ForClientCert(word),
            "invalid CIDR mask in address" => HbaAddressHints.ForBits(word),
            "invalid IP mask" when word is ['/', _, ..] =>
                $"Write the mask directly behind the address, without a blank: {words[Math.Max(0, Array.IndexOf(words, word) - 1)]}{word}.",
            "invalid IP mask" when HbaHintWords.IsMethod(word) => "An address needs a mask: write /32 behind it for the one address.",
            "specifying both host name and CIDR mask is invalid:" => HbaAddressHints.For(word)
                ?? "Only an address can have a mask, and one of IPv4 has four numbers from 0 to 255.",
            _ => null,
        };
    }

    private static string[] WordsOf(HbaEntry entry) => [.. TokensOf(entry).Select(token => token.Text)];

    /// <summary>The tokens without a secret, and without what is behind it.</summary>
    private static HbaToken[] TokensOf(HbaEntry entry)
    {
        ReadOnlySpan<HbaToken> tokens = entry.Line.Tokens;
        int secret = HbaSecrets.FirstIn(tokens);
        return secret == tokens.Length
            ? tokens.ToArray()
            : [.. tokens[..secret], tokens[secret] with { Text = SecretText.MaskWord(tokens[secret].Text, isRefused: true) is var shown
                && shown != tokens[secret].Text ? shown : SecretText.Mask }];
    }

    /// <summary>The words of each field. A comma directly behind a word continues its field, and so do all words of a file.</summary>
    private static string[][] FieldsOf(HbaEntry entry)
    {
        var fields = new List<List<string>>();
        HbaToken? last = null;
        foreach (HbaToken token in TokensOf(entry))
        {
            bool continues = last is { } before
                && ((token.IsFromFile && before.Start == token.Start) || entry.Line.File.Content.ElementAtOrDefault(before.End) == ',');
            if (!continues)
                fields.Add([]);
            fields[^1].Add(token.Text);
            last = token;
        }
        return [.. fields.Select(field => field.ToArray())];
    }

    private static bool Is(string text, string word) => string.Equals(text, word, StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex("^(?<what>[^\"]+?) \"(?<word>[^\"]*)\"", RegexOptions.ExplicitCapture)]
    private static partial Regex Quoted();
}
