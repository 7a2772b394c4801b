using System.Text.RegularExpressions;

namespace PgSsl.Providers;

/// <summary>What is known about one provider of managed PostgreSQL: an entry of providers.json.</summary>
internal sealed partial record Provider
{
    /// <summary>The name that users type: <c>AmazonRds</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The provider's own name for the service.</summary>
    public required string Title { get; init; }

    /// <summary>How a user gets the root.</summary>
    public required ProviderKind Kind { get; init; }

    /// <summary>The strongest sslmode that works with its certificates: <c>verify-full</c>, or <c>verify-ca</c>.</summary>
    public required string SslMode { get; init; }

    /// <summary>The roots whose fingerprints two sources agree on; empty where there are none.</summary>
    public IReadOnlyList<ProviderRoot> Roots { get; init; } = [];

    /// <summary>Where all roots are, for <see cref="ProviderKind.Download"/>; https.</summary>
    public Uri? Url { get; init; }

    /// <summary>Where the roots of one region are, with <c>{region}</c> for its name; null where regions make no difference.</summary>
    public string? RegionUrl { get; init; }

    /// <summary>How the owner gets the root, for <see cref="ProviderKind.Account"/>.</summary>
    public string? Instructions { get; init; }

    /// <summary>The provider's page about this.</summary>
    public required Uri DocumentationUrl { get; init; }

    /// <summary>Frequent mistakes, one sentence each.</summary>
    public IReadOnlyList<string> Traps { get; init; } = [];

    /// <summary>
    /// The names of its servers: <c>*.rds.amazonaws.com</c>. An asterisk at the start stands for one label or more, any other for one label.
    /// </summary>
    public IReadOnlyList<string> HostPatterns { get; init; } = [];

    /// <summary>What the entry was checked against, and when.</summary>
    public required string Checked { get; init; }

    /// <summary>Whether a host name belongs to this provider.</summary>
    /// <param name="host">A host name. An address belongs to no provider.</param>
    public bool Serves(string host) => PatternOf(host) is not null;

    /// <summary>The longest pattern that matches a host name; null where none does.</summary>
    internal string? PatternOf(string host) => HostPatterns.Where(pattern => Fits(host, pattern)).MaxBy(pattern => pattern.Length);

    /// <summary>The entry for a root with that fingerprint; null for a root that is not listed.</summary>
    /// <param name="sha256">Upper-case hex without separators.</param>
    public ProviderRoot? RootOf(string sha256) => Roots.FirstOrDefault(root => root.Sha256 == sha256);

    /// <summary>Where to download the roots.</summary>
    /// <param name="region">A region of the provider's such as <c>eu-west-1</c>, or null for all.</param>
    /// <exception cref="PgSslException"><see cref="PgSslError.InvalidParameterValue"/>: it is not a region, or the provider has none.</exception>
    public Uri UrlFor(string? region)
    {
        if (region is null)
            return Url ?? throw new InvalidOperationException($"{Name} publishes no roots.");
        if (RegionUrl is null)
            throw new PgSslException(
                PgSslError.InvalidParameterValue,
                $"{Title} has the same roots in all regions, and none for region \"{region}\" alone.",
                "Leave out -Region.");
        if (!RegionPattern().IsMatch(region))
            throw new PgSslException(
                PgSslError.InvalidParameterValue,
                $"\"{region}\" is not a region of {Title}.",
                "Write it as the provider does, such as eu-west-1.");
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

    // AWS: us-east-1, ap-southeast-2, us-gov-west-1. Nothing else of the URL can be chosen by the user.
    [GeneratedRegex(@"^[a-z]{2}(-[a-z]{2,12}){1,2}-[0-9]{1,2}\z")]
    private static partial Regex RegionPattern();
}
