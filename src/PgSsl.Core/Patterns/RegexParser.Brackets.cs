using System.Text;

namespace PgSsl.Patterns;

/// <content>Bracket expressions (regcomp.c, bracket, cbracket, brackpart).</content>
internal sealed partial class RegexParser
{
    /// <summary>Ends at the closing bracket, or with an error.</summary>
    private CharacterSet ReadBrackets()
    {
        bool isInverted = _lexer.Value == 0;
        var set = new CharacterSet();
        _lexer.Next();
        while (_lexer.Token != RegexToken.CloseBracket && _lexer.Token != RegexToken.End)
            ReadBracketPart(set);
        if (isInverted)
        {
            set.Invert();
            if (_lexer.Has(RegexSyntax.NewlineStops))
                set.Remove('\n');
        }
        return set;
    }

    private void ReadBracketPart(CharacterSet set)
    {
        bool ignoreCase = _lexer.IgnoresCase;
        uint? first;
        switch (_lexer.Token)
        {
            case RegexToken.Plain:
                first = _lexer.Value;
                _lexer.Next();
                break;
            case RegexToken.OpenCollatingElement:
                first = ReadCollatingElement();
                break;
            case RegexToken.OpenEquivalenceClass:
                // An equivalence class has one member in every collation of a server.
                if (ReadCollatingElement() is { } equivalent)
                    set.Add(equivalent, ignoreCase);
                return;
            case RegexToken.OpenCharacterClass:
                if (ReadCharacterClass() is { } name)
                    set.AddClass(CharacterClasses.Get(name, ignoreCase), isInverted: false);
                return;
            case RegexToken.ClassEscape or RegexToken.ComplementEscape:
                set.AddClass(
                    CharacterClasses.Get((CharacterClass)_lexer.Value, ignoreCase), _lexer.Token == RegexToken.ComplementEscape);
                _lexer.Next();
                return;
            default:
                _lexer.Fail(RegexErrors.Range);
                return;
        }

        uint? last = _lexer.Accept(RegexToken.Range) ? ReadRangeEnd() : first;
        if (_lexer.Error is null && first > last)
            _lexer.Fail(RegexErrors.Range);
        if (_lexer.Error is null)
            set.AddRange(first!.Value, last!.Value, ignoreCase);
    }

    private uint? ReadRangeEnd()
    {
        switch (_lexer.Token)
        {
            case RegexToken.Plain or RegexToken.Range:
                uint last = _lexer.Value;
                _lexer.Next();
                return last;
            case RegexToken.OpenCollatingElement:
                return ReadCollatingElement();
            default:
                _lexer.Fail(RegexErrors.Range);
                return null;
        }
    }

    /// <summary>A character, or the name of an ASCII one.</summary>
    private uint? ReadCollatingElement()
    {
        List<uint> name = ReadName();
        if (name.Count == 1)
            return name[0];
        if (CharacterClasses.FindElement(ToText(name)) is { } known)
            return known;
        _lexer.Fail(RegexErrors.CollatingElement);
        return null;
    }

    private CharacterClass? ReadCharacterClass()
    {
        if (CharacterClasses.Find(ToText(ReadName())) is { } known)
            return known;
        _lexer.Fail(RegexErrors.CharacterClass);
        return null;
    }

    private List<uint> ReadName()
    {
        List<uint> name = [];
        _lexer.Next();
        while (_lexer.Token == RegexToken.Plain)
        {
            name.Add(_lexer.Value);
            _lexer.Next();
        }
        _lexer.Accept(RegexToken.ClosePart);
        return name;
    }

    // All names consist of ASCII letters.
    private static string ToText(List<uint> name)
    {
        var text = new StringBuilder();
        foreach (uint character in name)
            text.Append(character < 128 ? (char)character : '?');
        return text.ToString();
    }
}
