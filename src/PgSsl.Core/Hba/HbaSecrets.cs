using System.Text;
using System.Text.RegularExpressions;
using PgSsl.Common;

namespace PgSsl.Hba;

/// <summary>Keeps passwords that are written in pg_hba.conf, and in files that it names, out of what is shown.</summary>
internal static partial class HbaSecrets
{
    /// <summary>What is shown instead of a secret.</summary>
    internal const string Mask = SecretText.Mask;

    /// <summary>Whether the value of an option is a secret.</summary>
    public static bool IsSecret(string option) => SecretText.IsSecretName(option);

    /// <summary>name=value without a secret.</summary>
    public static string ShowOption(string name, string value) => SecretText.MaskWord($"{name}={value}", isRefused: false);

    /// <summary>What is shown instead of a token in the place of a name or an address; null where it is shown as it is.</summary>
    public static string? Masked(HbaToken token)
    {
        string shown = token.Origin switch
        {
            HbaTokenOrigin.PasswordList => Mask,
            HbaTokenOrigin.File => SecretText.MaskListed(token.Text, token.IsQuoted),
            _ => SecretText.MaskWord(token.Text, isRefused: false),
        };
        return shown == token.Text ? null : shown;
    }

    /// <summary>Whether a token of a line that the server refuses, or has not read to its end, is or holds a secret.</summary>
    public static bool Holds(ReadOnlySpan<HbaToken> tokens) => FirstIn(tokens) < tokens.Length;

    /// <summary>The first token of a refused line that is or holds a secret: where it ends is not known. The number of tokens for none.</summary>
    public static int FirstIn(ReadOnlySpan<HbaToken> tokens)
    {
        for (int i = 0; i < tokens.Length; i++)
        {
            HbaToken token = tokens[i];
            // password is also the name of a method: then no equals sign is behind it.
            bool isName = i + 1 < tokens.Length && tokens[i + 1].Text is ['=' or ':', ..] && SecretText.IsSecretName(token.Text);
            bool isPair = i == 1 && token.IsQuoted && tokens[0].IsQuoted;
            bool isListed = token.Origin == HbaTokenOrigin.PasswordList
                || (token.IsFromFile && !token.Text.Contains('=') && SecretText.MaskListed(token.Text, token.IsQuoted) != token.Text);
            // Behind that method people write the password itself. The method is the fourth or the fifth field, or the third of a local rule.
            bool isBehindMethod = i > 3 && tokens[i - 1].Text == "password" && !token.Text.Contains('=');
            if (isName || isPair || isListed || isBehindMethod || SecretText.MaskWord(token.Text, isRefused: true) != token.Text)
                return i;
        }
        return tokens.Length;
    }

    /// <summary>A word of a refused line in the server's message.</summary>
    /// <param name="text">The word, or a part of it.</param>
    /// <param name="at">The token that it is of.</param>
    /// <param name="tokens">The tokens of the line.</param>
    public static string ShowWord(string text, HbaToken at, ReadOnlySpan<HbaToken> tokens)
    {
        int first = FirstIn(tokens);
        if (first == tokens.Length || at.Start < tokens[first].Start)
            return text;
        return at == tokens[first] && text == at.Text && at.Origin != HbaTokenOrigin.PasswordList
            ? SecretText.MaskWord(text, isRefused: true) is var masked && masked != text ? masked : Mask
            : Mask;
    }

