using PgSsl.Common;

namespace PgSsl.Hba;

/// <summary>
/// Lists of passwords that are named with @ instead of lists of names, such as PgBouncer's auth_file: a name and a password in quotes on each
/// line (pgbouncer, loader.c, load_auth_file). The server takes every word of the file for a name (hba.c, next_field_expand).
/// </summary>
internal static class HbaPasswordList
{
    private const string Remedy =
        "Name a file that has only names in it, one on each line. Whoever may read pg_hba_file_rules could read these passwords: change them.";

    /// <summary>The finding of a rule that has passwords in the place of names; null for others.</summary>
    public static Finding? FindingOf(HbaRecord record)
    {
        HbaName[] secrets = [.. record.Databases.Concat(record.Users).Where(name => name.IsSecret)];
        if (secrets.Length == 0 && record.Address is not HbaAddress.HostName { Masked: not null })
            return null;
        string[] files =
            [.. HbaWritten.Of(record.Line).Tokens.Where(token => token is { IsQuoted: false, Text: ['@', _, ..] }).Select(token => token.Text)];
        return new Finding(
            "PasswordList", FindingSeverity.Critical,
            files.Length == 0
                ? "What stands in the place of a name looks like a password, and the server takes it for a name."
                : $"{string.Join(", ", files)}: this file is a list of passwords. The server takes every word of it for a name.",
            Remedy);
    }

    /// <summary>
    /// Whether a file is one: a word of it is a stored password, or a line of it begins with two words in quotes, or joins words by a colon or an
    /// equals sign (<c>app = x</c>, <c>app: x</c>, JSON). A sign without blanks, <c>app:x</c>, tells nothing about other lines.
    /// </summary>
    public static bool Is(byte[] content)
    {
        var reader = new HbaLineReader(content, hasContinuation: true);
        while (reader.Read())
        {
            var lexer = new HbaLexer(reader.Text);
            bool isPair = true, isPairOfApostrophes = true;
            for (int i = 0; lexer.Next(); i++)
            {
                string word = ServerText.Decode(lexer.Text);
                bool isSign = !lexer.IsQuoted && (word is "=" or ":" || (i == 0 && word is [.., '=' or ':']) || (i == 1 && word is ['=' or ':', ..]));
                if (isSign || SecretText.IsHash(word))
                    return true;
                bool isJoined = !(i == 0 && lexer.HasComma);
                isPair &= lexer.IsQuoted && isJoined;
                isPairOfApostrophes &= word is ['\'', _, .., '\''] && isJoined;
                if (i == 1 && (isPair || isPairOfApostrophes))
                    return true;
            }
        }
        return false;
    }
}
