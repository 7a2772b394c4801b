using System.Globalization;
using System.Net;

namespace PgSsl.Server;

/// <summary>A row of a result: values by column name, as the server prints them, or read as .NET types.</summary>
internal sealed class SqlRow
{
    private readonly IReadOnlyDictionary<string, int> _columns;
    private readonly string?[] _values;

    /// <summary>Makes a row.</summary>
    /// <param name="columns">The position of each column.</param>
    /// <param name="values">The values as the server prints them; null for NULL.</param>
    public SqlRow(IReadOnlyDictionary<string, int> columns, string?[] values) => (_columns, _values) = (columns, values);

    /// <summary>Makes a row for a test.</summary>
    public SqlRow(params IReadOnlyList<(string Column, string? Value)> values)
        : this(
            values.Select((value, index) => (value.Column, index))
                .ToDictionary(pair => pair.Column, pair => pair.index, StringComparer.Ordinal),
            [.. values.Select(value => value.Value)])
    {
    }

    /// <summary>The value as the server prints it; null for NULL.</summary>
    /// <exception cref="ArgumentException">There is no such column.</exception>
    public string? this[string column] => _columns.TryGetValue(column, out int index)
        ? _values[index]
        : throw new ArgumentException($"The result has no column \"{column}\".", nameof(column));

    /// <summary>Text of any type; null for NULL.</summary>
    public string? GetString(string column) => this[column];

    /// <summary>smallint, integer; null for NULL.</summary>
    public int? GetInt32(string column) => this[column] is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;

    /// <summary>bigint; null for NULL.</summary>
    public long? GetInt64(string column) => this[column] is { } text ? long.Parse(text, CultureInfo.InvariantCulture) : null;

    /// <summary>boolean; null for NULL.</summary>
    public bool? GetBoolean(string column) => this[column] switch
    {
        null => null,
        "t" => true,
        "f" => false,
        var other => throw new FormatException($"\"{other}\" is not a boolean of PostgreSQL."),
    };

    /// <summary>timestamp with time zone, in UTC; infinity becomes the greatest value of .NET. Null for NULL.</summary>
    public DateTimeOffset? GetTime(string column) => this[column] is { } text ? SqlText.ParseTime(text) : null;

    /// <summary>inet without a netmask; null for NULL.</summary>
    public IPAddress? GetAddress(string column) => this[column] is { } text ? IPAddress.Parse(text) : null;

    /// <summary>An array of any type; null for NULL and for NULL elements.</summary>
    public IReadOnlyList<string?>? GetArray(string column) => this[column] is { } text ? SqlText.ParseArray(text) : null;
}
