namespace PgSsl.Hba;

/// <summary>A line of pg_hba.conf that is meant as a record, whether or not the server takes it.</summary>
internal class HbaEntry
{
    private readonly HbaLine _line;
    private readonly int _number;

    internal HbaEntry(HbaFields fields, string? error, int? number) => (_line, Error, _number) = (new HbaLine(fields), error, number ?? 0);

    /// <summary>The line in its file.</summary>
    public HbaLine Line => _line;

    /// <summary>The record; null where the server refuses the line, and with it the whole file.</summary>
    public HbaRecord? Record => this as HbaRecord;

    /// <summary>
    /// What the server says about the line. A record with an error is loaded and never matches (hostssl while TLS is off). A line without a
    /// record is refused.
    /// </summary>
    public string? Error { get; }

    /// <summary>Its number among the rules, as the view of PostgreSQL 16 and newer counts them; null for a line with an error.</summary>
    public int? Number => _number == 0 ? null : _number;
}
