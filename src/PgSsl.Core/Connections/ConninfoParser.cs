using System.Text;

namespace PgSsl.Connections;

/// <summary>Reads <c>name=value name='quoted value'</c> as libpq does (fe-connect.c, conninfo_parse).</summary>
internal sealed class ConninfoParser
{
    private readonly string _text;
    private readonly ParsedEndpoint _parsed = new();
    private int _position;

    private ConninfoParser(string text) => _text = text;

    private char Current => _position < _text.Length ? _text[_position] : '\0';

    internal static ParsedEndpoint Parse(string text)
    {
        EndpointErrors.RefuseNul(text);
        return new ConninfoParser(text).ReadAll();
    }

    /// <summary>isspace() of the C locale, which is narrower than <see cref="char.IsWhiteSpace(char)"/>.</summary>
    internal static bool IsBlank(char character) => character is ' ' or (>= '\t' and <= '\r');

    private ParsedEndpoint ReadAll()
    {
        for (SkipBlanks(); _position < _text.Length; SkipBlanks())
        {
            // After a password with an unquoted blank, the "name" is the rest of the password, so it is not shown.
            bool mayBeSecret = _parsed.HasSecret;
            string name = ReadName();
            int start = _position;
            string value = Current == '\'' ? ReadQuoted() : ReadUnquoted();
            if (!_parsed.TryStore(name, value, start, _position))
                throw EndpointErrors.UnknownParameter(mayBeSecret ? ConnectionSetting.Mask : name);
        }
        return _parsed;
    }

    private string ReadName()
    {
        int start = _position;
        while (_position < _text.Length && Current != '=' && !IsBlank(Current)) _position++;
        string name = _text[start.._position];
        SkipBlanks();
        if (Current != '=')
            throw EndpointErrors.Invalid(
                $"The word at character {start + 1} of the connection string is not followed by \"=\".",
                "Write name=value, and put values with blanks into single quotes.");
        _position++;
        SkipBlanks();
        return name;
    }

    private string ReadUnquoted()
    {
        var value = new StringBuilder();
        while (_position < _text.Length && !IsBlank(Current)) AppendUnescaped(value);
        return value.ToString();
    }

    private string ReadQuoted()
    {
        int start = _position++;
        var value = new StringBuilder();
        while (Current != '\'')
        {
            if (_position >= _text.Length)
                throw EndpointErrors.Invalid(
                    $"The quote at character {start + 1} of the connection string is never closed.",
                    "Close the value with a single quote; inside it write \\' for a quote and \\\\ for a backslash.");
            AppendUnescaped(value);
        }
        _position++;
        return value.ToString();
    }

    private void AppendUnescaped(StringBuilder value)
    {
        if (Current == '\\' && ++_position >= _text.Length) return;
        value.Append(_text[_position++]);
    }

    private void SkipBlanks()
    {
        while (_position < _text.Length && IsBlank(_text[_position])) _position++;
    }
}
