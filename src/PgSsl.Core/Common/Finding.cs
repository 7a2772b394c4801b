using PgSsl.Common;

namespace PgSsl;

/// <summary>How severe a finding is.</summary>
internal enum FindingSeverity
{
    /// <summary>Worth knowing.</summary>
    Information,
    /// <summary>Weaker than it should be, or different from what it seems.</summary>
    Warning,
    /// <summary>Somebody can log in or read traffic who should not; or nobody can log in.</summary>
    Critical,
}

/// <summary>A problem of a server's configuration that somebody should look at.</summary>
public sealed record Finding
{
    internal Finding(string code, FindingSeverity level, string message, string remedy) =>
        (Code, Level, Message, Remedy) = (code, level, PrintableText.Of(message), PrintableText.Of(remedy));

    /// <summary>A stable name for scripts.</summary>
    public string Code { get; }

    /// <summary>How severe it is: Information, Warning or Critical.</summary>
    public string Severity => Level.ToString();

    /// <summary>What was seen.</summary>
    public string Message { get; }

    /// <summary>What to do about it.</summary>
    public string Remedy { get; }

    // ConvertTo-Json writes an enumeration as a number.
    internal FindingSeverity Level { get; }

    /// <summary>The message.</summary>
    public override string ToString() => Message;
}
