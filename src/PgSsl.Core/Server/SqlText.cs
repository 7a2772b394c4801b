using System.Collections;
using System.Globalization;
using System.Net;
using System.Text;

namespace PgSsl.Server;

/// <summary>
/// Values as PostgreSQL writes and reads them (documentation, "Array Input and Output Syntax", "Date/Time Output"). A session transports all
/// values as text, so that no type of the driver is visible outside.
/// </summary>
internal static class SqlText
{
    private const string Null = "NULL";

    private static readonly string[] TimeFormats = ["yyyy-MM-dd HH:mm:ss.FFFFFFFzz", "yyyy-MM-dd HH:mm:ss.FFFFFFF", "yyyy-MM-dd"];

    /// <summary>A parameter's text; null for NULL.</summary>
    /// <exception cref="ArgumentException">Such a value has no text.</exception>
    public static string? Format(object? value) => value switch
    {
        null => null,
        string text => text,
        bool truth => truth ? "t" : "f",
        DateTimeOffset time => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.ffffff+00", CultureInfo.InvariantCulture),
        IPAddress address => address.ToString(),
        IEnumerable<string?> list => FormatArray(list),
        IFormattable number when value is not IEnumerable => number.ToString(null, CultureInfo.InvariantCulture),
        _ => throw new ArgumentException($"A {value.GetType().Name} cannot be an SQL parameter.", nameof(value)),
    };

    /// <summary>Reads a time with or without a zone, in the style ISO; without a zone it is UTC.</summary>
    public static DateTimeOffset ParseTime(string text) => text switch
    {
        "infinity" => DateTimeOffset.MaxValue,
        "-infinity" => DateTimeOffset.MinValue,
        _ => DateTimeOffset.ParseExact(text, TimeFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
    };

    /// <summary>Reads a one-dimensional array.</summary>
    /// <exception cref="FormatException">The text is not such an array.</exception>
    public static string?[] ParseArray(string text)
    {
        if (text.Length < 2 || text[0] != '{' || text[^1] != '}')
            throw new FormatException("This is not a one-dimensional array of PostgreSQL.");
        var elements = new List<string?>();
        int position = 1;
        while (position < text.Length - 1)
        {
            elements.Add(text[position] == '"' ? ReadQuoted(text, ref position) : ReadBare(text, ref position));
            // Skip the comma, or the brace at the end.
            position++;
        }
        return [.. elements];
    }

    private static string ReadQuoted(string text, ref int position)
    {
        var element = new StringBuilder();
        for (position++; position < text.Length && text[position] != '"'; position++)
        {
            if (text[position] == '\\')
                position++;
            element.Append(text[position]);
        }
        position++;
        return element.ToString();
    }

    private static string? ReadBare(string text, ref int position)
    {
        int start = position;
        while (text[position] is not (',' or '}'))
        {
            if (text[position] == '{')
                throw new FormatException("Arrays with more than one dimension are not supported.");
            position++;
        }
        string element = text[start..position];
        return element == Null ? null : element;
    }

    private static string FormatArray(IEnumerable<string?> list) => "{" + string.Join(',', list.Select(FormatElement)) + "}";

    private static string FormatElement(string? element) =>
        element is null ? Null : "\"" + element.Replace("\\", "\\\\").Replace("\"", "\\\"") + "\"";
}
