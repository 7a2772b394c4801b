namespace PgSsl;

/// <summary>What a check says to Nagios and its relatives.</summary>
public sealed record NagiosResult
{
    /// <summary>OK, WARNING, CRITICAL or UNKNOWN.</summary>
    public required string Status { get; init; }

    /// <summary>The exit code of that: 0, 1, 2 or 3.</summary>
    public required int ExitCode { get; init; }

    /// <summary>The one line for standard output.</summary>
    public required string Text { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Text;
}
