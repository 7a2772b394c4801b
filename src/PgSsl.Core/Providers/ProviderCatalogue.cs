using System.Text.Json;
using System.Text.Json.Serialization;

namespace PgSsl.Providers;

/// <summary>The providers of managed PostgreSQL that this module knows: providers.json, read on first use.</summary>
internal static class ProviderCatalogue
{
    private const string ResourceName = "PgSsl.Providers.providers.json";

    private static readonly Lazy<IReadOnlyList<Provider>> Entries = new(Read);

    /// <summary>All providers, in alphabetical order.</summary>
    public static IReadOnlyList<Provider> All => Entries.Value;

    /// <summary>Gets a provider by its name, in any case.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.InvalidParameterValue"/>: there is none of that name.</exception>
    public static Provider Get(string name) =>
        All.FirstOrDefault(provider => provider.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw new PgSslException(
            PgSslError.InvalidParameterValue,
            $"There is no provider \"{name}\" in the catalogue. The catalogue has: {string.Join(", ", All.Select(provider => provider.Name))}.",
            "For another provider, download its root and install the file: Install-PgRootCert root.pem");

    /// <summary>Gets the provider of a server's name, by the longest pattern that matches; null where there is none.</summary>
    /// <param name="host">A host name.</param>
    public static Provider? OfHost(string host) => All.Where(provider => provider.Serves(host)).MaxBy(provider => provider.PatternOf(host)!.Length);

    /// <summary>
    /// Gets the provider that vouches for a root: the provider of the server; null where there is none. For servers of other names its root
    /// proves nothing, because everybody with an account at the provider has a certificate below it.
    /// </summary>
    /// <param name="sha256">The root's fingerprint, upper-case hex without separators.</param>
    /// <param name="host">The server's name.</param>
    public static Provider? OfRoot(string sha256, string host) =>
        All.FirstOrDefault(provider => provider.RootOf(sha256) is not null && provider.Serves(host));

    private static IReadOnlyList<Provider> Read()
    {
        using Stream json = typeof(ProviderCatalogue).Assembly.GetManifestResourceStream(ResourceName)!;
        Provider[] providers = JsonSerializer.Deserialize<Provider[]>(json, Options)!;
        return [.. providers.OrderBy(provider => provider.Name, StringComparer.Ordinal)];
    }

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter() },
    };
}
