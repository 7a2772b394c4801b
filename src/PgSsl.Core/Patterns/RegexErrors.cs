namespace PgSsl.Patterns;

/// <summary>The texts of pg_regerror (src/include/regex/regerrs.h), for the errors that a pattern alone can cause.</summary>
internal static class RegexErrors
{
    internal const string BadPattern = "invalid regexp (reg version 0.8)";
    internal const string CollatingElement = "invalid collating element";
    internal const string CharacterClass = "invalid character class";
    internal const string Escape = @"invalid escape \ sequence";
    internal const string BackReference = "invalid backreference number";
    internal const string Brackets = "brackets [] not balanced";
    internal const string Parentheses = "parentheses () not balanced";
    internal const string Braces = "braces {} not balanced";
    internal const string RepetitionCount = "invalid repetition count(s)";
    internal const string Range = "invalid character range";
    internal const string Quantifier = "quantifier operand invalid";
    internal const string Option = "invalid embedded option";
    internal const string TooComplex = "regular expression is too complex";
}
