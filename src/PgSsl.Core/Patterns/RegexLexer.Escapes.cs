namespace PgSsl.Patterns;

/// <content>The escapes of advanced regular expressions (regc_lex.c, lexescape).</content>
internal sealed partial class RegexLexer
{
    /// <summary>Any number of digits; the lexer calls patterns with more than 255 "outside spec".</summary>
    private const int ManyDigits = 255;

    /// <summary>Between brackets, only characters and classes can be escaped.</summary>
    private void ReadEscapeInBrackets()
    {
        if (IsAtEnd)
        {
            Fail(RegexErrors.Escape);
            return;
        }
        ReadEscape();
        if (Token is not (RegexToken.Plain or RegexToken.ClassEscape or RegexToken.ComplementEscape))
            Fail(RegexErrors.Escape);
    }

    private void ReadEscape()
    {
        uint character = _pattern[_position++];
        if (!IsLetter(character) && !IsDigit(character))
        {
            Set(RegexToken.Plain, character);
            return;
        }
        switch (character)
        {
            case 'c' when IsAtEnd:
                Fail(RegexErrors.Escape);
                break;
            case 'c':
                Set(RegexToken.Plain, _pattern[_position++] & 0x1f);
                break;
            case 'u':
                SetCode(ReadDigits(16, 4, 4));
                break;
            case 'U':
                SetCode(ReadDigits(16, 8, 8));
                break;
            case 'x':
                SetCode(ReadDigits(16, 1, ManyDigits));
                break;
            case 'd' or 's' or 'w':
                Set(RegexToken.ClassEscape, (uint)Class(character));
                break;
            case 'D' or 'S' or 'W':
                Set(RegexToken.ComplementEscape, (uint)Class(character | 0x20));
                break;
            case >= '0' and <= '9':
                ReadNumber(character);
                break;
            default:
                ReadSimpleEscape(character);
                break;
        }
    }

    private static CharacterClass Class(uint lower) => lower switch
    {
        'd' => CharacterClass.Digit,
        's' => CharacterClass.Space,
        _ => CharacterClass.Word,
    };

    private void ReadSimpleEscape(uint character)
    {
        char? plain = character switch
        {
            'a' => '\a',
            'b' => '\b',
            'B' => '\\',
            'e' => '\x1b',
            'f' => '\f',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\v',
            _ => null,
        };
        AssertionKind? assertion = character switch
        {
            'A' => AssertionKind.TextStart,
            'Z' => AssertionKind.TextEnd,
            'm' => AssertionKind.WordStart,
            'M' => AssertionKind.WordEnd,
            'y' => AssertionKind.WordBoundary,
            'Y' => AssertionKind.NotWordBoundary,
            _ => null,
        };
        if (plain is not null)
            Set(RegexToken.Plain, plain.Value);
        else if (assertion is not null)
            Set(assertion.Value);
        else
            Fail(RegexErrors.Escape);
    }

    private void SetCode(uint? code)
    {
        if (code is null or > CharacterSet.MaxCharacter)
            Fail(RegexErrors.Escape);
        else
            Set(RegexToken.Plain, code.Value);
    }

    /// <summary>A back reference if it is one digit, or not more than the number of groups; else octal ("ugly heuristic").</summary>
    private void ReadNumber(uint first)
    {
        int start = _position--;
        if (first != '0')
        {
            uint number = ReadDigits(10, 1, ManyDigits).GetValueOrDefault();
            if (_position == start || ((int)number > 0 && (int)number <= Captures))
            {
                Set(RegexToken.BackReference, number);
                return;
            }
            _position = start - 1;
        }
        uint? code = ReadDigits(8, 1, 3);
        if (code > 0xff)
        {
            _position--;
            code >>= 3;
        }
        SetCode(code);
    }

    /// <summary>A number, modulo 2 to the power of 32; null where it has too few digits.</summary>
    private uint? ReadDigits(uint radix, int atLeast, int atMost)
    {
        uint number = 0;
        int count = 0;
        while (count < atMost && !IsAtEnd && Digit(_pattern[_position]) is var digit && digit < radix)
        {
            number = unchecked((number * radix) + digit);
            _position++;
            count++;
        }
        return count < atLeast ? null : number;
    }

    private static uint Digit(uint character) => character switch
    {
        >= '0' and <= '9' => character - '0',
        >= 'a' and <= 'f' => character - 'a' + 10,
        >= 'A' and <= 'F' => character - 'A' + 10,
        _ => uint.MaxValue,
    };
}
