namespace PgSsl.Connections.Formats;

/// <summary>Options for writing a connection.</summary>
internal sealed record FormatOptions
{
    /// <summary>Whether passwords, passphrases and keys are written, too.</summary>
    public bool IncludeSecrets { get; init; }

    /// <summary>The section's name in a service file; the endpoint's own service or host if null.</summary>
    public string? ServiceName { get; init; }
}
