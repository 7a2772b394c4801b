using PgSsl.Common;

namespace PgSsl;

/// <summary>How severe a finding is.</summary>
public enum FindingSeverity
{
    /// <summary>Worth knowing.</summary>
    Information,
    /// <summary>Weaker than it should be, or different from what it seems.</summary>
    Warning,
    /// <summary>Somebody can log in or read traffic who should not; or nobody can log in.</summary>
    Critical,
}

/// <summary>A problem of a server's configuration that somebody should look at.</summary>
/// <param name="Code">A stable name for scripts.</param>
/// <param name="Severity">How severe it is.</param>
/// <param name="Message">What was seen.</param>
/// <param name="Remedy">What to do about it.</param>
public sealed record Finding(string Code, FindingSeverity Severity, string Message, string Remedy)
{
    /// <summary>What was seen.</summary>
    public string Message { get; init; } = PrintableText.Of(Message);

    /// <summary>What to do about it.</summary>
    public string Remedy { get; init; } = PrintableText.Of(Remedy);

    /// <summary>The message.</summary>
    public override string ToString() => Message;
}
