namespace PgSsl.Files;

/// <summary>The error if another change does not end.</summary>
internal static class LockTimeout
{
    /// <summary>The name of the file that is locked. A server does not include hidden files.</summary>
    public const string FileName = ".pgssl-lock";

    /// <summary>How long a change waits for other changes in its directory, each of which takes a moment.</summary>
    public static TimeSpan Limit { get; } = TimeSpan.FromSeconds(10);

    /// <summary>How long it waits between two attempts.</summary>
    public static TimeSpan Pause { get; } = TimeSpan.FromMilliseconds(20);

    /// <summary>The error.</summary>
    public static PgSslException Error(string directory) => new(
        PgSslError.FileNotWritten,
        $"Another process is changing files in {directory}, and has kept it locked for more than {Limit.TotalSeconds} seconds. Nothing was changed.",
        $"Run the command again when the other process is done. Only those who may change the directory can lock it (file {FileName} in it).");
}
