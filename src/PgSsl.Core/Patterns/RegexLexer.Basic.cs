namespace PgSsl.Patterns;

/// <content>What comes before a pattern, between its tokens, and the tokens of basic regular expressions.</content>
internal sealed partial class RegexLexer
{
    private static bool IsDigit(uint character) => character is >= '0' and <= '9';

    private static bool IsLetter(uint character) => character < 128 && char.IsAsciiLetter((char)character);

    private static bool IsBlank(uint character) => character is ' ' or (>= '\t' and <= '\r');

    /// <summary>*** and what follows, and embedded options (regc_lex.c, prefixes).</summary>
    private void ReadPrefixes()
    {
        if (_pattern.Length >= 4 && IsNext('*') && IsNext('*', 1) && IsNext('*', 2))
        {
            _position = 4;
            switch (_pattern[3])
            {
                case '?':
                    Fail(RegexErrors.BadPattern);
                    return;
                case '=':
                    Syntax = RegexSyntax.Quote;
                    return;
                case ':':
                    break;
                default:
                    Fail(RegexErrors.Quantifier);
                    return;
            }
        }
        if (_pattern.Length - _position >= 3 && IsNext('(') && IsNext('?', 1) && IsLetter(_pattern[_position + 2]))
            ReadOptions();
    }

    private void ReadOptions()
    {
        for (_position += 2; !IsAtEnd && IsLetter(_pattern[_position]); _position++)
        {
            RegexSyntax? changed = WithOption(Syntax, (char)_pattern[_position]);
            if (changed is null)
            {
                Fail(RegexErrors.Option);
                return;
            }
            Syntax = changed.Value;
        }
        if (!AcceptNext(')'))
            Fail(RegexErrors.Option);
        else if (Has(RegexSyntax.Quote))
            Syntax &= ~(RegexSyntax.Expanded | RegexSyntax.Newline);
    }

    private static RegexSyntax? WithOption(RegexSyntax syntax, char option) => option switch
    {
        'b' => syntax & ~(RegexSyntax.Advanced | RegexSyntax.Quote),
        'c' => syntax & ~RegexSyntax.IgnoreCase,
        'e' => (syntax | RegexSyntax.Extended) & ~(RegexSyntax.AdvancedFeatures | RegexSyntax.Quote),
        'i' => syntax | RegexSyntax.IgnoreCase,
        'm' or 'n' => syntax | RegexSyntax.Newline,
        'p' => (syntax | RegexSyntax.NewlineStops) & ~RegexSyntax.NewlineAnchors,
        'q' => (syntax | RegexSyntax.Quote) & ~RegexSyntax.Advanced,
        's' => syntax & ~RegexSyntax.Newline,
        't' => syntax & ~RegexSyntax.Expanded,
        'w' => (syntax | RegexSyntax.NewlineAnchors) & ~RegexSyntax.NewlineStops,
        'x' => syntax | RegexSyntax.Expanded,
        _ => null,
    };

    /// <summary>White space and # comments of the expanded syntax.</summary>
    private void SkipBlanks()
    {
        while (!IsAtEnd)
        {
            if (IsNext('#'))
            {
                while (!IsAtEnd && !IsNext('\n')) _position++;
            }
            else if (!IsBlank(_pattern[_position]))
            {
                return;
            }
            else
            {
                _position++;
            }
        }
    }

    /// <summary>(?#…), which needs no closing parenthesis at the end of the pattern.</summary>
    private bool SkipComment()
    {
        if (_context != RegexContext.Extended || !IsAdvanced || !(IsNext('(') && IsNext('?', 1) && IsNext('#', 2)))
            return false;
        _position += 3;
        while (!IsAtEnd && !AcceptNext(')')) _position++;
        return true;
    }

    private void ReadBasic(uint character)
    {
        bool isFirst = _last is RegexToken.Start or RegexToken.OpenParenthesis;
        switch (character)
        {
            case '*' when !isFirst && _last != RegexToken.Caret:
                Set(RegexToken.Star, 1);
                break;
            case '[':
                ReadOpenBracket();
                break;
            case '.':
                Set(RegexToken.Any);
                break;
            case '^' when isFirst:
                Set(RegexToken.Caret);
                break;
            case '$':
                if (Has(RegexSyntax.Expanded))
                    SkipBlanks();
                if (IsAtEnd || (IsNext('\\') && IsNext(')', 1)))
                    Set(RegexToken.Dollar);
                else
                    Set(RegexToken.Plain, character);
                break;
            case '\\' when IsAtEnd:
                Fail(RegexErrors.Escape);
                break;
            case '\\':
                ReadBasicEscape(_pattern[_position++]);
                break;
            default:
                Set(RegexToken.Plain, character);
                break;
        }
    }

    private void ReadBasicEscape(uint character)
    {
        switch (character)
        {
            case '{':
                _context = RegexContext.BasicBound;
                Set(RegexToken.OpenBrace);
                break;
            case '(':
                Set(RegexToken.OpenParenthesis, 1);
                break;
            case ')':
                Set(RegexToken.CloseParenthesis, ')');
                break;
            case '<':
                Set(AssertionKind.WordStart);
                break;
            case '>':
                Set(AssertionKind.WordEnd);
                break;
            case >= '1' and <= '9':
                Set(RegexToken.BackReference, character - '0');
                break;
            default:
                Set(RegexToken.Plain, character);
                break;
        }
    }
}
