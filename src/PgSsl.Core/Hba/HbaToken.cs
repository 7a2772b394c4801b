namespace PgSsl.Hba;

/// <summary>One token of a record, without its quotes.</summary>
/// <param name="Text">Its text.</param>
/// <param name="IsQuoted">
/// Whether it starts with a quote: only then it is not a keyword, not a +role and not an @file (hba.c, next_token). <c>a"ll"</c> is the
/// keyword all.
/// </param>
/// <param name="Start">Where it starts in the file, in bytes; for a token from an @file, where that file is named.</param>
/// <param name="End">Where it ends.</param>
internal readonly record struct HbaToken(string Text, bool IsQuoted, int Start, int End)
{
    /// <summary>Whether it comes from a file that is named with @.</summary>
    public bool IsFromFile { get; init; }
}
