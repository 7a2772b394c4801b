namespace PgSsl.Patterns;

/// <summary>The named classes (regguts.h, enum char_classes).</summary>
internal enum CharacterClass
{
    Alnum,
    Alpha,
    Ascii,
    Blank,
    Cntrl,
    Digit,
    Graph,
    Lower,
    Print,
    Punct,
    Space,
    Upper,
    Xdigit,
    Word,
}

/// <summary>
/// The members of the classes in the C collation (regc_locale.c, cclasscvec; regc_pg_locale.c, pg_char_properties), and the names of
/// collating elements (regc_locale.c, cnames).
/// </summary>
internal static class CharacterClasses
{
    private static readonly string[] Names =
        ["alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper", "xdigit", "word"];

    private static readonly CharacterSet[] Sets = [.. Enum.GetValues<CharacterClass>().Select(Create)];
    private static readonly Dictionary<string, char> Elements = CreateElements();

    internal static CharacterClass? Find(string name) =>
        Array.IndexOf(Names, name) is var index and >= 0 ? (CharacterClass)index : null;

    internal static char? FindElement(string name) => Elements.TryGetValue(name, out char code) ? code : null;

    internal static CharacterSet Get(CharacterClass name, bool ignoreCase) =>
        Sets[(int)(ignoreCase && name is CharacterClass.Lower or CharacterClass.Upper ? CharacterClass.Alpha : name)];

    internal static bool IsWord(uint code) => Sets[(int)CharacterClass.Word].Contains(code);

    private static CharacterSet Create(CharacterClass name)
    {
        var set = new CharacterSet();
        for (uint code = 0; code < 256; code++)
        {
            if (Holds(name, (char)code))
                set.Add(code);
        }
        return set;
    }

    private static bool Holds(CharacterClass name, char code) => name switch
    {
        CharacterClass.Alnum => char.IsAsciiLetterOrDigit(code),
        CharacterClass.Alpha => char.IsAsciiLetter(code),
        CharacterClass.Ascii => code < 128,
        CharacterClass.Blank => code is ' ' or '\t',
        // The only class with characters beyond ASCII, in every collation.
        CharacterClass.Cntrl => code is < ' ' or (>= '\x7f' and <= '\x9f'),
        CharacterClass.Digit => char.IsAsciiDigit(code),
        CharacterClass.Graph => code is > ' ' and < '\x7f',
        CharacterClass.Lower => char.IsAsciiLetterLower(code),
        CharacterClass.Print => code is >= ' ' and < '\x7f',
        CharacterClass.Punct => code is > ' ' and < '\x7f' && !char.IsAsciiLetterOrDigit(code),
        CharacterClass.Space => code is ' ' or (>= '\t' and <= '\r'),
        CharacterClass.Upper => char.IsAsciiLetterUpper(code),
        CharacterClass.Xdigit => char.IsAsciiHexDigit(code),
        CharacterClass.Word => char.IsAsciiLetterOrDigit(code) || code == '_',
        _ => false,
    };

    private static Dictionary<string, char> CreateElements()
    {
        string[] byCode =
        [
            "NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "BEL alert", "BS backspace", "HT tab", "LF newline", "VT vertical-tab",
            "FF form-feed", "CR carriage-return", "SO", "SI", "DLE", "DC1", "DC2", "DC3", "DC4", "NAK", "SYN", "ETB", "CAN", "EM",
            "SUB", "ESC", "IS4 FS", "IS3 GS", "IS2 RS", "IS1 US", "space", "exclamation-mark", "quotation-mark", "number-sign",
            "dollar-sign", "percent-sign", "ampersand", "apostrophe", "left-parenthesis", "right-parenthesis", "asterisk",
            "plus-sign", "comma", "hyphen hyphen-minus", "period full-stop", "slash solidus", "zero", "one", "two", "three", "four",
            "five", "six", "seven", "eight", "nine", "colon", "semicolon", "less-than-sign", "equals-sign", "greater-than-sign",
            "question-mark", "commercial-at",
        ];
        var elements = new Dictionary<string, char>();
        for (int code = 0; code < byCode.Length; code++)
            Add(code, byCode[code]);
        Add('[', "left-square-bracket");
        Add('\\', "backslash reverse-solidus");
        Add(']', "right-square-bracket");
        Add('^', "circumflex circumflex-accent");
        Add('_', "underscore low-line");
        Add('`', "grave-accent");
        Add('{', "left-brace left-curly-bracket");
        Add('|', "vertical-line");
        Add('}', "right-brace right-curly-bracket");
        Add('~', "tilde");
        Add('\x7f', "DEL");
        return elements;

        void Add(int code, string names)
        {
            foreach (string name in names.Split(' '))
                elements.Add(name, (char)code);
        }
    }
}
