using System.Text.RegularExpressions;

namespace PgSsl.Providers;

/// <summary>What is known of one provider of managed PostgreSQL: an entry of providers.json.</summary>
internal sealed partial record Provider
{
    /// <summary>The name that users type: <c>AmazonRds</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The provider's own name for the service.</summary>
    public required string Title { get; init; }

    /// <summary>How one comes by the root.</summary>
    public required ProviderKind Kind { get; init; }

    /// <summary>The strongest sslmode that its certificates stand up to: <c>verify-full</c>, or <c>verify-ca</c>.</summary>
    public required string SslMode { get; init; }

    /// <summary>The roots whose fingerprints two sources agree on; empty where there are none of that kind.</summary>
    public IReadOnlyList<ProviderRoot> Roots { get; init; } = [];

    /// <summary>Where all roots are, for <see cref="ProviderKind.Download"/>; https.</summary>
    public Uri? Url { get; init; }

    /// <summary>Where the roots of one region are: <c>{region}</c> stands for it; null where regions make no difference.</summary>
    public string? RegionUrl { get; init; }

    /// <summary>What the owner does to get the root, for <see cref="ProviderKind.Account"/>.</summary>
    public string? Instructions { get; init; }

    /// <summary>The provider's page about this.</summary>
    public required Uri DocumentationUrl { get; init; }

    /// <summary>What goes wrong easily, one sentence each.</summary>
    public IReadOnlyList<string> Traps { get; init; } = [];

    /// <summary>
    /// The names of its servers: <c>*.rds.amazonaws.com</c>. An asterisk in front stands for one label or more, another for just one.
    /// </summary>
    public IReadOnlyList<string> HostPatterns { get; init; } = [];

    /// <summary>What the entry was checked against, and when.</summary>
    public required string Checked { get; init; }

    /// <summary>True for a host name of this provider's.</summary>
    /// <param name="host">A host name; an address is nobody's.</param>
    public bool Serves(string host) => PatternOf(host) is not null;

    /// <summary>The longest pattern that a host name fits; null where none does.</summary>
    internal string? PatternOf(string host) => HostPatterns.Where(pattern => Fits(host, pattern)).MaxBy(pattern => pattern.Length);

    /// <summary>The entry for a root with that fingerprint; null for one that is not listed.</summary>
    /// <param name="sha256">Upper-case hex without separators.</param>
    public ProviderRoot? RootOf(string sha256) => Roots.FirstOrDefault(root => root.Sha256 == sha256);

    /// <summary>Where to download the roots.</summary>
    /// <param name="region">A region of the provider's such as <c>eu-west-1</c>, or null for all.</param>
    /// <exception cref="PgSslException"><see cref="PgSslError.InvalidParameterValue"/>: no region, or one of a provider without.</exception>
    public Uri UrlFor(string? region)
    {
        if (region is null)
            return Url ?? throw new InvalidOperationException($"{Name} publishes no roots.");
        if (RegionUrl is null)
            throw new PgSslException(
                PgSslError.InvalidParameterValue,
                $"{Title} has the same roots everywhere: there is none for region \"{region}\".",
                "Leave out the region.");
        if (!RegionPattern().IsMatch(region))
            throw new PgSslException(
                PgSslError.InvalidParameterValue,
                $"\"{region}\" is no region of {Title}.",
                "Give one in the provider's own words, such as eu-west-1.");
        return new Uri(RegionUrl.Replace("{region}", region, StringComparison.Ordinal));
    }

    /// <summary>The region in a server's name; null where there is none, or where regions make no difference.</summary>
    /// <param name="host">A host name such as <c>db1.abc.eu-west-1.rds.amazonaws.com</c>.</param>
    public string? RegionOf(string host) =>
        RegionUrl is null ? null : host.ToLowerInvariant().Split('.').FirstOrDefault(label => RegionPattern().IsMatch(label));

    private static bool Fits(string host, string pattern)
    {
        string[] labels = host.Split('.');
        string[] wanted = pattern.Split('.');
        return labels.Length >= wanted.Length
            && wanted.Skip(1).Zip(labels[^(wanted.Length - 1)..])
                .All(pair => pair.First == "*" || pair.First.Equals(pair.Second, StringComparison.OrdinalIgnoreCase));
    }

    // AWS: us-east-1, ap-southeast-2, us-gov-west-1. What else there may be in a URL is not for a user to choose.
    [GeneratedRegex(@"^[a-z]{2}(-[a-z]{2,12}){1,2}-[0-9]{1,2}\z")]
    private static partial Regex RegionPattern();
}
