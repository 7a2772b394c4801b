namespace PgSsl;

/// <summary>A rule of pg_hba.conf before and after a change.</summary>
public sealed record HbaRuleChange
{
    internal HbaRuleChange(HbaRule? before, HbaRule? after) => (Before, After) = (before, after);

    internal HbaRule? Before { get; }

    internal HbaRule? After { get; }

    /// <summary>The rule as it was; null for one that was added. A method, because in JSON the rules would be nested too deep.</summary>
    public HbaRule? GetBefore() => Before;

    /// <summary>The rule as it is; null for one that was removed.</summary>
    public HbaRule? GetAfter() => After;

    /// <summary>Changed, Added or Removed.</summary>
    public string Action => Before is null ? "Added" : After is null ? "Removed" : "Changed";

    /// <summary>The file.</summary>
    public string FileName => (After ?? Before)!.FileName;

    /// <summary>The number of the line after the change; for a removed line, before it.</summary>
    public int LineNumber => (After ?? Before)!.LineNumber;

    /// <summary>The line as it was.</summary>
    public string? RawBefore => Before?.Raw;

    /// <summary>The line as it is.</summary>
    public string? RawAfter => After?.Raw;
}
