namespace PgSsl.Downloads;

/// <summary>What a download may do, depending on where its URL comes from.</summary>
internal sealed record DownloadRules
{
    /// <summary>A provider's roots: the URL is in the catalogue.</summary>
    public static DownloadRules Bundle { get; } = new()
    {
        MaximumBytes = 1 << 20,
        Timeout = TimeSpan.FromSeconds(30),
        MayAskThisMachine = true,
    };

    /// <summary>
    /// The issuer of one certificate (RFC 5280 4.2.2.1, caIssuers): the URL comes from a server that nobody has verified. Plain http is
    /// usual there, and does no harm: its answer is trusted no more than what the server itself sent.
    /// </summary>
    public static DownloadRules Issuer { get; } = new()
    {
        MaximumBytes = 64 << 10,
        Timeout = TimeSpan.FromSeconds(10),
        MayUseHttp = true,
    };

    /// <summary>How long an answer may be.</summary>
    public required int MaximumBytes { get; init; }

    /// <summary>How long everything may take, including redirects.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>Whether http is allowed. A redirect from https to http never is.</summary>
    public bool MayUseHttp { get; init; }

    /// <summary>Whether the URL may lead to this machine's own services.</summary>
    public bool MayAskThisMachine { get; init; }

    /// <summary>How many redirects are followed.</summary>
    public int MaximumRedirects { get; init; } = 3;
}
