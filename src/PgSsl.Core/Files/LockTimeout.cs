namespace PgSsl.Files;

/// <summary>What is said when another change does not come to its end.</summary>
internal static class LockTimeout
{
    /// <summary>How long a change waits for others in its directory, each of which takes a moment.</summary>
    public static TimeSpan Limit { get; } = TimeSpan.FromSeconds(10);

    /// <summary>How long it waits between two attempts.</summary>
    public static TimeSpan Pause { get; } = TimeSpan.FromMilliseconds(20);

    /// <summary>The error.</summary>
    public static PgSslException Error(string directory) => new(
        PgSslError.FileNotWritten,
        $"Somebody else is changing files in {directory}, and kept it locked for longer than {Limit.TotalSeconds} seconds. Nothing has changed.",
        "Run the command again when that is done.");
}
