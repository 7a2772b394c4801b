namespace PgSsl.Server.Configuration;

/// <summary>The kind of a token of postgresql.conf (guc-file.l, the rules of its scanner).</summary>
internal enum GucTokenKind
{
    /// <summary>The end of the file.</summary>
    End,
    /// <summary>A line break.</summary>
    EndOfLine,
    /// <summary>A name, or a bare word.</summary>
    Identifier,
    /// <summary>Two names with a dot in between. It is not a value, so server.crt needs quotes.</summary>
    QualifiedIdentifier,
    /// <summary>Text in single quotes.</summary>
    String,
    /// <summary>A word with dots, colons, slashes or hyphens.</summary>
    UnquotedString,
    /// <summary>A whole number, which may have a unit.</summary>
    Integer,
    /// <summary>A number with a decimal point.</summary>
    Real,
    /// <summary>The equals sign, which is optional.</summary>
    EqualsSign,
    /// <summary>A character with which no token begins.</summary>
    Error,
}

/// <summary>A token of postgresql.conf, and its position.</summary>
internal readonly record struct GucToken(GucTokenKind Kind, int Start, int End)
{
    /// <summary>Whether it can be a parameter's name (guc-file.l, ParseConfigFp).</summary>
    public bool IsName => Kind is GucTokenKind.Identifier or GucTokenKind.QualifiedIdentifier;

    /// <summary>Whether it can be a parameter's value.</summary>
    public bool IsValue => Kind is GucTokenKind.Identifier or GucTokenKind.String or GucTokenKind.Integer or GucTokenKind.Real
        or GucTokenKind.UnquotedString;

    /// <summary>Whether the line ends with it.</summary>
    public bool EndsLine => Kind is GucTokenKind.EndOfLine or GucTokenKind.End;
}
