using PgSsl.Common;

namespace PgSsl.Hba;

/// <summary>
/// A comment that begins inside of an option: outside of quotes, every number sign begins one, even in the middle of a word (hba.c, next_token).
/// </summary>
internal static class HbaCommentInValue
{
    /// <summary>The finding of a line; null where there is no such comment.</summary>
    public static Finding? In(HbaEntry entry)
    {
        if (entry.Line.Comment is null)
            return null;
        var written = HbaWritten.Of(entry.Line);
        if (written.Tokens is not [_, .., var last] || last.Text.IndexOf('=', StringComparison.Ordinal) is not (> 0 and var equals))
            return null;
        string name = last.Text[..equals];
        bool isSecret = HbaSecrets.IsSecret(name);
        if (!(isSecret ? written.HidesComment(isRefused: false) : written.IsCommentInWord) || !name.All(c => char.IsAsciiLetterLower(c) || c == '_'))
            return null;
        return new Finding(
            "CommentInValue", FindingSeverity.Warning,
            $"A comment begins inside of the value of {name}: the server ignores everything from the # on"
                + $"{(isSecret ? ", which is not shown, because it may be a part of the secret." : ".")}",
            $"A comment begins inside of the value of {name}: quote it, as in \"{name}=…\". "
                + "If the comment is meant, write a blank on both sides of the #.");
    }
}
