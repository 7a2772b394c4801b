namespace PgSsl.Hba;

/// <summary>Where a token comes from.</summary>
internal enum HbaTokenOrigin : byte
{
    /// <summary>It is written in the line.</summary>
    Line,
    /// <summary>It is in a file that the line names with @.</summary>
    File,
    /// <summary>It is in a list of passwords that the line names with @, and not the first word of its line there.</summary>
    PasswordList,
}

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
    /// <summary>Where it comes from.</summary>
    public HbaTokenOrigin Origin { get; init; }

    /// <summary>Whether it comes from a file that is named with @.</summary>
    public bool IsFromFile => Origin != HbaTokenOrigin.Line;
}
