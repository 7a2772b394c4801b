namespace PgSsl.Patterns;

/// <summary>
/// Divides a pattern into tokens, one ahead of the parser (src/backend/regex/regc_lex.c). After an error all tokens are
/// <see cref="RegexToken.End"/>, and the first error counts.
/// </summary>
internal sealed partial class RegexLexer
{
    private readonly uint[] _pattern;
    private int _position;
    private RegexContext _context;
    private RegexToken _last;

    internal RegexLexer(uint[] pattern)
    {
        _pattern = pattern;
        Syntax = RegexSyntax.Advanced;
        ReadPrefixes();
        if (Error is not null)
            return;
        _context = Has(RegexSyntax.Quote) ? RegexContext.Quote : MainContext;
        Next();
    }

    /// <summary>The first error; null while there is none.</summary>
    internal string? Error { get; private set; }

    internal RegexSyntax Syntax { get; private set; }

    internal RegexToken Token { get; private set; } = RegexToken.Start;

    /// <summary>The value of the token; 1 for a quantifier that prefers the longer match.</summary>
    internal uint Value { get; private set; }

    /// <summary>Capturing parentheses that were opened so far: decides whether \10 is a back reference.</summary>
    internal int Captures { get; set; }

    internal bool IgnoresCase => Has(RegexSyntax.IgnoreCase);

    private bool IsAtEnd => _position >= _pattern.Length;

    private bool IsAdvanced => Has(RegexSyntax.AdvancedFeatures);

    private RegexContext MainContext => Has(RegexSyntax.Extended) ? RegexContext.Extended : RegexContext.Basic;

    internal bool Has(RegexSyntax flag) => (Syntax & flag) != 0;

    internal void Fail(string error)
    {
        Error ??= error;
        Token = RegexToken.End;
    }

    /// <summary>Moves to the next token if the current one is this.</summary>
    internal bool Accept(RegexToken token)
    {
        if (Token != token)
            return false;
        Next();
        return true;
    }

    internal void Next()
    {
        if (Error is not null)
            return;
        _last = Token;
        do
        {
            if (Has(RegexSyntax.Expanded) && _context
                is RegexContext.Extended or RegexContext.Basic or RegexContext.ExtendedBound or RegexContext.BasicBound)
                SkipBlanks();
            if (IsAtEnd)
            {
                ReadEnd();
                return;
            }
        }
        while (SkipComment());

        uint character = _pattern[_position++];
        switch (_context)
        {
            case RegexContext.Extended:
                ReadExtended(character);
                break;
            case RegexContext.Basic:
                ReadBasic(character);
                break;
            case RegexContext.Quote:
                Set(RegexToken.Plain, character);
                break;
            case RegexContext.Brackets:
                ReadInBrackets(character);
                break;
            case RegexContext.ExtendedBound or RegexContext.BasicBound:
                ReadInBound(character);
                break;
            default:
                ReadInPart(character);
                break;
        }
    }

    private void Set(RegexToken token, uint value = 0)
    {
        Token = token;
        Value = value;
    }

    private void Set(AssertionKind kind) => Set(RegexToken.Assertion, (uint)kind);

    private bool IsNext(char character, int offset = 0) =>
        _position + offset < _pattern.Length && _pattern[_position + offset] == character;

    private bool AcceptNext(char character)
    {
        if (!IsNext(character))
            return false;
        _position++;
        return true;
    }

    private void ReadEnd()
    {
        switch (_context)
        {
            case RegexContext.Extended or RegexContext.Basic or RegexContext.Quote:
                Set(RegexToken.End);
                break;
            case RegexContext.ExtendedBound or RegexContext.BasicBound:
                Fail(RegexErrors.Braces);
                break;
            default:
                Fail(RegexErrors.Brackets);
                break;
        }
    }

    private void ReadExtended(uint character)
    {
        switch (character)
        {
            case '|':
                Set(RegexToken.Bar);
                break;
            case '*':
                SetQuantifier(RegexToken.Star);
                break;
            case '+':
                SetQuantifier(RegexToken.Plus);
                break;
            case '?':
                SetQuantifier(RegexToken.Question);
                break;
            case '{':
                ReadOpenBrace();
                break;
            case '(':
                ReadOpenParenthesis();
                break;
            case ')':
                Set(RegexToken.CloseParenthesis, ')');
                break;
            case '[':
                ReadOpenBracket();
                break;
            case '.':
                Set(RegexToken.Any);
                break;
            case '^':
                Set(RegexToken.Caret);
                break;
            case '$':
                Set(RegexToken.Dollar);
                break;
            case '\\' when IsAtEnd:
                Fail(RegexErrors.Escape);
                break;
            case '\\' when IsAdvanced:
                ReadEscape();
                break;
            case '\\':
                Set(RegexToken.Plain, _pattern[_position++]);
                break;
            default:
                Set(RegexToken.Plain, character);
                break;
        }
    }

    private void SetQuantifier(RegexToken token) => Set(token, IsAdvanced && AcceptNext('?') ? 0u : 1u);

    /// <summary>A brace that no digit follows is an ordinary character.</summary>
    private void ReadOpenBrace()
    {
        if (Has(RegexSyntax.Expanded))
            SkipBlanks();
        if (IsAtEnd || !IsDigit(_pattern[_position]))
        {
            Set(RegexToken.Plain, '{');
            return;
        }
        _context = RegexContext.ExtendedBound;
        Set(RegexToken.OpenBrace);
    }

    private void ReadOpenParenthesis()
    {
        if (!IsAdvanced || !AcceptNext('?'))
            Set(RegexToken.OpenParenthesis, 1);
        else if (AcceptNext(':'))
            Set(RegexToken.OpenParenthesis, 0);
        else if (AcceptNext('='))
            Set(RegexToken.Look, (uint)LookKind.Ahead);
        else if (AcceptNext('!'))
            Set(RegexToken.Look, (uint)LookKind.AheadNot);
        else if (IsNext('<') && IsNext('=', 1))
            SetLookBehind(LookKind.Behind);
        else if (IsNext('<') && IsNext('!', 1))
            SetLookBehind(LookKind.BehindNot);
        else
            Fail(RegexErrors.Quantifier);
    }

    private void SetLookBehind(LookKind kind)
    {
        _position += 2;
        Set(RegexToken.Look, (uint)kind);
    }
}
