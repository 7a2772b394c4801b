namespace PgSsl.Hba;

/// <summary>One token of a record, without its quotes.</summary>
/// <param name="Text">What it says.</param>
/// <param name="IsQuoted">
/// Whether it starts with a quote: only then it is no keyword, no +role and no @file (hba.c, next_token). <c>a"ll"</c> is the keyword all.
/// </param>
/// <param name="Start">Where it starts in the file, in bytes; for a token out of an @file, where that is named.</param>
/// <param name="End">Where it ends.</param>
internal readonly record struct HbaToken(string Text, bool IsQuoted, int Start, int End)
{
    /// <summary>Whether it comes out of a file that is named with @.</summary>
    public bool IsFromFile { get; init; }

    /// <summary>Whether it is a keyword (hba.c, token_is_keyword).</summary>
    public bool IsKeyword(string word) => !IsQuoted && Text == word;

    /// <summary>Whether it stands for the members of a role (hba.c, token_is_member_check).</summary>
    public bool IsMemberCheck => !IsQuoted && Text.StartsWith('+');
}
