namespace PgSsl.Server.Configuration;

/// <summary>What a piece of postgresql.conf is (guc-file.l, the rules of its scanner).</summary>
internal enum GucTokenKind
{
    /// <summary>The end of the file.</summary>
    End,
    /// <summary>A line break.</summary>
    EndOfLine,
    /// <summary>A name, or a bare word.</summary>
    Identifier,
    /// <summary>Two names with a dot in between. It is no value, so that server.crt needs quotes.</summary>
    QualifiedIdentifier,
    /// <summary>Text in single quotes.</summary>
    String,
    /// <summary>A word with dots, colons, slashes or hyphens.</summary>
    UnquotedString,
    /// <summary>A whole number, which may have a unit.</summary>
    Integer,
    /// <summary>A number with a decimal point.</summary>
    Real,
    /// <summary>The equals sign, which may be left out.</summary>
    EqualsSign,
    /// <summary>A character that nothing begins with.</summary>
    Error,
}

/// <summary>A piece of postgresql.conf, and where it is.</summary>
internal readonly record struct GucToken(GucTokenKind Kind, int Start, int End)
{
    /// <summary>Whether it may be a parameter's name (guc-file.l, ParseConfigFp).</summary>
    public bool IsName => Kind is GucTokenKind.Identifier or GucTokenKind.QualifiedIdentifier;

    /// <summary>Whether it may be a parameter's value.</summary>
    public bool IsValue => Kind is GucTokenKind.Identifier or GucTokenKind.String or GucTokenKind.Integer or GucTokenKind.Real
        or GucTokenKind.UnquotedString;

    /// <summary>Whether the line ends with it.</summary>
    public bool EndsLine => Kind is GucTokenKind.EndOfLine or GucTokenKind.End;
}
