namespace PgSsl.Patterns;

/// <content>What is between brackets and between braces.</content>
internal sealed partial class RegexLexer
{
    /// <summary>[[:&lt;:]] and [[:&gt;:]] are word boundaries.</summary>
    private void ReadOpenBracket()
    {
        if (IsNext('[') && IsNext(':', 1) && (IsNext('<', 2) || IsNext('>', 2)) && IsNext(':', 3) && IsNext(']', 4) && IsNext(']', 5))
        {
            Set(IsNext('<', 2) ? AssertionKind.WordStart : AssertionKind.WordEnd);
            _position += 6;
            return;
        }
        _context = RegexContext.Brackets;
        Set(RegexToken.OpenBracket, AcceptNext('^') ? 0u : 1u);
    }

    private void ReadInBrackets(uint character)
    {
        switch (character)
        {
            case ']' when _last != RegexToken.OpenBracket:
                _context = MainContext;
                Set(RegexToken.CloseBracket);
                break;
            case '\\' when IsAdvanced:
                ReadEscapeInBrackets();
                break;
            case '-' when _last != RegexToken.OpenBracket && !IsNext(']'):
                Set(RegexToken.Range, character);
                break;
            case '[' when IsAtEnd:
                Fail(RegexErrors.Brackets);
                break;
            case '[' when AcceptNext('.'):
                SetPart(RegexContext.CollatingElement, RegexToken.OpenCollatingElement);
                break;
            case '[' when AcceptNext('='):
                SetPart(RegexContext.EquivalenceClass, RegexToken.OpenEquivalenceClass);
                break;
            case '[' when AcceptNext(':'):
                SetPart(RegexContext.CharacterClass, RegexToken.OpenCharacterClass);
                break;
            default:
                Set(RegexToken.Plain, character);
                break;
        }
    }

    private void SetPart(RegexContext context, RegexToken token)
    {
        _context = context;
        Set(token);
    }

    private void ReadInPart(uint character)
    {
        char end = _context switch
        {
            RegexContext.CollatingElement => '.',
            RegexContext.EquivalenceClass => '=',
            _ => ':',
        };
        if (character == end && AcceptNext(']'))
        {
            _context = RegexContext.Brackets;
            Set(RegexToken.ClosePart);
            return;
        }
        Set(RegexToken.Plain, character);
    }

    private void ReadInBound(uint character)
    {
        bool isExtended = _context == RegexContext.ExtendedBound;
        if (IsDigit(character))
        {
            Set(RegexToken.Digit, character - '0');
        }
        else if (character == ',')
        {
            Set(RegexToken.Comma);
        }
        else if (isExtended ? character == '}' : character == '\\' && AcceptNext('}'))
        {
            _context = MainContext;
            Set(RegexToken.CloseBrace, isExtended && IsAdvanced && AcceptNext('?') ? 0u : 1u);
        }
        else
        {
            Fail(RegexErrors.RepetitionCount);
        }
    }
}