    /// <summary>
    /// The name of an option of a refused line in the server's message. Behind a secret, it is the rest of the secret if that has a blank or a comma
    /// in it, and is not in quotes: then it hardly looks like an option.
    /// </summary>
    public static string ShowOptionName(string name, HbaToken at, HbaFields line)
    {
        ReadOnlySpan<HbaToken> tokens = line.Tokens;
        int first = FirstIn(tokens);
        if (first == tokens.Length || at.Start < tokens[first].Start)
            return name;
        HbaToken secret = tokens[first];
        if (at == secret)
            return SecretText.IsHash(name) || secret.Origin == HbaTokenOrigin.PasswordList ? Mask : name;
        bool isDirectlyBehind = first + 1 < tokens.Length && at == tokens[first + 1];
        bool hasEnd = Assignment().IsMatch(secret.Text) && line.File.Content.ElementAtOrDefault(secret.End) != ',';
        return !secret.IsFromFile && OptionName().IsMatch(at.Text) && (hasEnd || !isDirectlyBehind) ? name : Mask;
    }

    /// <summary>A comment, which may be a rule that was switched off, or the rest of a secret.</summary>
    public static string? ShowComment(HbaEntry entry) => entry.Line.Comment is not { } comment
        ? null
        : HbaWritten.Of(entry.Line).HidesComment(entry.Record is null) ? Mask : SecretText.MaskText(comment);

    /// <summary>A line as it is in the file, without secrets.</summary>
    public static string ShowLine(HbaEntry entry)
    {
        HbaLine line = entry.Line;
        bool isRefused = entry.Record is null;
        var written = HbaWritten.Of(line);
        int end = isRefused ? FirstIn(written.Tokens) : written.Tokens.Length;
        var shown = new StringBuilder();
        int from = line.Start;
        foreach (HbaToken token in written.Tokens.AsSpan(0, end))
        {
            string masked = SecretText.MaskWord(token.Text, isRefused);
            if (masked == token.Text)
                continue;
            shown.Append(Decode(line, from, token.Start)).Append(masked);
            from = token.End;
        }
        if (end < written.Tokens.Length)
        {
            // In a refused line it is not known where a secret ends.
            HbaToken secret = written.Tokens[end];
            string masked = SecretText.MaskWord(secret.Text, isRefused: true);
            return shown.Append(Decode(line, from, secret.Start)).Append(masked == secret.Text ? Mask : masked).ToString();
        }
        shown.Append(Decode(line, from, written.Hash < 0 ? line.End : written.Hash + 1));
        if (written.Hash >= 0)
            shown.Append(written.HidesComment(isRefused) ? Mask : SecretText.MaskText(Decode(line, written.Hash + 1, line.End)));
        // A line of another file, whose words are not those of the server.
        return isRefused ? SecretText.MaskText(shown.ToString()) : shown.ToString();
    }

    /// <summary>A file without secrets, with the same number of lines.</summary>
    public static string ShowFile(HbaDocument document, HbaFile file)
    {
        var text = new StringBuilder();
        int from = 0;
        foreach (HbaEntry entry in document.Entries.Where(entry => entry.Line.File.Path == file.Path).DistinctBy(entry => entry.Line.Start))
        {
            HbaLine line = entry.Line;
            if (line.Start < from)
                continue;
            string shown = ShowLine(entry);
            int lost = file.Content.AsSpan(line.Start, line.End - line.Start).Count((byte)'\n') - shown.Count(letter => letter == '\n');
            text.Append(Between(from, line.Start)).Append(shown).Append('\n', lost);
            from = line.End;
        }
        return text.Append(Between(from, file.Content.Length)).ToString();

        // Comments, and lines that include files.
        string Between(int start, int end) => end - start < 3
            ? ServerText.Decode(file.Content.AsSpan(start, end - start))
            : SecretText.MaskText(ServerText.Decode(file.Content.AsSpan(start, end - start)));
    }

    private static string Decode(HbaLine line, int start, int end) => ServerText.Decode(line.File.Content.AsSpan(start, end - start));

    [GeneratedRegex("^[a-z][a-z_]*=[^=]", RegexOptions.ExplicitCapture)]
    private static partial Regex OptionName();

    // An option with a value that hardly goes on behind a blank.
    [GeneratedRegex("""^[^=]+=[^"'`\u2018-\u201F]+$""", RegexOptions.ExplicitCapture)]
    private static partial Regex Assignment();
}
