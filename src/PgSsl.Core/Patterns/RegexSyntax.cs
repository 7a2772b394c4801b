namespace PgSsl.Patterns;

/// <summary>How a pattern is read; the compile flags of src/include/regex/regex.h.</summary>
[Flags]
internal enum RegexSyntax
{
    Basic = 0,
    Extended = 1,
    AdvancedFeatures = 2,
    Advanced = Extended | AdvancedFeatures,
    Quote = 4,
    IgnoreCase = 8,
    Expanded = 16,

    /// <summary><c>.</c> and <c>[^…]</c> do not match a line end.</summary>
    NewlineStops = 32,

    /// <summary>^ and $ match at line ends, too.</summary>
    NewlineAnchors = 64,
    Newline = NewlineStops | NewlineAnchors,
}

/// <summary>The lexical contexts of regc_lex.c (L_ERE …).</summary>
internal enum RegexContext
{
    Extended,
    Basic,
    Quote,
    ExtendedBound,
    BasicBound,
    Brackets,
    CollatingElement,
    EquivalenceClass,
    CharacterClass,
}

/// <summary>The kinds of token; regcomp.c, "token type codes".</summary>
internal enum RegexToken
{
    /// <summary>Nothing has been read yet: BREs read <c>*</c> and <c>^</c> differently there.</summary>
    Start,
    End,

    /// <summary>An ordinary character; also a class's name, character by character. The value is the character.</summary>
    Plain,
    Digit,
    Comma,
    CloseBrace,
    Any,
    Caret,
    Dollar,
    Bar,
    Star,
    Plus,
    Question,
    OpenBrace,

    /// <summary>The value is 1 where it captures.</summary>
    OpenParenthesis,
    CloseParenthesis,

    /// <summary>The value is a <see cref="LookKind"/>.</summary>
    Look,

    /// <summary>The value is 0 for <c>[^</c>.</summary>
    OpenBracket,
    CloseBracket,
    Range,
    OpenCollatingElement,
    OpenEquivalenceClass,
    OpenCharacterClass,
    ClosePart,

    /// <summary>\d \s \w; the value is a <see cref="CharacterClass"/>.</summary>
    ClassEscape,

    /// <summary>\D \S \W; the value is a <see cref="CharacterClass"/>.</summary>
    ComplementEscape,
    BackReference,

    /// <summary>A constraint; the value is an <see cref="AssertionKind"/>.</summary>
    Assertion,
}
