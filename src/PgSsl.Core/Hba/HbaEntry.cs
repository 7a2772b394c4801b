namespace PgSsl.Hba;

/// <summary>A line of pg_hba.conf that is meant as a record, whether the server takes it or not.</summary>
internal class HbaEntry
{
    private readonly HbaLine _line;
    private readonly int _number;

    internal HbaEntry(HbaFields fields, string? error, int? number) => (_line, Error, _number) = (new HbaLine(fields), error, number ?? 0);

    /// <summary>Where it is written.</summary>
    public HbaLine Line => _line;

    /// <summary>What it says; null where the server refuses it, and with it the whole file.</summary>
    public HbaRecord? Record => this as HbaRecord;

    /// <summary>
    /// What the server says about it. A record with an error is loaded and never matches (hostssl while TLS is off); a line without record is
    /// refused.
    /// </summary>
    public string? Error { get; }

    /// <summary>Its number among the rules, as the view counts them from 16 on; null for a line with an error.</summary>
    public int? Number => _number == 0 ? null : _number;
}
