namespace PgSsl;

/// <summary>How much a finding matters.</summary>
public enum FindingSeverity
{
    /// <summary>Worth knowing.</summary>
    Information,
    /// <summary>Weaker than it should be, or other than it seems.</summary>
    Warning,
    /// <summary>Somebody gets in, or reads along, who should not; or nobody gets in.</summary>
    Critical,
}

/// <summary>Something about a server's configuration that somebody should look at.</summary>
/// <param name="Code">A stable name for scripts.</param>
/// <param name="Severity">How much it matters.</param>
/// <param name="Message">What was seen.</param>
/// <param name="Remedy">What to do about it.</param>
public sealed record Finding(string Code, FindingSeverity Severity, string Message, string Remedy)
{
    /// <summary>The message.</summary>
    public override string ToString() => Message;
}
