using System.Globalization;
using System.Net;
using System.Text;
using PgSsl.Wire;

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
    /// <exception cref="PgSslException"><see cref="PgSslError.UnexpectedAnswer"/>: there is no such column.</exception>
    public string? this[string column] => _columns.TryGetValue(column, out int index)
        ? _values[index]
        : throw Unexpected($"has no column \"{column}\"");

    /// <summary>A value that cannot be NULL.</summary>
    public string Required(string column) => this[column] ?? throw Missing(column);

    /// <summary>smallint, integer; null for NULL.</summary>
    public int? GetInt32(string column) => Read(column, text => int.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));

    /// <summary>bigint; null for NULL.</summary>
    public long? GetInt64(string column) => Read(column, text => long.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));

    /// <summary>boolean; null for NULL.</summary>
    public bool? GetBoolean(string column) => Read(column, text => text switch
    {
        "t" => true,
        "f" => false,
        _ => throw new FormatException(),
    });

    /// <summary>timestamp with time zone, in UTC; infinity becomes the greatest value of .NET. Null for NULL.</summary>
    public DateTimeOffset? GetTime(string column) => Read(column, SqlText.ParseTime);

    /// <summary>inet without a netmask; null for NULL.</summary>
    public IPAddress? GetAddress(string column) =>
        this[column] is not { } text ? null : IPAddress.TryParse(text, out IPAddress? address) ? address : throw Malformed(column, text);

    /// <summary>An array of any type; null for NULL and for NULL elements.</summary>
    public IReadOnlyList<string?>? GetArray(string column) => this[column] is { } text ? Try(column, text, SqlText.ParseArray) : null;

    /// <summary>bytea as <c>encode(…, 'base64')</c> shows it, in lines; null for NULL.</summary>
    public byte[]? GetBase64(string column) => this[column] is { } text ? Try(column, text, Convert.FromBase64String) : null;

    /// <summary>A value is NULL that cannot be.</summary>
    public static PgSslException Missing(string column) => Unexpected($"has no value in the column \"{column}\"");

    private T? Read<T>(string column, Func<string, T> parse)
        where T : struct => this[column] is { } text ? Try(column, text, parse) : null;

    private static T Try<T>(string column, string text, Func<string, T> parse)
    {
        try
        {
            return parse(text);
        }
        catch (Exception exception) when (exception is FormatException or OverflowException or ArgumentException)
        {
            throw Malformed(column, text);
        }
    }

    private static PgSslException Malformed(string column, string text) =>
        Unexpected($"has {WireText.Quote(Encoding.UTF8.GetBytes(text))} in the column \"{column}\", which is a value of another type");

    /// <summary>What a statement was answered with is not what any PostgreSQL answers.</summary>
    internal static PgSslException Unexpected(string what) => new(
        PgSslError.UnexpectedAnswer,
        $"The server's answer to a statement {what}.",
        "Find out what answers there: it may not be PostgreSQL, or something between here and the server changes its answers.");
}

/// <summary>Results as a whole.</summary>
internal static class SqlRows
{
    /// <summary>The row of a statement that always has one.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.UnexpectedAnswer"/>: it has none, or several.</exception>
    public static SqlRow Only(this IReadOnlyList<SqlRow> rows) =>
        rows is [var row] ? row : throw SqlRow.Unexpected(rows.Count == 0 ? "has no row" : $"has {rows.Count} rows and not one");
}
