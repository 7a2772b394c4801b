using System.Text;

namespace PgSsl.Requests;

/// <summary>
/// Reads a name in the form of RFC 4514, <c>CN=db1,O=ACME\, Inc.,C=US</c>: the last relative name comes first. As the older RFC 2253
/// requires, it also reads values in quotes and spaces around separators, so that it can read the form of .NET.
/// </summary>
internal sealed class Rfc4514NameParser(string text)
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly List<byte> _value = [];
    private int _position;

    /// <summary>The relative names in the order of the encoding.</summary>
    public List<List<SubjectAttribute>> Parse()
    {
        var names = new List<List<SubjectAttribute>>();
        bool joins = false;
        do
        {
            SubjectAttribute attribute = ReadAttribute();
            if (joins)
                names[^1].Add(attribute);
            else
                names.Add([attribute]);
            joins = Current == '+';
        }
        while (_position++ < text.Length);
        names.Reverse();
        return names;
    }

    private char? Current => _position < text.Length ? text[_position] : null;

    private SubjectAttribute ReadAttribute()
    {
        SkipBlanks();
        int equals = text.IndexOf('=', _position);
        if (equals < 0)
            throw Failure(_position < text.Length ? $"\"{text[_position..]}\" has no equals sign"
                : text.Trim().Length == 0 ? "it is empty" : "nothing follows the last separator");
        string keyword = text[_position..equals].TrimEnd(' ');
        AttributeType type = AttributeType.Find(keyword) ?? throw Failure($"there is no attribute \"{keyword}\"");
        _position = equals + 1;
        SkipBlanks();
        // A single number sign is a value: OpenSSL prints it without a backslash.
        if (Current == '#' && _position + 1 < text.Length && text[_position + 1] is not (',' or '+'))
            return SubjectAttribute.FromEncoded(type, ReadHex());
        return SubjectAttribute.Create(type, Current == '"' ? ReadQuoted() : ReadPlain());
    }

    private byte[] ReadHex()
    {
        int start = ++_position;
        while (Current is not (null or ',' or '+'))
            _position++;
        string hex = text[start.._position].TrimEnd(' ');
        try
        {
            return Convert.FromHexString(hex);
        }
        catch (FormatException)
        {
            throw Failure($"\"#{hex}\" is not hexadecimal; a number sign at the start of a value is written \\#");
        }
    }

    private string ReadQuoted()
    {
        _value.Clear();
        for (_position++; ; _position++)
        {
            switch (Current)
            {
                case null:
                    throw Failure("a quote is not closed");
                case '"' when _position + 1 < text.Length && text[_position + 1] == '"':
                    _position++;
                    Append();
                    break;
                case '"':
                    _position++;
                    SkipBlanks();
                    if (Current is not (null or ',' or '+'))
                        throw Failure($"\"{Current}\" follows a closing quote");
                    return Value();
                case '\\':
                    ReadEscape();
                    break;
                default:
                    Append();
                    break;
            }
        }
    }

    private string ReadPlain()
    {
        _value.Clear();
        int length = 0;
        for (; Current is { } c and not (',' or '+'); _position++)
        {
            if (c is '"' or ';')
                throw Failure($"{c} in a value is written \\{c}");
            if (c == '\\')
                ReadEscape();
            else
                Append();
            // Spaces at the end are part of the value only if they are escaped.
            if (c != ' ')
                length = _value.Count;
        }
        _value.RemoveRange(length, _value.Count - length);
        return Value();
    }

    /// <summary>RFC 4514 2.4: a special character after the backslash, or one byte of UTF-8 in hexadecimal.</summary>
    private void ReadEscape()
    {
        _position++;
        if (Current is ' ' or '"' or '#' or '+' or ',' or ';' or '<' or '=' or '>' or '\\')
            Append();
        else if (_position + 1 < text.Length && char.IsAsciiHexDigit(text[_position]) && char.IsAsciiHexDigit(text[_position + 1]))
            _value.Add(Convert.FromHexString(text.AsSpan(_position++, 2))[0]);
        else
            throw Failure("after a backslash there must be a special character or two hexadecimal digits; a backslash itself is written \\\\");
    }

    private void Append()
    {
        if (!Rune.TryGetRuneAt(text, _position, out Rune rune))
            throw Failure("half of a surrogate pair is not a character");
        _value.AddRange(Encoding.UTF8.GetBytes(rune.ToString()));
        _position += rune.Utf16SequenceLength - 1;
    }

    private string Value()
    {
        try
        {
            return StrictUtf8.GetString([.. _value]);
        }
        catch (DecoderFallbackException)
        {
            throw Failure("the bytes that are written as \\XX are not UTF-8");
        }
    }

    private void SkipBlanks()
    {
        while (Current == ' ')
            _position++;
    }

    private PgSslException Failure(string what) => SubjectErrors.Text(text, what);
}
