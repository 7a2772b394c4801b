using System.Text;

namespace PgSsl.Connections.Dialects;

/// <summary>
/// Reads <c>Name=value;Name="quoted; value"</c> as .NET does (dotnet/runtime, DbConnectionOptions.Common.cs, GetKeyValuePair; a test compares them).
/// </summary>
internal sealed class AdoNetText
{
    private const string QuoteRemedy = "Put a value with a semicolon or a quote into quotes: \"…\" with \"\" for a quote inside, or '…'.";

    private readonly string _text;
    private readonly List<WrittenParameter> _found = [];
    private int _position;

    private AdoNetText(string text) => _text = text;

    private char Current => _position < _text.Length ? _text[_position] : '\0';

    /// <summary>Finds the pairs, in their order.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.InvalidEndpoint"/>: .NET refuses the text.</exception>
    public static IReadOnlyList<WrittenParameter> Scan(string text)
    {
        var reader = new AdoNetText(text);
        while (reader.SkipSeparators())
            reader.ReadPair();
        return reader._found;
    }

    private bool SkipSeparators()
    {
        while (_position < _text.Length && (Current == ';' || char.IsWhiteSpace(Current)))
            _position++;
        return _position < _text.Length;
    }

    private void ReadPair()
    {
        string name = ReadName();
        while (char.IsWhiteSpace(Current))
            _position++;
        int start = _position;
        string value = Current is '"' or '\'' ? ReadQuoted(Current) : ReadUnquoted();
        int end = _position;
        while (char.IsWhiteSpace(Current))
            _position++;
        if (_position < _text.Length && Current != ';')
            throw Invalid("A quoted value is followed by something other than a semicolon", start);
        // DbConnectionStringBuilder does not look at the name of a pair that it removes.
        if (end > start && name.Any(char.IsControl))
            throw Invalid("There is a control character in the name before the value", start);
        _found.Add(new(name, value, start, end));
    }

    private string ReadName()
    {
        int start = _position;
        var name = new StringBuilder();
        // Two equals signs are one in a name.
        for (; Current != '=' || IsNext('='); _position++)
        {
            if (_position >= _text.Length || (char.IsControl(Current) && !char.IsWhiteSpace(Current)))
                throw Invalid("A name is not followed by an equals sign", start);
            _position += Current == '=' ? 1 : 0;
            name.Append(Current);
        }
        _position++;
        string trimmed = name.ToString().TrimEnd();
        return trimmed.Length > 0 ? trimmed : throw Invalid("There is no name before an equals sign", start);
    }

    private bool IsNext(char character) => _position + 1 < _text.Length && _text[_position + 1] == character;

    private string ReadUnquoted()
    {
        int start = _position;
        while (_position < _text.Length && Current != ';' && (char.IsWhiteSpace(Current) || !char.IsControl(Current)))
            _position++;
        string value = _text[start.._position].TrimEnd();
        _position = start + value.Length;
        return value is [.., '"' or '\''] ? throw Invalid("A value ends with a quote, but does not begin with one", start) : value;
    }

    private string ReadQuoted(char quote)
    {
        int start = _position++;
        var value = new StringBuilder();
        while (Current != quote || IsNext(quote))
        {
            if (_position >= _text.Length)
                throw Invalid("A quote is never closed", start);
            _position += Current == quote ? 1 : 0;
            value.Append(_text[_position++]);
        }
        _position++;
        return value.ToString();
    }

    // The text itself may hold a password anywhere.
    private static PgSslException Invalid(string what, int position) =>
        EndpointErrors.Invalid($"{what}, at character {position + 1} of the connection string.", QuoteRemedy);
}
