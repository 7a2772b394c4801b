namespace PgSsl;

/// <summary>A file that tells monitoring what expires, and how it was written.</summary>
public sealed record CertificateExpiryFile : ChangeOutput
{
    /// <summary>The file.</summary>
    public required string Path { get; init; }

    /// <summary>Nagios or Prometheus.</summary>
    public required string Format { get; init; }

    /// <summary>OK, WARNING, CRITICAL or UNKNOWN: the worst of all that was looked at.</summary>
    public required string Status { get; init; }

    /// <summary>The exit code of that: 0, 1, 2 or 3.</summary>
    public required int ExitCode { get; init; }

    /// <summary>What was found, in one line.</summary>
    public required string Text { get; init; }
}
