namespace PgSsl.Expiry;

/// <summary>What was seen of a thing that expires. Nothing is judged.</summary>
/// <param name="Kind">As <see cref="CertificateExpiry.Kind"/>.</param>
internal sealed record ExpiryFact(string Kind)
{
    public string? Server { get; init; }

    public string? Subject { get; init; }

    /// <summary>As <see cref="CertificateExpiry.Name"/>.</summary>
    public string? Name { get; init; }

    public string? Path { get; init; }

    public DateTime? NotAfter { get; init; }

    public string? Fingerprint { get; init; }

    public bool? IsServed { get; init; }

    public string? Error { get; init; }

    public string? ErrorId { get; init; }

    /// <summary>Of a Server: the endpoint is wrong, so that no server was asked.</summary>
    public bool IsMisnamed { get; init; }
}
