namespace PgSsl;

/// <summary>One thing that expires: a certificate or a revocation list, from the wire or a file; or why nothing was seen there.</summary>
public sealed record CertificateExpiry
{
    /// <summary>The server that serves it, host:port; null for a file.</summary>
    public string? Server { get; init; }

    /// <summary>
    /// Leaf, Intermediate or Root (served); ClientRoot, ClientCertificate or Crl (files that clients here use); File (-Path); or Server, if it
    /// cannot be reached.
    /// </summary>
    public required string Kind { get; init; }

    /// <summary>The certificate's subject, or the issuer of a revocation list.</summary>
    public string? Subject { get; init; }

    /// <summary>The same in short, for texts: the common name.</summary>
    internal string? Name { get; init; }

    /// <summary>The file; null for what a server serves.</summary>
    public string? Path { get; init; }

    /// <summary>Valid until, or the list's nextUpdate, in UTC; null if that is not known.</summary>
    public DateTime? NotAfter { get; init; }

    /// <summary>Whole days until then, rounded down; negative if it has expired.</summary>
    public int? DaysRemaining { get; init; }

    /// <summary>Ok, Warning, Critical, Expired or Unknown.</summary>
    public required string Status { get; init; }

    /// <summary>The status as a sentence.</summary>
    public required string Reason { get; init; }

    /// <summary>
    /// Of a File: true if a server that was asked serves it; false if one serves another certificate of the same name; null otherwise.
    /// </summary>
    public bool? IsServed { get; init; }

    /// <summary>SHA-256 of the certificate or list, upper-case hex.</summary>
    public string? Fingerprint { get; init; }

    /// <summary>Fewer days are a warning.</summary>
    public required int WarningDays { get; init; }

    /// <summary>Fewer days are critical.</summary>
    public required int CriticalDays { get; init; }

    /// <summary>Why nothing was seen; null if something was.</summary>
    public string? Error { get; init; }

    /// <summary>The error's stable id; null if there is none.</summary>
    public string? ErrorId { get; init; }
}
