namespace PgSsl.Hba;

/// <summary>A line of pg_hba.conf that is meant as a record, whether or not the server takes it.</summary>
internal class HbaEntry
{
    private readonly HbaLine _line;
    private readonly HbaError? _error;
    private readonly int _number;

    internal HbaEntry(HbaFields fields, HbaError? error, int? number) => (_line, _error, _number) = (new HbaLine(fields), error, number ?? 0);

    /// <summary>The line in its file.</summary>
    public HbaLine Line => _line;

    /// <summary>The record; null where the server refuses the line, and with it the whole file.</summary>
    public HbaRecord? Record => this as HbaRecord;

    /// <summary>
    /// What the server says about the line. A record with an error is loaded and never matches (hostssl while TLS is off). A line without a
    /// record is refused.
    /// </summary>
    public string? Error => _error?.Text;

    /// <summary>The same as it is shown: without words that may belong to a secret.</summary>
    public string? ShownError => _error?.Shown;

    /// <summary>Its number among the rules, as the view of PostgreSQL 16 and newer counts them; null for a line with an error.</summary>
    public int? Number => _number == 0 ? null : _number;
}
